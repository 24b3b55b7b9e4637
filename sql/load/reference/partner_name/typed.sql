-- include/reference/partner_name.csv, typed.
select
    row_id,
    partner_code,
    language_code,
    name,
    core.to_date(valid_from) as valid_from,
    core.to_date(valid_to) as valid_to,
    is_official = 'true' as is_official,
    note
from {raw}
