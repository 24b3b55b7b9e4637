-- model: mart.kpi_foreign_investment
-- grain: kpi_code, period
-- reads: mart.fdi_quarter, mart.fdi_project
-- why: the second motor of the strategy, as the agency counts it: announced, not realised, gross, in Flanders; the only
--      count of jobs that is published for Flanders. One factory can decide the total (23 % in 2022), so a second KPI
--      leaves out the three largest projects since 1 January; its value for a quarter is the change of that sum, so
--      that quarters add up.
create or replace view mart.kpi_foreign_investment as
-- materialized: read once for all these KPIs
with fdi_quarter as materialized (
    select
        period,
        projects_count,
        jobs_count,
        capex_eur,
        known_from
    from mart.fdi_quarter
),

since_january as (
    select
        fdi_quarter.period,
        fdi_quarter.known_from as quarter_known_from,
        fdi_project.capex_eur,
        fdi_project.known_from,
        row_number() over (
            partition by fdi_quarter.period order by fdi_project.capex_eur desc nulls last, fdi_project.project_code asc
        ) as place
    from fdi_quarter
    left join mart.fdi_project as fdi_project
        on left(fdi_quarter.period, 4) = left(fdi_project.quarter, 4) and fdi_quarter.period >= fdi_project.quarter
),

to_date as (
    select
        period,
        coalesce(sum(capex_eur) filter (where place > 3), 0) as value_eur,
        greatest(max(quarter_known_from), max(known_from)) as known_from
    from since_january
    group by period
),

-- a step of its own, so that a query for another KPI does not compute it: no filter is pushed below a window
by_quarter as (
    select
        period,
        value_eur - lag(value_eur, 1, 0::numeric) over (partition by left(period, 4) order by period) as value_eur,
        known_from
    from to_date
)

select
    'fdi_projects' as kpi_code,
    period,
    projects_count::numeric as value,
    false as is_provisional,
    known_from
from fdi_quarter
union all
select
    'fdi_jobs' as kpi_code,
    period,
    jobs_count::numeric as value,
    false as is_provisional,
    known_from
from fdi_quarter
union all
select
    'fdi_capex' as kpi_code,
    period,
    capex_eur::numeric as value,
    false as is_provisional,
    known_from
from fdi_quarter
union all
select
    'fdi_capex_without_largest_eur' as kpi_code,
    period,
    value_eur as value,
    false as is_provisional,
    known_from
from by_quarter;

comment on view mart.kpi_foreign_investment is
'Investment that foreign companies announced: projects, jobs and amounts, by quarter.';
comment on column mart.kpi_foreign_investment.kpi_code is 'The KPI; core.kpi says what it means.';
comment on column mart.kpi_foreign_investment.period is 'Quarter, 2026-Q3.';
comment on column mart.kpi_foreign_investment.value is
'Projects or jobs in the quarter, or EUR; without the largest, the change of the sum since January.';
comment on column mart.kpi_foreign_investment.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_foreign_investment.known_from is 'Newest knowledge behind it.';
