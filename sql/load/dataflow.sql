-- SDMX dataflows of any agency: the typed rows, and from them series and observations.
-- The fragments in braces are those of the source's entry (include.sources.dataflow).

-- query: typed
-- An SDMX dataflow, typed: one row per observation; values scaled to single units (UNIT_MULT). The time of release is
-- parsed once, because as a rule all rows of a payload have the same.
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
from {raw};  -- noqa: AL04

-- query: series
-- The series of a payload. Duplicates are removed first, which is cheap; then one row per series is kept.
select distinct on (series_id)
    series_id,
    dataset_code,
    series_key,
    jsonb_build_object({dimensions}) as dimensions,
    freq_code,
    unit_code,
    concept_code,
    price_basis_code,
    definition_code
from (
    select distinct
        series_id,
        dataset_code,
        series_key,
        {columns},
        freq_code,
        unit_code,
        concept_code,
        {price_basis} as price_basis_code,
        {definition} as definition_code
    from {typed}
) as rows_of_series
order by series_id;

-- query: observation
-- The observations of a payload.
select
    series_id,
    dataset_code,
    period,
    period_start_date,
    value,
    status_code,
    decimals,
    embargo_until,
    released_at
from {typed};

-- query: series_of_actions
-- The series that a payload with actions states observations of.
select distinct on (series_id)
    series_id,
    dataset_code,
    series_key,
    jsonb_build_object({dimensions}) as dimensions,
    freq_code,
    unit_code,
    concept_code,
    {price_basis} as price_basis_code,
    {definition} as definition_code
from {typed}
where action <> 'D'
order by series_id;

-- query: observation_of_actions
-- The observations that a payload with actions states; an empty cell of an appended or merged row
-- keeps the known value.
select
    stated.series_id,
    stated.dataset_code,
    stated.period,
    stated.period_start_date,
    case when stated.is_silent then coalesce(stated.value, known.value) else stated.value end as value,
    coalesce(nullif(stated.status_code, ''), known.status_code, '') as status_code,
    coalesce(stated.decimals, known.decimals) as decimals,
    coalesce(stated.embargo_until, known.embargo_until) as embargo_until,
    stated.released_at
from {typed} as stated
left join core.observation as known
    on
        stated.series_id = known.series_id
        and stated.period = known.period
        and known.known_to = 'infinity'
        and stated.action in ('A', 'M')
where stated.action <> 'D';
