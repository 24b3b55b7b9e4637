-- The result is mostly empty, and `rows 1` tells the planner so: it would expect a hundred rows of unnest().
create or replace function core.days_outside(days datemultirange) returns setof daterange
language sql immutable parallel safe rows 1
as $$ select unnest('{[1900-01-01,9999-12-31]}'::datemultirange - days) $$;

comment on function core.days_outside(datemultirange) is
'The ranges of days from 1900-01-01 to 9999-12-31 that the given ranges leave out.';
