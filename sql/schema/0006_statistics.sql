-- What loading any SDMX dataflow needs: moments as agencies write them, and keys as a filter.

create function core.to_moment(value text) returns timestamptz
language plpgsql stable strict parallel safe
as $$
begin
    -- The agencies' local times are Central European; a text with an offset says its own.
    if value ~ '^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?)?\s*$' then
        return trim(value)::timestamp at time zone 'Europe/Brussels';
    elsif value ~ '^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]{5,18}(Z|[-+][0-9]{2}:?[0-9]{2})\s*$' then
        return trim(value)::timestamptz;
    elsif value ~ '^\s*[0-9]{2}/[0-9]{2}/[0-9]{2}( [0-9]{2}:[0-9]{2}(:[0-9]{2})?)?\s*$' then
        return to_timestamp(trim(value), 'DD/MM/YY HH24:MI:SS')::timestamp at time zone 'Europe/Brussels';
    end if;
    return null;
exception when datetime_field_overflow or invalid_datetime_format then
    return null;
end $$;

comment on function core.to_moment(text) is
'The moment a text says, ISO 8601 or 22/05/26 11:00:00, Belgian time unless it says another; null when none.';

create function core.key_pattern(key text) returns text
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
'The regular expression for the series keys that an SDMX key asks for: VL..30+31 has any second dimension.';
