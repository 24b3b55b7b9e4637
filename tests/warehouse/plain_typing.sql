-- The typing of texts, written plainly: an oracle for the fast functions of sql/functions/core, which must agree with it.
-- Where a function here raises, the fast one gives null.

create schema plain;

create function plain.to_numeric(value text) returns numeric
language sql immutable parallel safe
as $$
    select case
        when value ~ '^\s*[-+]?([0-9]{1,24}(\.[0-9]{0,18})?|\.[0-9]{1,18})([eE][-+]?[0-9]{1,2})?\s*$' then value::numeric
    end
$$;

create function plain.to_date(value text) returns date
language plpgsql immutable parallel safe
as $$
begin
    if value ~ '^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]00:00:00(\.0+)?)?\s*$' then
        return left(trim(value), 10)::date;
    end if;
    return null;
exception when datetime_field_overflow then
    return null;
end $$;

create function plain.period_start(period text) returns date
language sql immutable parallel safe
as $$
    select case
        when period ~ '^[0-9]{4}$' then make_date(period::int, 1, 1)
        when period ~ '^[0-9]{4}-S[12]$' then make_date(left(period, 4)::int, right(period, 1)::int * 6 - 5, 1)
        when period ~ '^[0-9]{4}-Q[1-4]$' then make_date(left(period, 4)::int, right(period, 1)::int * 3 - 2, 1)
        when period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$' then make_date(left(period, 4)::int, right(period, 2)::int, 1)
        else plain.to_date(period)
    end
$$;

create function plain.to_moment(value text) returns timestamptz
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
