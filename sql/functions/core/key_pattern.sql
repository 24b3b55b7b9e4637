-- Turns the key of an SDMX query into a filter on series keys.
create or replace function core.key_pattern(key text) returns text
language sql immutable parallel safe
as $$
    select '^' || string_agg(
        case
            when part in ('', '*') then '[^.]*'
            else '(' || replace(regexp_replace(part, '([^A-Za-z0-9_+])', '\\\1', 'g'), '+', '|') || ')'
        end, '\.' order by position
    ) || '$'
    from string_to_table(key, '.') with ordinality as dimension (part, position)
$$;

comment on function core.key_pattern(text) is
'The regular expression for the series keys that an SDMX key asks for: VL..30+31 accepts any second dimension.';
