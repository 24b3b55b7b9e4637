-- include/reference/additionality_band.csv, typed.
select
    row_id,
    band_code,
    core.to_integer(position)::integer as position,
    core.to_numeric(without_help_share) as without_help_share,
    name_nl,
    name_en
from {raw}
