-- SDMX periods: '2026', '2026-S1', '2026-Q3', '2026-09', '2026-09-14'.
-- uses: core.to_date
create or replace function core.period_start(period text) returns date
language sql immutable parallel safe
as $$
    select case
        when length(period) > 7 then core.to_date(period)
        when left(period, 4) = '0000' then null
        when period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$' then make_date(left(period, 4)::int, right(period, 2)::int, 1)
        when period ~ '^[0-9]{4}$' then make_date(period::int, 1, 1)
        when period ~ '^[0-9]{4}-Q[1-4]$' then make_date(left(period, 4)::int, right(period, 1)::int * 3 - 2, 1)
        when period ~ '^[0-9]{4}-S[12]$' then make_date(left(period, 4)::int, right(period, 1)::int * 6 - 5, 1)
    end
$$;

comment on function core.period_start(text) is 'First day of an SDMX period, or null when the text is no period.';
