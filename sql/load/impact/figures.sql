-- What is said of some KPIs, period by period: the figure to date, its plan, the target of that year, the definition.
select
    progress.kpi_code,
    progress.period,
    progress.ytd_value,
    progress.planned_value,
    case when progress.year = progress.target_year then progress.target_value end as target_value,
    kpi.definition_en || kpi.definition_nl as definition
from mart.kpi_progress as progress
join asof.kpi as kpi on progress.kpi_code = kpi.kpi_code
where progress.kpi_code = any(%(kpis)s)
order by progress.kpi_code, core.period_end(progress.period)
