-- The rows of core.recipient.
select
    recipient_code,
    name,
    email,
    language_code,
    audience_code,
    is_active
from {typed}
