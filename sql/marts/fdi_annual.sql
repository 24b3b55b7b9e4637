-- model: mart.fdi_annual
-- grain: year, indicator_code
-- reads: mart.series, mart.observation
-- why: the yearly figures as the agency published them, to hold the project register against.
create or replace view mart.fdi_annual as
select
    extract(year from observation.period_start_date)::integer as year,
    series.dimensions ->> 'INDICATOR' as indicator_code,
    observation.value,
    observation.released_at,
    observation.known_from
from mart.observation as observation
inner join mart.series as series
    on observation.series_id = series.series_id and observation.dataset_code = series.dataset_code
where
    observation.dataset_code = 'FIT:FDI_ANNUAL'
    and series.definition_code = 'FIT_ANNOUNCED'
    and series.freq_code = 'A';

comment on view mart.fdi_annual is 'Foreign investment in Flanders by year, as the agency publishes it each January.';
comment on column mart.fdi_annual.year is 'Year of the figure.';
comment on column mart.fdi_annual.indicator_code is 'projects, jobs (announced) or capex (announced, EUR).';
comment on column mart.fdi_annual.value is 'The figure: a number of projects or jobs, or EUR.';
comment on column mart.fdi_annual.released_at is 'When the agency published it.';
comment on column mart.fdi_annual.known_from is 'When this platform learned it.';
