-- Never raises: text that cannot be read becomes null, and a row rule names it.
-- Avoids an exception block: it costs ten times as much, and cannot run in a parallel query that writes.
create or replace function core.to_date(value text) returns date
language sql immutable parallel safe
as $$
    select case
        when value ~ '^\s*[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([T ]00:00:00(\.0+)?)?\s*$'
            and value !~ '^\s*0000' then case
            when substr(trim(value), 9, 2)::int <= extract(
                day from make_date(substr(trim(value), 1, 4)::int, substr(trim(value), 6, 2)::int, 1)
                + interval '1 month - 1 day'
            ) then make_date(
                substr(trim(value), 1, 4)::int, substr(trim(value), 6, 2)::int, substr(trim(value), 9, 2)::int
            )
        end
    end
$$;

comment on function core.to_date(text) is 'The ISO 8601 date in a text, or null when the text is no date.';
