-- model: mart.kpi_exports_eur
-- grain: period
-- reads: mart.goods_export_section
-- evidence: {"of": ["market"]}
-- why: the first motor of the strategy; Community concept, as the agency publishes it.
create or replace view mart.kpi_exports_eur as
select
    period,
    sum(value_eur) as value,
    bool_or(is_provisional) as is_provisional,
    max(known_from) as known_from
from mart.goods_export_section
group by period;

comment on view mart.kpi_exports_eur is 'Exports of goods by month.';
comment on column mart.kpi_exports_eur.period is 'Month, 2026-07.';
comment on column mart.kpi_exports_eur.value is 'Exports in the month, EUR.';
comment on column mart.kpi_exports_eur.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_exports_eur.known_from is 'Newest knowledge behind it.';
