-- model: mart.observation
-- grain: series_id, period
-- reads: asof.observation, asof.correction
-- why: the one place where a value of the statistics is read: as of the moment, not before its embargo ends, and with
--      the corrections that still fit what the source publishes.
create or replace view mart.observation as
-- no `with` here: it would keep the planner from finding the observations of a series by their index
select
    observation.series_id,
    observation.dataset_code,
    observation.period,
    observation.period_start_date,
    case when observation.value = correction.expected_value then correction.corrected_value else observation.value end
        as value,
    observation.value as published_value,
    coalesce(observation.value = correction.expected_value, false) as is_corrected,
    observation.status_code,
    observation.decimals,
    observation.released_at,
    greatest(
        observation.known_from,
        case when observation.value = correction.expected_value then correction.known_from end
    ) as known_from,
    observation.payload_id
from asof.observation as observation
-- joined by two columns, faster than three: a correction that no longer fits is joined too, but not used
left join asof.correction as correction
    on
        observation.series_id = correction.series_id
        and observation.period = correction.period
where observation.embargo_until is null or observation.embargo_until <= (select core.as_of());

comment on view mart.observation is
'Every value of the statistics as of the moment: free of embargo, with the corrections that apply.';
comment on column mart.observation.series_id is 'The series, see mart.series.';
comment on column mart.observation.dataset_code is 'Agency and dataflow.';
comment on column mart.observation.period is 'SDMX period: 2026, 2026-Q3, 2026-09, 2026-09-14.';
comment on column mart.observation.period_start_date is 'First day of the period.';
comment on column mart.observation.value is
'In the unit of the series, single units; null when the source says there is none.';
comment on column mart.observation.published_value is 'The value as the source publishes it, before any correction.';
comment on column mart.observation.is_corrected is 'Whether a correction of ours stands in for the published value.';
comment on column mart.observation.status_code is 'The source''s status, verbatim.';
comment on column mart.observation.decimals is 'Decimals as the source states them.';
comment on column mart.observation.released_at is 'When the source published the value, if it says.';
comment on column mart.observation.known_from is 'When this platform learned the value as it is shown.';
comment on column mart.observation.payload_id is 'The payload it came from.';
