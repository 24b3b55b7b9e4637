-- model: mart.exchange_rate
-- grain: currency_code, period
-- reads: mart.series, mart.observation
-- why: the one rule for converting an amount to EUR: ECB's reference rate of the day, else the last rate before it, at
--      most seven days back; for an amount that has only a month, the month's average.
create or replace view mart.exchange_rate as
with published as (
    select
        series.freq_code,
        series.dimensions ->> 'CURRENCY' as currency_code,
        observation.period,
        observation.period_start_date as date,
        observation.value as rate,
        observation.known_from
    from mart.observation as observation
    inner join mart.series as series
        on observation.series_id = series.series_id and observation.dataset_code = series.dataset_code
    where
        observation.dataset_code = 'ECB:EXR'
        and series.definition_code = 'ECB_REFERENCE_RATE'
        and observation.value is not null
),

-- TARGET's longest holiday, from Good Friday to Easter Monday, needs four days; three more allow for a late load. An
-- older rate does not stand for the day any more: then the amount stays unconverted.
daily as (
    select
        *,
        least(
            lead(date) over (partition by currency_code order by date) - 1,
            date + 7
        ) as last_date
    from published
    where freq_code = 'D'
),

euro as (
    select generate_series('2016-01-01', (select core.as_of()), interval '1 day')::date as date
)

select
    daily.currency_code,
    to_char(day.date, 'YYYY-MM-DD') as period,
    daily.rate,
    daily.period as rate_period,
    day.date::date - daily.date as days_back,
    daily.known_from
from daily
cross join lateral generate_series(daily.date, daily.last_date, interval '1 day') as day (date)
union all
select
    currency_code,
    period,
    rate,
    period as rate_period,
    0 as days_back,
    known_from
from published
where freq_code = 'M'
union all
select
    'EUR' as currency_code,
    to_char(date, 'YYYY-MM-DD') as period,
    1 as rate,
    to_char(date, 'YYYY-MM-DD') as rate_period,
    0 as days_back,
    date::timestamptz as known_from
from euro
union all
select
    'EUR' as currency_code,
    to_char(date, 'YYYY-MM') as period,
    1 as rate,
    to_char(date, 'YYYY-MM') as rate_period,
    0 as days_back,
    date::timestamptz as known_from
from euro
where extract(day from date) = 1;

comment on view mart.exchange_rate is
'Units of a currency for one euro, for each day and month: amount / rate is EUR. No row: the amount stays unconverted.';
comment on column mart.exchange_rate.currency_code is 'ISO 4217; EUR itself has rate 1 since 2016.';
comment on column mart.exchange_rate.period is 'The day, 2026-09-14, or for amounts dated by month the month, 2026-09.';
comment on column mart.exchange_rate.rate is
'ECB''s reference rate of the day, else the last before it, at most seven days back; for a month the average.';
comment on column mart.exchange_rate.rate_period is 'The day or month whose rate it is.';
comment on column mart.exchange_rate.days_back is 'How many days the rate is older than the day; 0 for months.';
comment on column mart.exchange_rate.known_from is 'When this platform learned the rate.';
