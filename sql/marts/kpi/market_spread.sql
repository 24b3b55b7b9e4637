-- model: mart.kpi_market_spread
-- grain: period
-- reads: mart.goods_trade
-- evidence: {"of": ["market"], "months": 12}
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
    select
        period,
        period_start_date,
        lag(period_start_date, 11) over (order by period_start_date) + interval '11 months' = period_start_date
            as is_complete
    from market_export
    group by period, period_start_date
),

-- a market stands in every month, so that one without exports to it does not shorten its year; added up, not joined:
-- the planner expects one row here and would hold each against all (1.5 s instead of 0.05 s)
filled as (
    select
        country_code,
        period,
        period_start_date,
        value_eur,
        is_provisional,
        known_from
    from market_export
    union all
    select
        market.country_code,
        months.period,
        months.period_start_date,
        null as value_eur,
        null as is_provisional,
        null as known_from
    from (select distinct country_code from market_export) as market
    cross join months
    where months.is_complete
),

market_year as (
    select
        country_code,
        period,
        sum(sum(value_eur)) over so_far as value_eur,
        bool_or(bool_or(is_provisional)) over so_far as is_provisional,
        max(max(known_from)) over so_far as known_from
    from filled
    group by country_code, period, period_start_date
    window
        so_far as (
            partition by country_code
            order by period_start_date range between interval '11 months' preceding and current row
        )
)

select
    period,
    sum(value_eur) * sum(value_eur) / nullif(sum(value_eur * value_eur), 0) as value,
    bool_or(is_provisional) as is_provisional,
    max(known_from) as known_from
from market_year
where
    period in (
        select months.period
        from months
        where months.is_complete
    )
group by period;

comment on view mart.kpi_market_spread is
'Effective number of export markets: 1 divided by the sum of squared market shares over twelve months.';
comment on column mart.kpi_market_spread.period is 'Month, 2026-07.';
comment on column mart.kpi_market_spread.value is 'Number of equally large markets that would give the same spread.';
comment on column mart.kpi_market_spread.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_market_spread.known_from is 'Newest knowledge behind it.';
