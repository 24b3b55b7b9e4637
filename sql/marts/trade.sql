-- model: mart.trade
-- grain: flow_code, country_code, core_domain_code, period
-- reads: mart.goods_trade, mart.product_rule, core.core_domain
-- why: the one table about trade for a drawing program: market by core domain by month, with what is asked of it most,
--      so that nobody works out a growth rate by hand. A market and domain without a row had no trade in that month. By
--      the Community concept; the domains of a product are decided as in mart.goods_export_domain.
create or replace view mart.trade as
with product_trade as (
    select
        flow_code,
        country_code,
        hs_section_code as product_code,
        period,
        period_start_date,
        max(country_name_nl) as country_name_nl,
        max(country_name_en) as country_name_en,
        bool_or(is_eu) as is_eu,
        sum(value_eur) as value_eur,
        bool_or(is_provisional) as is_provisional,
        max(known_from) as known_from
    from mart.goods_trade
    where concept_code = 'COM'
    group by flow_code, country_code, hs_section_code, period, period_start_date
),

product_month as (
    select distinct
        product_code,
        period_start_date
    from product_trade
),

-- materialized: each product meets the bridge once a month, not once a month and market
share as materialized (
    select
        product_code,
        period_start_date,
        core_domain_code,
        weight_share,
        rule_known_from
    from (
        select
            product_month.product_code,
            product_month.period_start_date,
            coalesce(product_rule.core_domain_code, 'unassigned') as core_domain_code,
            coalesce(product_rule.weight_share, 1) as weight_share,
            product_rule.known_from as rule_known_from,
            rank() over (
                partition by product_month.product_code, product_month.period_start_date
                order by length(product_rule.rule_code) desc
            ) as place
        from product_month
        left join mart.product_rule as product_rule
            on
                product_month.product_code = product_rule.product_code
                and product_month.period_start_date between product_rule.valid_from and product_rule.valid_to
    ) as ranked
    where place = 1
),

core_domain as (
    select
        core_domain_code,
        name_nl,
        name_en
    from core.core_domain
    where
        known_from <= (select core.as_of())
        and known_to > (select core.as_of())
),

month as (
    select
        flow_code,
        period_start_date,
        sum(value_eur) as total_eur,
        count(*) over (
            partition by flow_code order by period_start_date
            range between interval '11 months' preceding and current row
        ) as months_count
    from product_trade
    group by flow_code, period_start_date
),

market as (
    select
        product_trade.flow_code,
        product_trade.country_code,
        share.core_domain_code,
        product_trade.period,
        product_trade.period_start_date,
        max(product_trade.country_name_nl) as country_name_nl,
        max(product_trade.country_name_en) as country_name_en,
        bool_or(product_trade.is_eu) as is_eu,
        sum(product_trade.value_eur * share.weight_share) as value_eur,
        bool_or(product_trade.is_provisional) as is_provisional,
        max(greatest(product_trade.known_from, share.rule_known_from)) as known_from
    from product_trade
    inner join share
        on
            product_trade.product_code = share.product_code
            and product_trade.period_start_date = share.period_start_date
    group by
        product_trade.flow_code, product_trade.country_code, share.core_domain_code, product_trade.period,
        product_trade.period_start_date
),

compared as (
    select
        market.*,
        max(value_eur) over (
            history range between interval '1 year' preceding and interval '1 year' preceding
        ) as last_year_eur,
        sum(value_eur) over (
            history range between interval '11 months' preceding and current row
        ) as twelve_months_eur
    from market
    window history as (partition by flow_code, country_code, core_domain_code order by period_start_date)
)

select
    compared.flow_code,
    compared.country_code,
    compared.core_domain_code,
    compared.period,
    compared.period_start_date,
    compared.country_name_nl,
    compared.country_name_en,
    compared.is_eu,
    coalesce(core_domain.name_nl, compared.core_domain_code) as core_domain_name_nl,
    coalesce(core_domain.name_en, compared.core_domain_code) as core_domain_name_en,
    compared.value_eur,
    compared.last_year_eur,
    compared.value_eur / nullif(compared.last_year_eur, 0) - 1 as last_year_change_share,
    case when month.months_count = 12 then compared.twelve_months_eur end as twelve_months_eur,
    compared.value_eur / nullif(month.total_eur, 0) as total_share,
    compared.is_provisional,
    compared.known_from
from compared
inner join month
    on compared.flow_code = month.flow_code and compared.period_start_date = month.period_start_date
left join core_domain on compared.core_domain_code = core_domain.core_domain_code;

comment on view mart.trade is
'Flemish goods trade (Community concept) by month, market and core domain, with growth, twelve months and share.';
comment on column mart.trade.flow_code is 'X exports, I imports.';
comment on column mart.trade.country_code is
'Market, ISO 3166-1 alpha-2; the source''s own code when the reference does not know it in that month.';
comment on column mart.trade.core_domain_code is 'Core domain of the strategy, or unassigned.';
comment on column mart.trade.period is 'Month, 2026-07.';
comment on column mart.trade.period_start_date is 'First day of the month.';
comment on column mart.trade.country_name_nl is 'Name of the market in Dutch.';
comment on column mart.trade.country_name_en is 'Name of the market in English.';
comment on column mart.trade.is_eu is 'Whether the market is in the European Union of 27 of today.';
comment on column mart.trade.core_domain_name_nl is 'Name of the core domain in Dutch.';
comment on column mart.trade.core_domain_name_en is 'Name of the core domain in English.';
comment on column mart.trade.value_eur is
'Value in EUR, current prices, each product counted by its weight for the domain in that month.';
comment on column mart.trade.last_year_eur is 'The same month one year before, EUR; null when there was none.';
comment on column mart.trade.last_year_change_share is 'Value divided by last year''s, less 1: 0.03 is 3 % more.';
comment on column mart.trade.twelve_months_eur is
'The twelve months up to and with this one, EUR; null while the source has not published all twelve.';
comment on column mart.trade.total_share is 'Part of the whole flow in that month: 0.03 is 3 %.';
comment on column mart.trade.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.trade.known_from is 'Newest knowledge behind the value.';
