-- Every mart with its meaning, and its columns in order with type and meaning.
select
    mart.relname as name,
    obj_description(mart.oid, 'pg_class') as description,
    array_agg(attribute.attname order by attribute.attnum) as columns,
    array_agg(format_type(attribute.atttypid, null) order by attribute.attnum) as types,
    array_agg(col_description(mart.oid, attribute.attnum) order by attribute.attnum) as descriptions
from pg_class as mart
inner join pg_attribute as attribute
    on mart.oid = attribute.attrelid and attribute.attnum > 0 and not attribute.attisdropped
where mart.relnamespace = 'mart'::regnamespace and mart.relkind = 'v'
group by mart.oid
order by mart.relname
