-- The series that a payload speaks of. First without repetition, which is cheap, then one row for each.
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
order by series_id
