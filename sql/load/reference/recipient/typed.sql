-- include/reference/recipient.csv, typed.
select
    row_id,
    recipient_code,
    name,
    email,
    language_code,
    audience_code,
    is_active = 'true' as is_active
from {raw}
