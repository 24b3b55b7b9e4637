-- model: mart.revision
-- grain: dataset_code, series_key, period
-- reads: asof.series, core.observation
-- why: agencies revise without saying so (seen on 196 daily snapshots: values changed while the status stayed 'A'), so
--      values are compared, not statuses. A version that only changes the status is no revision.
create or replace view mart.revision as
with series as (
    select
        series_id,
        dataset_code,
        series_key,
        unit_code
    from asof.series
)

select
    series.dataset_code,
    series.series_key,
    revised.period,
    revised.first_value,
    revised.first_known_from,
    revised.latest_value,
    revised.latest_known_from,
    revised.version_count,
    case when series.unit_code = 'EUR' then revised.latest_value - revised.first_value end as change_eur
from series
-- lateral: a query for one series by its key reads only the versions of that series
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
        (array_agg(value order by known_from))[1] as first_value,
        min(known_from) as first_known_from,
        (array_agg(value order by known_from desc))[1] as latest_value,
        max(known_from) as latest_known_from,
        count(*) as version_count
    from version
    where version_number = 1 or value is distinct from value_before
    group by period
    having count(*) > 1
) as revised;

comment on view mart.revision is 'Values that changed after they were first published: first and latest.';
comment on column mart.revision.dataset_code is 'Agency and dataflow.';
comment on column mart.revision.series_key is 'Dimension values in the source''s order, joined by dots.';
comment on column mart.revision.period is 'SDMX period of the value.';
comment on column mart.revision.first_value is 'Value as first known.';
comment on column mart.revision.first_known_from is 'When it was first known.';
comment on column mart.revision.latest_value is 'Value as last known.';
comment on column mart.revision.latest_known_from is 'When that became known.';
comment on column mart.revision.version_count is 'Number of values that it has had, always more than 1.';
comment on column mart.revision.change_eur is 'Latest less first, for series in EUR; null for other units.';
