-- model: mart.kpi_exports_without_energy_eur
-- grain: period
-- reads: mart.goods_export_domain_chapter
-- evidence: {"of": ["chapter"]}
-- why: prices of gas and oil move nominal exports by tens of billions a year (2022), whatever Flanders does. HS
--      chapter 27 is left out.
create or replace view mart.kpi_exports_without_energy_eur as
select
    period,
    sum(value_eur - energy_eur) as value,
    bool_or(is_provisional) as is_provisional,
    max(known_from) as known_from
from mart.goods_export_domain_chapter
group by period;

comment on view mart.kpi_exports_without_energy_eur is 'Exports of goods without fuels and electricity, by month.';
comment on column mart.kpi_exports_without_energy_eur.period is 'Month, 2026-07.';
comment on column mart.kpi_exports_without_energy_eur.value is 'Exports in the month less those of HS chapter 27, EUR.';
comment on column mart.kpi_exports_without_energy_eur.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_exports_without_energy_eur.known_from is 'Newest knowledge behind it.';
