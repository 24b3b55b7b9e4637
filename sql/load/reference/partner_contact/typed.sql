-- include/reference/partner_contact.csv, typed.
select
    row_id,
    contract_code,
    contact_code,
    name,
    email,
    language_code,
    is_active = 'true' as is_active
from {raw}
