-- model: mart.goods_trade
-- grain: flow_code, concept_code, country_code, hs_section_code, period
-- reads: mart.series, mart.observation, mart.country_meaning, asof.country_code, asof.country_group_member
-- why: one row per market and product section, so that any sum over it is right: world and country groups are left
--      out here. A country code that the reference does not know is kept under its own code, or totals would shrink.
create or replace view mart.goods_trade as
-- not materialized, here and below: a query for a market or product then finds its series by an index
with series as not materialized (
    select
        series_id,
        concept_code,
        dimensions ->> 'FLOW' as flow_code,
        dimensions ->> 'COUNTRY' as country_source_code,
        dimensions ->> 'PRODUCT' as hs_section_code
    from mart.series
    where
        dataset_code = 'BE2:DF_EXTTRADEVLNAT_Overview'
        and freq_code = 'M'
        and dimensions ->> 'REPORTING' = 'VL'
        and dimensions ->> 'DATATYPE' = 'VAL'
        and dimensions ->> 'PRODUCT' ~ '^[IVX]+$'
),

-- one row a country, so that a query without these two columns leaves the join out
member as (
    select
        country_code,
        bool_or(group_code = 'EU27_2020') as is_eu,
        range_agg(daterange(valid_from, valid_to, '[]')) filter (where group_code = 'EU') as eu_days
    from asof.country_group_member
    group by country_code
),

known as (
    select
        code,
        range_agg(daterange(valid_from, valid_to, '[]')) as days
    from asof.country_code
    where code_system = 'NBB'
    group by code
),

-- on days on which its code has no meaning, a series stands under the code itself; most codes have no such days
unknown_series as (
    select
        series.series_id,
        series.flow_code,
        series.concept_code,
        series.hs_section_code,
        series.country_source_code,
        core.days_outside(coalesce(known.days, '{}')) as days
    from series
    left join known on series.country_source_code = known.code
    where (known.days @> '[1900-01-01,9999-12-31]'::daterange) is not true
),

market_series as (
    select
        series.series_id,
        series.flow_code,
        series.concept_code,
        series.hs_section_code,
        country.valid_from,
        country.valid_to,
        country.country_code,
        country.name_nl,
        country.name_en,
        true as is_known
    from series
    inner join mart.country_meaning as country on series.country_source_code = country.code
    where country.code_system = 'NBB' and not country.is_aggregate
    union all
    select
        series_id,
        flow_code,
        concept_code,
        hs_section_code,
        lower(days) as valid_from,
        upper(days) - 1 as valid_to,
        country_source_code as country_code,
        country_source_code as name_nl,
        country_source_code as name_en,
        false as is_known
    from unknown_series
)

select
    market_series.flow_code,
    market_series.concept_code,
    market_series.country_code,
    market_series.hs_section_code,
    observation.period,
    observation.period_start_date,
    market_series.name_nl as country_name_nl,
    market_series.name_en as country_name_en,
    coalesce(member.is_eu, false) as is_eu,
    observation.value as value_eur,
    observation.status_code = 'P' as is_provisional,
    observation.known_from,
    coalesce(member.eu_days @> observation.period_start_date, false) as is_eu_member_then
from market_series
inner join mart.observation as observation
    on
        market_series.series_id = observation.series_id
        and observation.dataset_code = 'BE2:DF_EXTTRADEVLNAT_Overview'
        -- cast to integer for the planner, as in sql/asof/views.sql
        and (market_series.valid_from > observation.period_start_date)::integer <> 1
        and (market_series.valid_to < observation.period_start_date)::integer <> 1
left join member on market_series.country_code = member.country_code and market_series.is_known;

comment on view mart.goods_trade is
'Flemish trade in goods by month, market and HS section; world and country groups are left out.';
comment on column mart.goods_trade.flow_code is 'X export, I import.';
comment on column mart.goods_trade.concept_code is 'COM community or NAT national concept; never add the two.';
comment on column mart.goods_trade.country_code is
'Market, ISO 3166-1 alpha-2; the source''s own code when the reference does not know it in that month.';
comment on column mart.goods_trade.hs_section_code is 'HS section, I to XXI.';
comment on column mart.goods_trade.period is 'Month, 2026-07.';
comment on column mart.goods_trade.period_start_date is 'First day of the month.';
comment on column mart.goods_trade.country_name_nl is 'Name of the market in Dutch.';
comment on column mart.goods_trade.country_name_en is 'Name of the market in English.';
comment on column mart.goods_trade.is_eu is
'Whether the market is one of the 27 present EU members: the same list for every month, for growth rates.';
comment on column mart.goods_trade.value_eur is
'Value in EUR, current prices; null when the source says there is none.';
comment on column mart.goods_trade.is_provisional is 'Whether the source calls the value provisional.';
comment on column mart.goods_trade.known_from is 'When this platform learned the value.';
comment on column mart.goods_trade.is_eu_member_then is
'Whether the market was in the European Union on the first day of the month: the United Kingdom until January 2020.';
