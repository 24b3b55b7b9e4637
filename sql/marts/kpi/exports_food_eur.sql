-- model: mart.kpi_exports_food_eur
-- grain: period
-- reads: mart.goods_export_domain
-- evidence: {"of": ["market"], "domain": "food"}
-- why: a core domain by itself; the one whose prices and volumes follow harvests, so one month says little.
create or replace view mart.kpi_exports_food_eur as
select
    period,
    value_eur as value,
    is_provisional,
    known_from
from mart.goods_export_domain
where core_domain_code = 'food';

comment on view mart.kpi_exports_food_eur is 'Exports of goods of food by month.';
comment on column mart.kpi_exports_food_eur.period is 'Month, 2026-07.';
comment on column mart.kpi_exports_food_eur.value is 'Exports in the month, EUR.';
comment on column mart.kpi_exports_food_eur.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_exports_food_eur.known_from is 'Newest knowledge behind it.';
