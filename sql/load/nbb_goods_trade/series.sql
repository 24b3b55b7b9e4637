-- The series that a payload speaks of.
select distinct on (series_id)
    series_id,
    dataset_code,
    series_key,
    dimensions,
    freq as freq_code,
    unit_code,
    concept as concept_code,
    'V' as price_basis_code,
    'INR' as definition_code
from {typed}
order by series_id
