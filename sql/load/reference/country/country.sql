-- The rows of core.country.
select
    source_code,
    country_code,
    name_nl,
    name_en,
    is_aggregate,
    is_eu
from {typed}
