-- question: which twenty markets took most of our exports in the last twelve months, and how did each change?
with last_month as (
    select max(period_start_date) as period_start_date
    from mart.goods_trade
    where flow_code = 'X' and concept_code = 'COM'
),

market as (
    select
        trade.country_code,
        trade.country_name_en,
        sum(trade.value_eur) filter (
            where trade.period_start_date > last_month.period_start_date - interval '12 months'
        ) as last_year_eur,
        sum(trade.value_eur) filter (
            where trade.period_start_date <= last_month.period_start_date - interval '12 months'
        ) as year_before_eur
    from mart.goods_trade as trade
    cross join last_month
    where
        trade.flow_code = 'X'
        and trade.concept_code = 'COM'
        and trade.period_start_date > last_month.period_start_date - interval '24 months'
    group by trade.country_code, trade.country_name_en
)

select
    country_code,
    country_name_en,
    last_year_eur,
    round(last_year_eur / sum(last_year_eur) over (), 4) as market_share,
    round(last_year_eur / nullif(year_before_eur, 0) - 1, 4) as change_share
from market
order by last_year_eur desc nulls last
limit 20;
