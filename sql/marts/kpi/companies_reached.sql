-- model: mart.kpi_companies_reached
-- grain: period
-- reads: mart.partner_quarter
-- why: reach beside number; partners know companies within one activity only, so a company that comes twice
--      counts twice.
create or replace view mart.kpi_companies_reached as
select
    period,
    companies_count::numeric as value,
    false as is_provisional,
    known_from
from mart.partner_quarter;

comment on view mart.kpi_companies_reached is 'Companies at the activities held, by quarter of the first day.';
comment on column mart.kpi_companies_reached.period is 'Quarter, 2026-Q3.';
comment on column mart.kpi_companies_reached.value is 'Number of companies, each counted once per activity.';
comment on column mart.kpi_companies_reached.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_companies_reached.known_from is 'Newest knowledge behind it.';
