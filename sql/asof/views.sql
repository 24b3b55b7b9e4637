-- Writes the statements for the views asof.<table>, one for each versioned table of core: its rows as known at the
-- moment of core.as_of(). Marts read these views and do not write the predicate again. Small tables are compared with
-- core.as_of() itself, so that the planner sees the moment and how many rows it leaves. For large tables a sub-select
-- computes it once, not twice a row. The cast to integer is on purpose: PostgreSQL estimates an inequality with an
-- unknown value at a third of the rows, `<> 1` at nearly all. Only roles that may read a table may read its view.
with many_rows (table_name) as (
    values
    ('fdi_project'),
    ('observation'),
    ('partner_activity'),
    ('partner_company'),
    ('partner_follow_up'),
    ('partner_report')
),

versioned as (
    select
        relation.oid,
        relation.relname,
        relation.relowner,
        relation.relacl,
        case
            when relation.relname in (select many_rows.table_name from many_rows)
                then 'known_to > (select core.as_of()) and (known_from > (select core.as_of()))::integer <> 1'
            else 'known_from <= core.as_of() and known_to > core.as_of()'
        end as is_known
    from pg_class as relation
    where
        relation.relnamespace = 'core'::regnamespace
        and relation.relkind in ('r', 'p')
        and 2 = (
            select count(*)
            from pg_attribute as attribute
            where
                attribute.attrelid = relation.oid
                and attribute.attname in ('known_from', 'known_to')
                and not attribute.attisdropped
        )
),

described as (
    select
        versioned.oid,
        string_agg(quote_ident(attribute.attname), ', ' order by attribute.attnum) as column_names,
        string_agg(
            format(
                'comment on column asof.%I.%I is %L;', versioned.relname, attribute.attname,
                col_description(versioned.oid, attribute.attnum)
            ), e'\n' order by attribute.attnum
        ) as comments
    from versioned
    inner join pg_attribute as attribute
        on versioned.oid = attribute.attrelid and attribute.attnum > 0 and not attribute.attisdropped
    group by versioned.oid
),

reader as (
    select
        versioned.oid,
        string_agg(
            distinct coalesce(nullif(privilege.grantee, 0)::regrole::text, 'public'), ', '
        ) as names
    from versioned
    cross join lateral aclexplode(versioned.relacl) as privilege
    where privilege.privilege_type = 'SELECT' and privilege.grantee <> versioned.relowner
    group by versioned.oid
),

former_reader as (
    select
        relation.relname,
        string_agg(distinct coalesce(nullif(privilege.grantee, 0)::regrole::text, 'public'), ', ') as names
    from pg_class as relation
    cross join lateral aclexplode(relation.relacl) as privilege
    where relation.relnamespace = 'asof'::regnamespace and privilege.grantee <> relation.relowner
    group by relation.relname
)

select
    'asof.' || versioned.relname as name,
    concat_ws(
        e'\n',
        format(
            'create or replace view asof.%1$I as select %2$s from core.%1$I where %3$s;',
            versioned.relname, described.column_names, versioned.is_known
        ),
        format(
            'comment on view asof.%I is %L;', versioned.relname,
            'As known at the moment of core.as_of(). ' || obj_description(versioned.oid, 'pg_class')
        ),
        described.comments,
        'revoke all on asof.' || quote_ident(versioned.relname) || ' from ' || former_reader.names || ';',
        'grant select on asof.' || quote_ident(versioned.relname) || ' to ' || reader.names || ';'
    ) as statements
from versioned
inner join described on versioned.oid = described.oid
left join reader on versioned.oid = reader.oid
left join former_reader on versioned.relname = former_reader.relname
order by versioned.relname
