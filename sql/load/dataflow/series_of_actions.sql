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
order by series_id
