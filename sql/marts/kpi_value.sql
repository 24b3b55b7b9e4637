-- model: mart.kpi_value
-- grain: kpi_code, period
-- reads: mart.kpi_*
-- why: all KPIs in one shape. Where the braces stand, the migration lists the views of sql/marts/kpi, so that a new KPI
--      is a new file and its reference rows, and no line of another file changes.
create or replace view mart.kpi_value as
with kpi as (
    {kpis}
)

select
    kpi_code,
    period,
    core.period_start(period) as period_start_date,
    core.period_end(period) as period_end_date,
    value,
    is_provisional,
    known_from
from kpi;

comment on view mart.kpi_value is 'Every KPI by period at its own grain: a month, quarter or year by itself.';
comment on column mart.kpi_value.kpi_code is 'The KPI; core.kpi says what it means.';
comment on column mart.kpi_value.period is 'Period at the grain of the KPI: 2026-07, 2026-Q3, 2026.';
comment on column mart.kpi_value.period_start_date is 'First day of the period.';
comment on column mart.kpi_value.period_end_date is 'Last day of the period.';
comment on column mart.kpi_value.value is 'Value of the period by itself, in the unit of the KPI.';
comment on column mart.kpi_value.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_value.known_from is 'Newest knowledge behind it.';
