-- Never raises: text that cannot be read becomes null, and a row rule names it.
-- Avoids an exception block: it costs ten times as much, and cannot run in a parallel query that writes.
-- uses: core.to_date
create or replace function core.to_moment(value text) returns timestamptz
language sql stable strict parallel safe
as $$
    select case
        when core.to_date(said.iso_date) is null then null
        -- The agencies' local times are Central European; a text may carry an offset of its own.
        when said.clock ~ '^([T ]([01][0-9]|2[0-3]):[0-5][0-9](:([0-5][0-9]|60)(\.[0-9]{1,9})?)?)?$'
            then (said.iso_date || said.clock)::timestamp at time zone 'Europe/Brussels'
        when said.clock ~ ('^[T ]([01][0-9]|2[0-3]):[0-5][0-9](:([0-5][0-9]|60)(\.[0-9]{1,9})?)?'
            || '(Z|[-+](0[0-9]|1[0-5]):?[0-5][0-9])$')
            then (said.iso_date || said.clock)::timestamptz
    end
    from (
        select
            case
                when trim(value) ~ '^[0-9]{2}/[0-9]{2}/[0-9]{2}( [0-9:]*)?$'
                    then case when substr(trim(value), 7, 2) < '70' then '20' else '19' end
                        || substr(trim(value), 7, 2) || '-' || substr(trim(value), 4, 2) || '-' || left(trim(value), 2)
                else left(trim(value), 10)
            end as iso_date,
            case
                when trim(value) ~ '^[0-9]{2}/[0-9]{2}/[0-9]{2}' then substr(trim(value), 9)
                else substr(trim(value), 11)
            end as clock
    ) as said
$$;

comment on function core.to_moment(text) is
'The moment in a text, ISO 8601 or 22/05/26 11:00:00, in Belgian time unless it has an offset; null when unreadable.';
