-- model: mart.goods_export_market
-- grain: country_code, period
-- reads: mart.goods_trade
-- why: exports to a market, all sections together, which is what the spread over markets is made of.
create or replace view mart.goods_export_market as
select
    country_code,
    period,
    period_start_date,
    sum(value_eur) as value_eur,
    bool_or(is_provisional) as is_provisional,
    max(known_from) as known_from
from mart.goods_trade
where flow_code = 'X' and concept_code = 'COM'
group by country_code, period, period_start_date;

comment on view mart.goods_export_market is
'Flemish goods exports (Community concept) by month and market, all sections together.';
comment on column mart.goods_export_market.country_code is 'Market, as in mart.goods_trade.';
comment on column mart.goods_export_market.period is 'Month, 2026-07.';
comment on column mart.goods_export_market.period_start_date is 'First day of the month.';
comment on column mart.goods_export_market.value_eur is 'Exports in the month, EUR.';
comment on column mart.goods_export_market.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.goods_export_market.known_from is 'Newest knowledge behind it.';
