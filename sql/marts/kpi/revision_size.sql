-- model: mart.kpi_revision_size
-- grain: kpi_code, period
-- reads: mart.series, core.observation
-- why: a reader must know how far first figures move. For the world total of Flemish exports: all changes, up or down,
--      of the twelve months up to this one since they were first known. The newest months were not revised yet.
create or replace view mart.kpi_revision_size as
with version as (
    select
        observation.series_id,
        observation.period,
        observation.period_start_date,
        observation.value,
        observation.status_code,
        observation.known_from,
        row_number() over (partition by observation.series_id, observation.period order by observation.known_from)
            as version_number,
        observation.known_to > (select core.as_of()) as is_latest
    from mart.series as series
    inner join core.observation as observation
        on series.series_id = observation.series_id and series.dataset_code = observation.dataset_code
    where
        series.dataset_code = 'BE2:DF_EXTTRADEVLNAT_Overview'
        and series.freq_code = 'M'
        and series.concept_code = 'COM'
        and series.dimensions ->> 'REPORTING' = 'VL'
        and series.dimensions ->> 'COUNTRY' = 'A1'
        and series.dimensions ->> 'FLOW' = 'X'
        and series.dimensions ->> 'DATATYPE' = 'VAL'
        and series.dimensions ->> 'PRODUCT' ~ '^[IVX]+$'
        and observation.known_from <= (select core.as_of())
        and (observation.embargo_until is null or observation.embargo_until <= (select core.as_of()))
),

month as (
    select
        period,
        period_start_date,
        sum(value) filter (where version_number = 1) as first_eur,
        sum(value) filter (where is_latest) as latest_eur,
        bool_or(status_code = 'P') filter (where is_latest) as is_provisional,
        max(known_from) as known_from
    from version
    group by period, period_start_date
),

twelve_months as (
    select
        period,
        count(latest_eur) over last_twelve_months as months_count,
        sum(abs(latest_eur - first_eur)) over last_twelve_months as change_eur,
        sum(first_eur) over last_twelve_months as first_eur,
        bool_or(is_provisional) over last_twelve_months as is_provisional,
        max(known_from) over last_twelve_months as known_from
    from month
    window
        last_twelve_months as (order by period_start_date range between interval '11 months' preceding and current row)
)

select
    'revision_size' as kpi_code,
    period,
    change_eur / nullif(first_eur, 0) as value,
    is_provisional,
    known_from
from twelve_months
where months_count = 12;

comment on view mart.kpi_revision_size is
'How far exports of the last twelve months moved since they were first published.';
comment on column mart.kpi_revision_size.kpi_code is 'The KPI; core.kpi says what it means.';
comment on column mart.kpi_revision_size.period is 'Month, 2026-07.';
comment on column mart.kpi_revision_size.value is
'Sum of the monthly changes as part of what was first published, 0..1.';
comment on column mart.kpi_revision_size.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_revision_size.known_from is 'Newest knowledge behind it.';
