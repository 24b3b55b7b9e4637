-- SDMX periods: '2026', '2026-S1', '2026-Q3', '2026-09', '2026-09-14'.
-- uses: core.period_start
create or replace function core.period_end(period text) returns date
language sql immutable parallel safe
as $$
    select (core.period_start(period) + case
        when period ~ '^[0-9]{4}$' then interval '1 year'
        when period ~ '-S' then interval '6 months'
        when period ~ '-Q' then interval '3 months'
        when period ~ '^[0-9]{4}-[0-9]{2}$' then interval '1 month'
        else interval '1 day'
    end)::date - 1
$$;

comment on function core.period_end(text) is 'Last day of an SDMX period, or null when the text is no period.';
