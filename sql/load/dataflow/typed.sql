-- An SDMX dataflow, typed: one row per observation; values scaled to single units (UNIT_MULT). A payload has one time
-- of release as a rule, and embargoes are rare: neither is read again for each row.
select
    {row_id},
    {dataset} as dataset_code,
    {key} as series_key,
    core.series_id({dataset}, {key}) as series_id,
    {columns},
    {frequency} as freq_code,
    {unit} as unit_code,
    {concept} as concept_code,
    time_period as period,
    {period_start} as period_start_date,
    case
        when coalesce({multiplier}, '0') = '0' then trim_scale(core.to_numeric(obs_value))
        else trim_scale(
            core.to_numeric(obs_value)
            * power(10::numeric, greatest(-99, least(99, coalesce(core.to_integer({multiplier}), 0))))
        )
    end as value,
    coalesce({status}, '') as status_code,
    substring({decimals} from '^\s*[0-9]{{1,4}}\s*$')::smallint as decimals,
    core.to_moment(nullif({embargo}, '')) as embargo_until,
    case
        when {released} = (select {released} from {raw} limit 1)  -- noqa: AM09
            then (select core.to_moment({released}) from {raw} limit 1)  -- noqa: AM09
        else core.to_moment({released})
    end as released_at
from {raw}  -- noqa: AL04
