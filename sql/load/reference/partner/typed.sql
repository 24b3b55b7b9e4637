-- include/reference/partner.csv, typed.
select
    row_id,
    partner_code,
    name,
    name_en,
    partner_type_code,
    theme
from {raw}
