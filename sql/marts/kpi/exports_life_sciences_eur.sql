-- model: mart.kpi_exports_life_sciences_eur
-- grain: period
-- reads: mart.goods_export_domain
-- evidence: {"of": ["market"], "domain": "life-sciences"}
-- why: a core domain by itself; vaccines make it leap, so it is read beside exports without pharmaceuticals.
create or replace view mart.kpi_exports_life_sciences_eur as
select
    period,
    value_eur as value,
    is_provisional,
    known_from
from mart.goods_export_domain
where core_domain_code = 'life-sciences';

comment on view mart.kpi_exports_life_sciences_eur is 'Exports of goods of life sciences and health by month.';
comment on column mart.kpi_exports_life_sciences_eur.period is 'Month, 2026-07.';
comment on column mart.kpi_exports_life_sciences_eur.value is 'Exports in the month, EUR.';
comment on column mart.kpi_exports_life_sciences_eur.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_exports_life_sciences_eur.known_from is 'Newest knowledge behind it.';
