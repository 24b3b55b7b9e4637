-- An SDMX dataflow, typed: one row per observation; values scaled to single units (UNIT_MULT).
select
    row_id,
    {dataset} as dataset_code,
    {key} as series_key,
    core.series_id({dataset}, {key}) as series_id,
    {columns},
    {frequency} as freq_code,
    {unit} as unit_code,
    {concept} as concept_code,
    time_period as period,
    trim_scale(core.to_numeric(obs_value) * power(10::numeric, coalesce(core.to_integer({multiplier}), 0))) as value,
    coalesce({status}, '') as status_code,
    core.to_integer({decimals})::smallint as decimals,
    core.to_moment({embargo}) as embargo_until,
    core.to_moment({released}) as released_at
from {raw}
