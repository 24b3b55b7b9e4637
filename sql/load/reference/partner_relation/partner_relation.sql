-- The rows of core.partner_relation.
select
    partner_code,
    relation_code,
    related_partner_code,
    valid_from,
    is_date_exact,
    note
from {typed}
