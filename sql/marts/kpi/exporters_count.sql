-- model: mart.kpi_exporters_count
-- grain: kpi_code, period
-- reads: mart.series, mart.observation
-- why: how many enterprises export: a few large firms can carry the total. For Belgium, because no such count is
--      published for Flanders; some eighteen months late.
create or replace view mart.kpi_exporters_count as
select
    'exporters_count' as kpi_code,
    observation.period,
    observation.value,
    observation.status_code = 'P' as is_provisional,
    observation.known_from
from mart.observation as observation
inner join mart.series as series
    on observation.series_id = series.series_id and observation.dataset_code = series.dataset_code
where
    observation.dataset_code = 'BE2:DF_EXTT_TEC_ACTIVITY_SIZE'
    and series.dimensions ->> 'INDICATOR' = 'ENT_TRD'
    and series.dimensions ->> 'FLOW' = 'X'
    and series.dimensions ->> 'REF_AREA' = 'BE'
    and series.dimensions ->> 'COUNTERPART_AREA' = 'A1'
    and series.dimensions ->> 'ACTIVITY' = '_T'
    and series.dimensions ->> 'NUMBER_EMPL' = '_T'
    and series.dimensions ->> 'TRADE_POPULATION' = '_T';

comment on view mart.kpi_exporters_count is 'Enterprises of Belgium that export goods, by year.';
comment on column mart.kpi_exporters_count.kpi_code is 'The KPI; core.kpi says what it means.';
comment on column mart.kpi_exporters_count.period is 'Year, 2026.';
comment on column mart.kpi_exporters_count.value is 'Number of exporting enterprises.';
comment on column mart.kpi_exporters_count.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_exporters_count.known_from is 'Newest knowledge behind it.';
