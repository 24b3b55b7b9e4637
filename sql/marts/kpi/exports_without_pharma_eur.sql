-- model: mart.kpi_exports_without_pharma_eur
-- grain: period
-- reads: mart.goods_export_domain_chapter, mart.series, mart.observation
-- evidence: {"of": ["chapter"]}
-- why: vaccines added EUR 25 billion in 2021 and went again. They are heading 3002, which is not among what is
--      loaded of Flanders by month; so all of chapter 30, pharmaceuticals, is left out, and the name says so.
create or replace view mart.kpi_exports_without_pharma_eur as
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

total as (
    select
        period,
        sum(value_eur) as value_eur,
        bool_or(is_provisional) as is_provisional,
        max(known_from) as known_from
    from mart.goods_export_domain_chapter
    group by period
)

select
    total.period,
    total.value_eur - pharma.value_eur as value,
    total.is_provisional or pharma.is_provisional as is_provisional,
    greatest(total.known_from, pharma.known_from) as known_from
from total
inner join pharma on total.period = pharma.period;

comment on view mart.kpi_exports_without_pharma_eur is 'Exports of goods without pharmaceuticals, by month.';
comment on column mart.kpi_exports_without_pharma_eur.period is 'Month, 2026-07.';
comment on column mart.kpi_exports_without_pharma_eur.value is 'Exports in the month less those of HS chapter 30, EUR.';
comment on column mart.kpi_exports_without_pharma_eur.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_exports_without_pharma_eur.known_from is 'Newest knowledge behind it.';
