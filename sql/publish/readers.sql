-- Views of others that read our marts or as-of views, directly or through each other, with the statements that make
-- them again; views that read only ours come first.
with recursive

ours as (

    select oid
    from pg_namespace
    where nspname in ('asof', 'mart')

),

edge as (

    select distinct
        rule.ev_class as reader,
        dependency.refobjid as read_relation
    from pg_depend as dependency
    inner join pg_rewrite as rule on dependency.objid = rule.oid
    where
        dependency.classid = 'pg_rewrite'::regclass
        and dependency.refclassid = 'pg_class'::regclass
        and dependency.refobjid <> rule.ev_class

),

reading as (

    select
        edge.reader,
        1 as depth
    from edge
    inner join pg_class as mart on edge.read_relation = mart.oid
    inner join pg_class as reader on edge.reader = reader.oid
    where
        mart.relnamespace in (select oid from ours)
        and reader.relnamespace not in (select oid from ours)
    union
    select
        edge.reader,
        reading.depth + 1 as depth
    from reading
    inner join edge on reading.reader = edge.read_relation

),

reader as (

    select
        reader.oid,
        reader.relowner,
        reader.reloptions,
        max(reading.depth) as depth,
        reader.oid::regclass::text as name,
        case reader.relkind when 'm' then 'materialized view' else 'view' end as kind
    from reading
    inner join pg_class as reader on reading.reader = reader.oid
    where reader.relnamespace not in (select oid from ours)
    group by reader.oid

),

statement as (

    select
        oid,
        1 as position,
        format(
            'create %s %s%s as %s', kind, name, ' with (' || array_to_string(reloptions, ', ') || ')',
            pg_get_viewdef(oid)
        ) as text
    from reader
    union all
    select
        indrelid as oid,
        2 as position,
        pg_get_indexdef(indexrelid) as text
    from pg_index
    union all
    select
        reader.oid,
        3 as position,
        case description.objsubid
            when 0 then format('comment on %s %s is %L', reader.kind, reader.name, description.description)
            else format('comment on column %s.%I is %L', reader.name, attribute.attname, description.description)
        end as text
    from reader
    inner join pg_description as description
        on reader.oid = description.objoid and description.classoid = 'pg_class'::regclass
    left join pg_attribute as attribute
        on reader.oid = attribute.attrelid and description.objsubid = attribute.attnum
    union all
    select
        oid,
        4 as position,
        format('alter %s %s owner to %I', kind, name, pg_get_userbyid(relowner)) as text
    from reader

)

select
    reader.name,
    reader.kind,
    pg_get_userbyid(reader.relowner) as owner,
    array_agg(statement.text order by statement.position) as statements
from reader
inner join statement on reader.oid = statement.oid
group by reader.name, reader.kind, reader.relowner, reader.depth
order by reader.depth, reader.name
