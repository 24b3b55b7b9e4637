-- The rows of core.partner.
select
    partner_code,
    name,
    name_en,
    partner_type_code,
    theme
from {typed}
