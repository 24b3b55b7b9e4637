-- The rows of core.partner_theme.
select
    partner_code,
    theme_kind_code,
    theme
from {typed}
