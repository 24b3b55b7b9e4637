-- question: in which markets were the partners active in 2026, beside what we export there?
with activity as (
    select
        market_code,
        count(*) as activities_count,
        count(distinct contract_code) as contracts_count,
        sum(companies_count) as companies_count
    from mart.partner_activity
    cross join unnest(market_codes) as market_code
    where status_code = 'held' and quarter like '2026-%'
    group by market_code
),

export as (
    select
        country_code,
        country_name_en,
        sum(value_eur) as exports_eur
    from mart.goods_trade
    where flow_code = 'X' and concept_code = 'COM' and period like '2026-%'
    group by country_code, country_name_en
)

select
    coalesce(activity.market_code, export.country_code) as country_code,
    export.country_name_en,
    coalesce(activity.activities_count, 0) as activities_count,
    coalesce(activity.contracts_count, 0) as contracts_count,
    activity.companies_count,
    export.exports_eur
from activity
full join export on activity.market_code = export.country_code
order by activities_count desc, export.exports_eur desc nulls last, country_code asc;
