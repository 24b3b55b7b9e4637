-- include/reference/partner_theme.csv, typed.
select
    row_id,
    partner_code,
    theme_kind_code,
    theme
from {raw}
