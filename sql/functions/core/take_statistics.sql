-- Only the owner of a table may analyze it, and etl, which loads, owns nothing: without this, the planner would not
-- learn what a merge changed.
create or replace function core.take_statistics(target regclass) returns void
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

comment on function core.take_statistics(regclass) is 'Analyzes a table of core for the planner.';
revoke execute on function core.take_statistics from public;
grant execute on function core.take_statistics to etl;
