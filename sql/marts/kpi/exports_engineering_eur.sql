-- model: mart.kpi_exports_engineering_eur
-- grain: period
-- reads: mart.goods_export_domain
-- evidence: {"of": ["market"], "domain": "engineering-technology"}
-- why: a core domain by itself; machines and vehicles, the largest part of what is made rather than passed on.
create or replace view mart.kpi_exports_engineering_eur as
select
    period,
    value_eur as value,
    is_provisional,
    known_from
from mart.goods_export_domain
where core_domain_code = 'engineering-technology';

comment on view mart.kpi_exports_engineering_eur is 'Exports of goods of engineering and technology by month.';
comment on column mart.kpi_exports_engineering_eur.period is 'Month, 2026-07.';
comment on column mart.kpi_exports_engineering_eur.value is 'Exports in the month, EUR.';
comment on column mart.kpi_exports_engineering_eur.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_exports_engineering_eur.known_from is 'Newest knowledge behind it.';
