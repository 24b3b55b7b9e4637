-- The rows of core.partner_contact.
select
    contract_code,
    contact_code,
    name,
    email,
    language_code,
    is_active
from {typed}
