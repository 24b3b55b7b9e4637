-- Never raises: text that cannot be read becomes null, and a row rule names it.
create or replace function core.to_integer(value text) returns bigint
language sql immutable parallel safe
as $$ select case when value ~ '^\s*[-+]?[0-9]{1,17}(\.0{1,9})?\s*$' then value::numeric::bigint end $$;

comment on function core.to_integer(text) is 'The whole number in a text, or null when the text is no whole number.';
