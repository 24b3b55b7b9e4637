-- model: mart.kpi_market_spread
-- grain: period
-- reads: mart.goods_export_market
-- evidence: {"of": ["market"], "months": 12}
-- why: exports that hang on a few markets are fragile. Twelve months at a time, so that seasons cancel out; before
--      there are twelve there is no figure.
create or replace view mart.kpi_market_spread as
with market_export as (
    select
        country_code,
        period,
        period_start_date,
        value_eur,
        is_provisional,
        known_from
    from mart.goods_export_market
),

month as (
    select
        period,
        period_start_date,
        count(*) over so_far as months_count,
        bool_or(bool_or(is_provisional)) over so_far as is_provisional,
        max(max(known_from)) over so_far as known_from
    from market_export
    group by period, period_start_date
    window so_far as (order by period_start_date range between interval '11 months' preceding and current row)
),

-- a market stands in every month, so that one without exports to it does not shorten its year; added up, not joined:
-- the planner expects one row here and would hold each against all (1.5 s instead of 0.05 s)
filled as (
    select
        country_code,
        period_start_date,
        value_eur
    from market_export
    union all
    select
        market.country_code,
        month.period_start_date,
        null as value_eur
    from (select distinct country_code from market_export) as market
    cross join month
    where month.months_count = 12
),

market_year as (
    select
        country_code,
        period_start_date,
        sum(sum(value_eur)) over so_far as value_eur
    from filled
    group by country_code, period_start_date
    window
        so_far as (
            partition by country_code
            order by period_start_date range between interval '11 months' preceding and current row
        )
),

year as (
    select
        period_start_date,
        sum(value_eur) * sum(value_eur) / nullif(sum(value_eur * value_eur), 0) as value
    from market_year
    group by period_start_date
)

select
    month.period,
    year.value,
    month.is_provisional,
    month.known_from
from month
inner join year on month.period_start_date = year.period_start_date
where month.months_count = 12;

comment on view mart.kpi_market_spread is
'Effective number of export markets: 1 divided by the sum of squared market shares over twelve months.';
comment on column mart.kpi_market_spread.period is 'Month, 2026-07.';
comment on column mart.kpi_market_spread.value is 'Number of equally large markets that would give the same spread.';
comment on column mart.kpi_market_spread.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_market_spread.known_from is 'Newest knowledge behind it.';
