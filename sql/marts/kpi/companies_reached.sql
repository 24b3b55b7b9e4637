-- model: mart.kpi_companies_reached
-- grain: period
-- reads: mart.partner_quarter
-- evidence: {"of": ["held", "report"], "value": "companies"}
-- why: reach beside number. A company that the partners list by number counts once a quarter, whoever lists it; of an
--      activity that only gives a count, a company that comes twice counts twice.
create or replace view mart.kpi_companies_reached as
select
    period,
    companies_count::numeric as value,
    false as is_provisional,
    known_from
from mart.partner_quarter;

comment on view mart.kpi_companies_reached is 'Companies at the activities held, by quarter of the first day.';
comment on column mart.kpi_companies_reached.period is 'Quarter, 2026-Q3.';
comment on column mart.kpi_companies_reached.value is 'Number of companies, each once where it is listed by number.';
comment on column mart.kpi_companies_reached.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_companies_reached.known_from is 'Newest knowledge behind it.';
