-- include/reference/country.csv, typed.
select
    row_id,
    source_code,
    country_code,
    name_nl,
    name_en,
    is_aggregate = 'true' as is_aggregate,
    is_eu = 'true' as is_eu
from {raw}
