-- The period that the scorecard of a moment shows of some KPIs, those that the report is made of.
select distinct on (progress.kpi_code)
    progress.kpi_code,
    progress.period
from mart.kpi_progress as progress
join asof.kpi as kpi on progress.kpi_code = kpi.kpi_code
where
    progress.kpi_code = any(%(kpis)s)
    and progress.value is not null
    and kpi.is_headline
order by progress.kpi_code asc, core.period_end(progress.period) desc
