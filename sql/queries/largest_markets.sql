-- question: which twenty markets took most of our exports in the last twelve months, and how did each change?
-- note: materialized, so that the mart is read once and not once for each month (a second instead of minutes).
with trade as materialized (
    select
        country_code,
        country_name_en,
        period_start_date,
        value_eur,
        max(period_start_date) over () as last_start_date
    from mart.goods_trade
    where flow_code = 'X' and concept_code = 'COM'
),

market as (
    select
        country_code,
        country_name_en,
        sum(value_eur) filter (where period_start_date > last_start_date - interval '12 months') as last_year_eur,
        sum(value_eur) filter (where period_start_date <= last_start_date - interval '12 months') as year_before_eur
    from trade
    where period_start_date > last_start_date - interval '24 months'
    group by country_code, country_name_en
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
