-- Plans of readers: what trade is asked by stands in indexes, a correction is found by its series, and the planner
-- knows what etl loaded.

-- Of a market's series one in eight is exports in euro by one concept: the index tells which, without a look at them.
drop index core.series_country;
create index series_country on core.series (
    dataset_code, (dimensions ->> 'COUNTRY'), (dimensions ->> 'FLOW'), (dimensions ->> 'DATATYPE'), concept_code
);

-- A market is looked up by our code and by its source's at any moment; the unique index knows of current rows only.
create index country_code_code on core.country_code (code_system, code);
create index country_code_country on core.country_code (code_system, country_code);

alter table core.correction
add column series_id bigint not null generated always as (core.series_id(dataset_code, series_key)) stored;
comment on column core.correction.series_id is 'The series by its number, as core.series has it.';

-- Sums by market and month are kept in a table of hashes in memory; with 4 MB, half a million rows were sorted on disk.
do $$
declare
    reader text;
begin
    foreach reader in array '{analyst,reporter}'::text[] loop
        execute format('alter role %I set work_mem = %L', reader, '16MB');
    end loop;
end $$;

-- Only the owner of a table may look at it for statistics; etl loads and owns nothing, so its merges were passed over,
-- all but the first of a bulk dataset.
create function core.take_statistics(target regclass) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (
        select from pg_class as c
        where c.oid = target and c.relnamespace = 'core'::regnamespace and c.relkind in ('r', 'p')
    ) then
        raise exception using errcode = 'insufficient_privilege', message = format('%s is no table of core', target);
    end if;
    execute format('analyze %s', target);
end $$;

comment on function core.take_statistics(regclass) is 'The planner learns what is in a table of core.';
revoke execute on function core.take_statistics from public;
grant execute on function core.take_statistics to etl;

-- core.merge() stands whole in 0019_bulk_speed.sql; its last look at the table changes. A hundred rows are enough: who
-- asks right after a first load must not wait for PostgreSQL to see by itself that a table of countries is not empty.
do $$
declare
    whole text := pg_get_functiondef('core.merge'::regproc);
    changed text := replace(
        replace(whole, 'execute format(''analyze %s'', target);', 'perform core.take_statistics(target);'),
        'inserted_count > greatest(5000,', 'inserted_count > greatest(100,'
    );
begin
    if position('take_statistics' in changed) = 0 or position('greatest(100,' in changed) = 0 then
        raise exception 'core.merge() takes no statistics where this expects it to';
    end if;
    execute changed;
end $$;

-- What the planner knew of a dropped index's expressions went with it, and rows that do not change are not looked at.
analyze core.series, core.country, core.country_code, core.country_group_member, core.correction;
