-- The impact of a batch on the KPIs. Used by include.pipeline.impact.

-- query: kpis
-- The KPIs whose views (core.kpi.view_name) read one of some tables, directly or through other views, by the catalog of
-- PostgreSQL.
with recursive

reads as (

    select distinct
        rewrite.ev_class as reader,
        depend.refobjid as relation
    from pg_depend as depend
    join pg_rewrite as rewrite on depend.objid = rewrite.oid
    where
        depend.classid = 'pg_rewrite'::regclass
        and depend.refclassid = 'pg_class'::regclass
        and rewrite.ev_class <> depend.refobjid

),

touched as (

    select reads.reader
    from reads
    where reads.relation = any(%(tables)s::regclass[])
    union
    select reads.reader
    from reads
    join touched on reads.relation = touched.reader

)

select kpi.kpi_code
from touched
join core.kpi as kpi on touched.reader = to_regclass(kpi.view_name)
where kpi.known_to = 'infinity'
order by kpi.kpi_code;

-- query: figures
-- Of some KPIs, per period: the figure to date, its plan, the target of that year, the definition.
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
order by progress.kpi_code, core.period_end(progress.period);

-- query: shown
-- The period that the scorecard shows as of a moment, for those of some KPIs that are in the report.
select distinct on (progress.kpi_code)
    progress.kpi_code,
    progress.period
from mart.kpi_progress as progress
join asof.kpi as kpi on progress.kpi_code = kpi.kpi_code
where
    progress.kpi_code = any(%(kpis)s)
    and progress.value is not null
    and kpi.is_headline
order by progress.kpi_code asc, core.period_end(progress.period) desc;
