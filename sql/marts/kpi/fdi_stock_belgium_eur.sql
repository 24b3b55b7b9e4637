-- model: mart.kpi_fdi_stock_belgium_eur
-- grain: kpi_code, period
-- reads: mart.series, mart.observation
-- why: the investment that foreigners hold, beside the investment that they announce. For Belgium, because no balance
--      of payments exists for Flanders; net and at market prices, so it falls without anybody leaving. Never added to
--      projects.
create or replace view mart.kpi_fdi_stock_belgium_eur as
select
    'fdi_stock_belgium_eur' as kpi_code,
    observation.period,
    observation.value,
    observation.status_code = 'P' as is_provisional,
    observation.known_from
from mart.observation as observation
inner join mart.series as series
    on observation.series_id = series.series_id and observation.dataset_code = series.dataset_code
where
    observation.dataset_code = 'BE2:DF_FDI_COMPLETE'
    and series.freq_code = 'A'
    and series.dimensions ->> 'FDI_ACCOUNT' = 'S'
    and series.dimensions ->> 'FDI_BALANCE' = 'N'
    and series.dimensions ->> 'FDI_DIRECTION' = 'I'
    and series.dimensions ->> 'FDI_ITEM' = 'T'
    and series.dimensions ->> 'FDI_AREA' = 'A1'
    and series.dimensions ->> 'FDI_SECTOR' = 'TOT';

comment on view mart.kpi_fdi_stock_belgium_eur is 'Foreign direct investment held in Belgium at the end of a year.';
comment on column mart.kpi_fdi_stock_belgium_eur.kpi_code is 'The KPI; core.kpi says what it means.';
comment on column mart.kpi_fdi_stock_belgium_eur.period is 'Year, 2026.';
comment on column mart.kpi_fdi_stock_belgium_eur.value is 'Stock of inward direct investment, EUR.';
comment on column mart.kpi_fdi_stock_belgium_eur.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_fdi_stock_belgium_eur.known_from is 'Newest knowledge behind it.';
