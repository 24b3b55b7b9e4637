-- model: mart.kpi_budget_used
-- grain: period
-- reads: mart.partner_quarter
-- evidence: {"of": ["paid", "report"], "value": "budget"}
-- why: the agreement gives EUR 1 million a year; too little is as telling as too much. By quarter of the report,
--      as it is paid.
create or replace view mart.kpi_budget_used as
select
    period,
    budget_used_eur::numeric as value,
    false as is_provisional,
    known_from
from mart.partner_quarter;

comment on view mart.kpi_budget_used is 'Spent from the partner budget, by quarter of the report.';
comment on column mart.kpi_budget_used.period is 'Quarter, 2026-Q3.';
comment on column mart.kpi_budget_used.value is 'Spent in the quarter, EUR.';
comment on column mart.kpi_budget_used.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_budget_used.known_from is 'Newest knowledge behind it.';
