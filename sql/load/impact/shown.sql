-- The period that the scorecard of a moment shows of some KPIs, those that the report is made of.
select distinct on (progress.kpi_code)
    progress.kpi_code,
    progress.period
from mart.kpi_progress as progress
join core.kpi as kpi on progress.kpi_code = kpi.kpi_code
where
    progress.kpi_code = any(%(kpis)s)
    and progress.value is not null
    and kpi.is_headline
    and kpi.known_from <= (select core.as_of())
    and kpi.known_to > (select core.as_of())
order by progress.kpi_code asc, core.period_end(progress.period) desc
