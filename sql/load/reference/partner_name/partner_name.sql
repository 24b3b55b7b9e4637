-- The rows of core.partner_name.
select
    partner_code,
    language_code,
    name,
    valid_from,
    valid_to,
    is_official,
    note
from {typed}
