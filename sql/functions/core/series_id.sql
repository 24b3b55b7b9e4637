-- The number of a series is computed from its name, so that a load writes it without a look-up.
create or replace function core.series_id(dataset_code text, series_key text) returns bigint
language sql immutable parallel safe
as $$ select hashtextextended(dataset_code || chr(31) || series_key, 0) $$;

comment on function core.series_id(text, text) is 'Stable surrogate of a series: a 64-bit hash of dataset and key.';
