-- The KPIs whose figures read one of some tables, through whatever marts, as PostgreSQL itself knows it.
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

select substr(pg_class.relname, 5) as kpi_code
from touched
join pg_class on touched.reader = pg_class.oid
where
    pg_class.relnamespace = 'mart'::regnamespace
    and pg_class.relname like 'kpi\_%%'
    and pg_class.relname not in ('kpi_value', 'kpi_progress')
order by kpi_code
