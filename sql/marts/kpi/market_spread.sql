-- model: mart.kpi_market_spread
-- grain: period
-- reads: mart.goods_trade
-- why: exports that hang on a few markets are fragile. Twelve months at a time, so that seasons cancel out; before
--      there are twelve there is no figure.
create or replace view mart.kpi_market_spread as
with market_export as (
    select
        country_code,
        period,
        period_start_date,
        sum(value_eur) as value_eur,
        bool_or(is_provisional) as is_provisional,
        max(known_from) as known_from
    from mart.goods_trade
    where flow_code = 'X' and concept_code = 'COM'
    group by country_code, period, period_start_date
),

months as (
    select distinct
        period,
        period_start_date
    from market_export
),

market_year as (
    select
        months.period,
        market_export.country_code,
        sum(market_export.value_eur) as value_eur,
        bool_or(market_export.is_provisional) as is_provisional,
        max(market_export.known_from) as known_from
    from months
    inner join market_export
        on
            months.period_start_date >= market_export.period_start_date
            and months.period_start_date < market_export.period_start_date + interval '12 months'
    group by months.period, market_export.country_code
),

complete as (
    select period
    from (
        select
            period,
            period_start_date,
            lag(period_start_date, 11) over (order by period_start_date) as eleven_before_date
        from months
    ) as month_before
    where eleven_before_date + interval '11 months' = period_start_date
)

select
    market_year.period,
    sum(market_year.value_eur) ^ 2 / nullif(sum(market_year.value_eur ^ 2), 0) as value,
    bool_or(market_year.is_provisional) as is_provisional,
    max(market_year.known_from) as known_from
from market_year
inner join complete on market_year.period = complete.period
group by market_year.period;

comment on view mart.kpi_market_spread is
'Effective number of export markets: 1 divided by the sum of squared market shares over twelve months.';
comment on column mart.kpi_market_spread.period is 'Month, 2026-07.';
comment on column mart.kpi_market_spread.value is 'Number of equally large markets that would give the same spread.';
comment on column mart.kpi_market_spread.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_market_spread.known_from is 'Newest knowledge behind it.';
