-- Finds the key of a table of core by the unique index that guards it: over its current rows, or over all versions with
-- known_to (of which one per key is infinity). All partitions of a partitioned table are guarded alike.
create or replace function core.key_columns(target regclass) returns text[]
language sql stable
as $$
    select array_agg(quote_ident(a.attname) order by k.position)
    from pg_index as i
    cross join lateral unnest(i.indkey) with ordinality as k (attnum, position)
    join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum
    where i.indrelid = coalesce((select min(inhrelid::oid::bigint)::oid from pg_inherits where inhparent = target), target)
        and i.indisunique and a.attname <> 'known_to'
        and (i.indpred is not null or (
            select e.attnum from pg_attribute as e where e.attrelid = i.indrelid and e.attname = 'known_to'
        ) = any (i.indkey))
$$;

comment on function core.key_columns(regclass) is
'The columns that name a row of a versioned table, from the unique index over its current rows or over all versions.';
