-- The moment that every mart answers for. Views call it as a scalar sub-select, so that it is computed once per query.
create or replace function core.as_of() returns timestamptz
language sql stable parallel safe
as $$ select coalesce(nullif(current_setting('warehouse.as_of', true), '')::timestamptz, now()) $$;

comment on function core.as_of() is
'The moment that every mart answers for: SET warehouse.as_of = ''2026-03-01'', or now.';
