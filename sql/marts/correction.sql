-- model: mart.correction
-- grain: dataset_code, series_key, period
-- reads: asof.correction, mart.observation
-- why: a correction must not outlive its reason: once the source has mended its value, the correction is listed here as
--      expired until somebody takes it out of the reference table.
create or replace view mart.correction as
with correction as (
    select
        dataset_code,
        series_key,
        period,
        expected_value,
        corrected_value,
        reason,
        evidence_url,
        decided_by,
        decided_on,
        series_id
    from asof.correction
)

select
    correction.dataset_code,
    correction.series_key,
    correction.period,
    correction.expected_value,
    observation.published_value,
    correction.corrected_value,
    case
        when observation.series_id is null then 'unmatched'
        when observation.is_corrected then 'applied'
        else 'expired'
    end as state,
    correction.reason,
    correction.evidence_url,
    correction.decided_by,
    correction.decided_on,
    observation.known_from
from correction
left join mart.observation as observation
    on correction.series_id = observation.series_id and correction.period = observation.period;

comment on view mart.correction is 'Corrections of published values and whether each still applies.';
comment on column mart.correction.dataset_code is 'Agency and dataflow.';
comment on column mart.correction.series_key is 'The series.';
comment on column mart.correction.period is 'SDMX period.';
comment on column mart.correction.expected_value is 'The wrong value that the correction waits for.';
comment on column mart.correction.published_value is 'Value that the source publishes; null when it publishes nothing.';
comment on column mart.correction.corrected_value is 'Value that marts show while the wrong value is published.';
comment on column mart.correction.state is
'applied; expired: the source now says something else, so take the row out; unmatched: there is no such value.';
comment on column mart.correction.reason is 'What is wrong and how we know.';
comment on column mart.correction.evidence_url is 'Where the right value can be read.';
comment on column mart.correction.decided_by is 'The office that decided it.';
comment on column mart.correction.decided_on is 'Day of the decision.';
comment on column mart.correction.known_from is
'When this platform learned the value as it is shown; null when the source publishes nothing.';
