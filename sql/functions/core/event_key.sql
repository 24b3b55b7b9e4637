-- One event gets one key, whichever co-organiser reports it: title, first day and country decide.
create or replace function core.event_key(title text, start_date date, country_code text) returns text
language sql immutable parallel safe
as $$
    select md5(
        regexp_replace(lower(title), '[^[:alnum:]]+', '', 'g')
        || '|' || (start_date - date '2000-01-01')::text || '|' || coalesce(country_code, '')
    )
$$;

comment on function core.event_key(text, date, text) is
'Names an event by its title (letters and digits only), first day and country, whoever reports it.';
