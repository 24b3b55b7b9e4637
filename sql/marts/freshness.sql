-- model: mart.freshness
-- grain: source_code
-- reads: asof.kpi, asof.release_calendar, mart.kpi_value, ops.request, ops.batch, ops.merge, landing.payload
-- why: keeps moments apart that must not be mixed: when we last asked the source, when something last changed, and
--      until when the data and the KPIs computed from them run. The release calendar says whether a source is late; its
--      KPIs say whether it is fresh enough for a report.
create or replace view mart.freshness as
with calendar as (
    select
        source_code,
        freq_code,
        lag_days,
        grace_days,
        pattern
    from asof.release_calendar
),

kpi as (
    select
        kpi_code,
        source_code,
        max_age_days
    from asof.kpi
),

-- one row per source, so that a query without these columns computes no KPI
figures as (
    select
        kpi.source_code,
        max(kpi_value.period_end_date) as data_until_date
    from kpi
    inner join mart.kpi_value as kpi_value on kpi.kpi_code = kpi_value.kpi_code
    group by kpi.source_code
),

allowed as (
    select
        source_code,
        min(max_age_days) as allowed_age_days
    from kpi
    group by source_code
),

known as (
    select source_code from calendar
    union distinct
    select source_code from kpi
),

checked as (
    select
        source_code,
        max(clock) as checked_at
    from ops.request
    where known_from <= (select core.as_of())
    group by source_code
),

loaded as (
    select
        payload.source_code,
        max(written.known_from) filter (
            where written.inserted_row_count + written.closed_row_count > 0
        ) as loaded_at,
        max(batch.covers_until_date) as covers_until_date
    from ops.merge as written
    inner join ops.batch as batch on written.batch_id = batch.batch_id
    inner join landing.payload as payload on batch.payload_id = payload.payload_id
    where written.known_from <= (select core.as_of())
    group by payload.source_code
),

source as (
    select
        known.source_code,
        checked.checked_at,
        loaded.loaded_at,
        loaded.covers_until_date,
        figures.data_until_date,
        allowed.allowed_age_days,
        calendar.pattern as release_pattern,
        calendar.grace_days,
        -- The end of the period after the newest one, plus the lag.
        case calendar.freq_code
            when 'A' then (date_trunc('year', loaded.covers_until_date + 1) + interval '1 year')::date - 1
            when 'Q' then (date_trunc('quarter', loaded.covers_until_date + 1) + interval '3 months')::date - 1
            when 'M' then (date_trunc('month', loaded.covers_until_date + 1) + interval '1 month')::date - 1
            else loaded.covers_until_date + 1
        end + calendar.lag_days as next_release_date,
        (select core.as_of() at time zone 'Europe/Brussels')::date as today
    from known
    left join calendar on known.source_code = calendar.source_code
    left join allowed on known.source_code = allowed.source_code
    left join figures on known.source_code = figures.source_code
    left join checked on known.source_code = checked.source_code
    left join loaded on known.source_code = loaded.source_code
)

select
    source_code,
    checked_at,
    loaded_at,
    covers_until_date,
    next_release_date,
    case when today > next_release_date + grace_days then today - next_release_date end as days_late,
    case
        when release_pattern is not null then coalesce(today > next_release_date + grace_days, true)
    end as is_late,
    release_pattern,
    data_until_date,
    allowed_age_days,
    case
        when allowed_age_days is not null then coalesce(today - data_until_date <= allowed_age_days, false)
    end as is_fresh
from source;

comment on view mart.freshness is 'How old each source is, when its next release is due, and whether it is late.';
comment on column mart.freshness.source_code is 'The register''s source.';
comment on column mart.freshness.checked_at is 'When it last answered a request, with something new or not.';
comment on column mart.freshness.loaded_at is 'When it last changed anything here.';
comment on column mart.freshness.covers_until_date is
'Last day of the newest period that it ever sent a figure for, also one under embargo; null when nothing was loaded.';
comment on column mart.freshness.next_release_date is
'When the next period is due by the release calendar; null without a calendar or data.';
comment on column mart.freshness.days_late is
'Days since it was due, once the days of grace are over; null while not late.';
comment on column mart.freshness.is_late is
'Whether the next period is overdue; true also when nothing was ever loaded; null without a calendar.';
comment on column mart.freshness.release_pattern is 'The release pattern in words.';
comment on column mart.freshness.data_until_date is
'Last day that the KPIs computed from it cover; null when no KPI uses it.';
comment on column mart.freshness.allowed_age_days is 'Strictest age that its KPIs allow; null when no KPI uses it.';
comment on column mart.freshness.is_fresh is
'Whether the KPIs'' figures are young enough, counted from the as-of moment; null when no KPI uses it.';
