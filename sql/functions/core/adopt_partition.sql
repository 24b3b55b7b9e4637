-- Takes over a table that etl filled, because etl may load but owns nothing in core. Accepts only a plain table of
-- staging that brings no code with it.
-- uses: core.observation
create or replace function core.adopt_partition(
    target regclass, fresh regclass, dataset text, known_from timestamptz, payload bigint
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    name text := 'observation_' || left(md5(dataset), 16);
begin
    if target <> 'core.observation'::regclass or not exists (
        select from pg_class as c
        where c.oid = fresh and c.relnamespace = 'staging'::regnamespace and c.relkind = 'r' and c.relpersistence = 'p'
            and not c.relhastriggers and not c.relhasrules and not c.relrowsecurity
            and not exists (select from pg_attrdef as d where d.adrelid = fresh)
            and not exists (select from pg_constraint as k where k.conrelid = fresh)
            and not exists (select from pg_index as i where i.indrelid = fresh)
    ) then
        raise exception using errcode = 'insufficient_privilege', message = format(
            '%s is no plain table of staging for %s', fresh, target);
    end if;
    execute format('alter table %s owner to %I', fresh, current_user);
    execute format('alter table %s set schema part', fresh);
    execute format('alter table %s rename to %I', fresh, name);
    -- Every row has the same values, so PostgreSQL stores them once as defaults and rewrites no row.
    execute format(
        'alter table part.%I add dataset_code text not null default %L, add known_from timestamptz not null default %L,
            add known_to timestamptz not null default ''infinity'', add payload_id bigint not null default %L',
        name, dataset, known_from, payload
    );
    execute format(
        'alter table part.%I alter dataset_code drop default, alter known_from drop default,
            alter payload_id drop default', name
    );
    execute format('create unique index %I on part.%I (series_id, known_to, period)', name || '_version', name);
    -- One scan of the rows checks all of these, and attaching needs no other scan.
    execute (
        select format(
            'alter table part.%I %s, add constraint is_dataset check (dataset_code is not null and dataset_code = %L)',
            name, string_agg(format('alter %I set not null', a.attname), ', '), dataset
        )
        from pg_attribute as a where a.attrelid = target and a.attnum > 0 and a.attnotnull
    );
    -- Last, because from here on nobody else can read the everyday partition until the merge is over.
    execute format('alter table core.observation attach partition part.%I for values in (%L)', name, dataset);
    execute format('alter table part.%I drop constraint is_dataset', name);
    execute format('comment on table part.%I is %L', name, 'The observations of ' || dataset || '.');
    execute format('grant select, update on part.%I to etl', name);
    execute format('alter table part.%I alter series_id set (n_distinct = -0.01)', name);
    analyze core.observation;
end $$;

comment on function core.adopt_partition(regclass, regclass, text, timestamptz, bigint) is
'Takes a filled table of staging over as the partition of a dataset, with the index that guards its key.';
revoke execute on function core.adopt_partition from public;
grant execute on function core.adopt_partition to etl;
