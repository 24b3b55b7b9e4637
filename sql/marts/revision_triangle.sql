-- model: mart.revision_triangle
-- grain: dataset_code, series_key, period, vintage_number
-- reads: asof.series, core.observation
-- why: each value that a figure has had, step by step, and how old its period was at each step: shows whether first
--      prints of a source can be relied on, and from what age. Values are compared, not statuses, as in mart.revision;
--      a figure that never changed has only its first print.
create or replace view mart.revision_triangle as
with series as (
    select
        series_id,
        dataset_code,
        series_key
    from asof.series
)

select
    series.dataset_code,
    series.series_key,
    vintage.period,
    vintage.vintage_number,
    vintage.vintages_count,
    vintage.known_from,
    (vintage.known_from at time zone 'Europe/Brussels')::date - core.period_end(vintage.period) as age_days,
    vintage.value,
    vintage.value - vintage.previous_value as step,
    vintage.value / nullif(vintage.previous_value, 0) - 1 as step_share,
    vintage.value - vintage.first_value as change_since_first,
    vintage.vintage_number = 1 as is_first,
    vintage.vintage_number = vintage.vintages_count as is_latest
from series
-- lateral, as in mart.revision
cross join lateral (  -- noqa: ST05
    with version as (
        select
            period,
            value,
            known_from,
            lag(value) over history as value_before,
            row_number() over history as version_number
        from core.observation as observation
        where
            observation.series_id = series.series_id
            and observation.dataset_code = series.dataset_code
            and observation.known_from <= (select core.as_of())
            and (observation.embargo_until is null or observation.embargo_until <= (select core.as_of()))
        window history as (partition by period order by known_from)
    )

    select
        period,
        value,
        known_from,
        row_number() over (partition by period order by known_from) as vintage_number,
        count(*) over (partition by period) as vintages_count,
        lag(value) over (partition by period order by known_from) as previous_value,
        first_value(value) over (partition by period order by known_from) as first_value
    from version
    where version_number = 1 or value is distinct from value_before
) as vintage;

comment on view mart.revision_triangle is 'Every value that a figure has had, from its first print to its latest.';
comment on column mart.revision_triangle.dataset_code is 'Agency and dataflow.';
comment on column mart.revision_triangle.series_key is 'Dimension values in the source''s order, joined by dots.';
comment on column mart.revision_triangle.period is 'SDMX period of the value.';
comment on column mart.revision_triangle.vintage_number is '1 is the first print, 2 the first change.';
comment on column mart.revision_triangle.vintages_count is 'Number of values that it has had; 1 when never changed.';
comment on column mart.revision_triangle.known_from is 'When this platform learned the value.';
comment on column mart.revision_triangle.age_days is 'Days from the end of the period to that day.';
comment on column mart.revision_triangle.value is 'The value, in the unit of the series.';
comment on column mart.revision_triangle.step is 'The value less the one before; null for the first print.';
comment on column mart.revision_triangle.step_share is 'The value divided by the one before, less 1: 0.03 is 3 % more.';
comment on column mart.revision_triangle.change_since_first is 'The value less the first print; 0 for that itself.';
comment on column mart.revision_triangle.is_first is 'Whether it is the first print.';
comment on column mart.revision_triangle.is_latest is 'Whether it is the latest.';
