-- One series per indicator.
select distinct
    series_id,
    'FIT:FDI_ANNUAL' as dataset_code,
    indicator || '.A' as series_key,
    jsonb_build_object('INDICATOR', indicator, 'FREQ', 'A') as dimensions,
    'A' as freq_code,
    unit as unit_code,
    '_Z' as concept_code,
    case unit when 'EUR' then 'V' else '_Z' end as price_basis_code,
    'FIT_ANNOUNCED' as definition_code
from {typed}
