-- model: mart.kpi_exports_materials_eur
-- grain: period
-- reads: mart.goods_export_domain
-- evidence: {"of": ["market"], "domain": "sustainable-materials"}
-- why: a core domain by itself; without fuels, whose prices would decide it.
create or replace view mart.kpi_exports_materials_eur as
select
    period,
    value_eur as value,
    is_provisional,
    known_from
from mart.goods_export_domain
where core_domain_code = 'sustainable-materials';

comment on view mart.kpi_exports_materials_eur is
'Exports of goods of sustainable resources, materials and chemistry by month.';
comment on column mart.kpi_exports_materials_eur.period is 'Month, 2026-07.';
comment on column mart.kpi_exports_materials_eur.value is 'Exports in the month, EUR.';
comment on column mart.kpi_exports_materials_eur.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_exports_materials_eur.known_from is 'Newest knowledge behind it.';
