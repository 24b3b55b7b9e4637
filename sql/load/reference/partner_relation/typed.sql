-- include/reference/partner_relation.csv, typed.
select
    row_id,
    partner_code,
    relation_code,
    related_partner_code,
    core.to_date(valid_from) as valid_from,
    is_date_exact = 'true' as is_date_exact,
    note
from {raw}
