-- One series per indicator and frequency.
select distinct
    series_id,
    'FIT:HEADLINE' as dataset_code,
    indicator || '.' || freq_code as series_key,
    jsonb_build_object('INDICATOR', indicator, 'FREQ', freq_code) as dimensions,
    freq_code,
    unit as unit_code,
    'COM' as concept_code,
    'V' as price_basis_code,
    'FIT_STATEMENT' as definition_code
from {typed}
