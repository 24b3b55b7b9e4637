-- model: mart.kpi_goods_exports_by_chapter
-- grain: kpi_code, period
-- reads: mart.goods_export_domain_chapter, mart.series, mart.observation
-- why: exports without two groups of products that move the total for reasons of their own, which only chapters tell
--      apart. Prices of gas and oil move nominal exports by tens of billions a year (2022), whatever Flanders does: HS
--      chapter 27 is left out. Vaccines added EUR 25 billion in 2021 and went again. They are heading 3002, which is
--      not loaded for Flanders by month; so all of chapter 30, pharmaceuticals, is left out, and the name says so.
create or replace view mart.kpi_goods_exports_by_chapter as
with pharma as (
    select
        observation.period,
        observation.value as value_eur,
        observation.status_code = 'P' as is_provisional,
        observation.known_from
    from mart.series as series
    inner join mart.observation as observation
        on series.series_id = observation.series_id and series.dataset_code = observation.dataset_code
    where
        series.dataset_code = 'BE2:DF_EXTTRADEVLNAT_Part_V_to_X'
        and series.freq_code = 'M'
        and series.concept_code = 'COM'
        and series.dimensions ->> 'REPORTING' = 'VL'
        and series.dimensions ->> 'COUNTRY' = 'A1'
        and series.dimensions ->> 'FLOW' = 'X'
        and series.dimensions ->> 'DATATYPE' = 'VAL'
        and series.dimensions ->> 'PRODUCT' = '30'
),

total as materialized (
    select
        period,
        sum(value_eur) as value_eur,
        sum(value_eur - energy_eur) as without_energy_eur,
        bool_or(is_provisional) as is_provisional,
        max(known_from) as known_from
    from mart.goods_export_domain_chapter
    group by period
)

select
    'exports_without_energy_eur' as kpi_code,
    period,
    without_energy_eur as value,
    is_provisional,
    known_from
from total
union all
select
    'exports_without_pharma_eur' as kpi_code,
    total.period,
    total.value_eur - pharma.value_eur as value,
    total.is_provisional or pharma.is_provisional as is_provisional,
    greatest(total.known_from, pharma.known_from) as known_from
from total
inner join pharma on total.period = pharma.period;

comment on view mart.kpi_goods_exports_by_chapter is
'Exports of goods by month without energy, and without pharmaceuticals.';
comment on column mart.kpi_goods_exports_by_chapter.kpi_code is 'The KPI; core.kpi says what it means.';
comment on column mart.kpi_goods_exports_by_chapter.period is 'Month, 2026-07.';
comment on column mart.kpi_goods_exports_by_chapter.value is 'Exports in the month, EUR.';
comment on column mart.kpi_goods_exports_by_chapter.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_goods_exports_by_chapter.known_from is 'Newest knowledge behind it.';
