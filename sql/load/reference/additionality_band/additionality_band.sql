-- The rows of core.additionality_band.
select
    band_code,
    position,
    without_help_share,
    name_nl,
    name_en
from {typed}
