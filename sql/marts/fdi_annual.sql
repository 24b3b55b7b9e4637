-- model: mart.fdi_annual
-- grain: year, indicator_code
-- reads: core.series, core.observation
-- why: the yearly figures as the agency published them, to hold the project register against.
create or replace view mart.fdi_annual as
with series as (
    select
        series_id,
        dimensions ->> 'INDICATOR' as indicator_code
    from core.series
    where
        dataset_code = 'FIT:FDI_ANNUAL'
        and definition_code = 'FIT_ANNOUNCED'
        and freq_code = 'A'
        and known_from <= (select core.as_of())
        and known_to > (select core.as_of())
),

observation as (
    select
        series_id,
        period_start_date,
        value,
        released_at,
        known_from
    from core.observation
    where
        dataset_code = 'FIT:FDI_ANNUAL'
        and known_from <= (select core.as_of())
        and known_to > (select core.as_of())
        and (embargo_until is null or embargo_until <= (select core.as_of()))
)

select
    extract(year from observation.period_start_date)::integer as year,
    series.indicator_code,
    observation.value,
    observation.released_at,
    observation.known_from
from observation
inner join series on observation.series_id = series.series_id;

comment on view mart.fdi_annual is 'Foreign investment in Flanders by year, as the agency publishes it each January.';
comment on column mart.fdi_annual.year is 'Year of the figure.';
comment on column mart.fdi_annual.indicator_code is 'projects, jobs (announced) or capex (announced, EUR).';
comment on column mart.fdi_annual.value is 'The figure: a number of projects or jobs, or EUR.';
comment on column mart.fdi_annual.released_at is 'When the agency published it.';
comment on column mart.fdi_annual.known_from is 'When this platform learned it.';
