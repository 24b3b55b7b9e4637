-- model: mart.trade
-- grain: flow_code, country_code, core_domain_code, period
-- reads: mart.goods_trade, mart.product_rule, asof.core_domain
-- why: one table about trade for charting tools: market by core domain by month, with the columns that users ask for
--      most, so that nobody computes a growth rate by hand. A market and domain without a row had no trade in that
--      month. By the Community concept; the domains of a product are decided as in mart.goods_export_domain.
create or replace view mart.trade as
-- materialized: each product is matched to its domains once, not once a month and market
with product_rule as materialized (
    select
        product_code,
        core_domain_code,
        weight_share,
        valid_from,
        valid_to,
        known_from
    from mart.product_rule
),

core_domain as (
    select
        core_domain_code,
        name_nl,
        name_en
    from asof.core_domain
),

market as (
    select
        trade.flow_code,
        trade.country_code,
        coalesce(product_rule.core_domain_code, 'unassigned') as core_domain_code,
        trade.period,
        trade.period_start_date,
        max(trade.country_name_nl) as country_name_nl,
        max(trade.country_name_en) as country_name_en,
        bool_or(trade.is_eu) as is_eu,
        sum(trade.value_eur * coalesce(product_rule.weight_share, 1)) as value_eur,
        bool_or(trade.is_provisional) as is_provisional,
        max(greatest(trade.known_from, product_rule.known_from)) as known_from
    from mart.goods_trade as trade
    left join product_rule
        on
            trade.hs_section_code = product_rule.product_code
            and trade.period_start_date between product_rule.valid_from and product_rule.valid_to
    where trade.concept_code = 'COM'
    group by
        trade.flow_code, trade.country_code, coalesce(product_rule.core_domain_code, 'unassigned'), trade.period,
        trade.period_start_date
),

-- one row a month, so that the planner skips the sum of all trade for a query that does not ask for these columns
month as (
    select
        period_start_date,
        sum(value_eur) filter (where flow_code = 'X') as exports_eur,
        sum(value_eur) filter (where flow_code = 'I') as imports_eur,
        count(sum(1) filter (where flow_code = 'X')) over last_year as export_months_count,
        count(sum(1) filter (where flow_code = 'I')) over last_year as import_months_count
    from mart.goods_trade
    where concept_code = 'COM'
    group by period_start_date
    window last_year as (order by period_start_date range between interval '11 months' preceding and current row)
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
    case
        when case compared.flow_code when 'X' then month.export_months_count else month.import_months_count end = 12
            then compared.twelve_months_eur
    end as twelve_months_eur,
    compared.value_eur
    / nullif(case compared.flow_code when 'X' then month.exports_eur else month.imports_eur end, 0) as total_share,
    compared.is_provisional,
    compared.known_from
from compared
left join month on compared.period_start_date = month.period_start_date
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
comment on column mart.trade.is_eu is 'Whether the market is one of the 27 present members of the European Union.';
comment on column mart.trade.core_domain_name_nl is 'Name of the core domain in Dutch.';
comment on column mart.trade.core_domain_name_en is 'Name of the core domain in English.';
comment on column mart.trade.value_eur is
'Value in EUR, current prices, each product counted by its weight for the domain in that month.';
comment on column mart.trade.last_year_eur is 'The same month one year before, EUR; null when there was none.';
comment on column mart.trade.last_year_change_share is 'Value divided by last year''s, less 1: 0.03 is 3 % more.';
comment on column mart.trade.twelve_months_eur is
'Sum of the twelve months up to and including this one, EUR; null while the source has not published all twelve.';
comment on column mart.trade.total_share is 'Part of the whole flow in that month: 0.03 is 3 %.';
comment on column mart.trade.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.trade.known_from is 'Newest knowledge behind the value.';
