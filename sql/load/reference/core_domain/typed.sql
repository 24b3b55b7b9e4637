-- include/reference/core_domain.csv, typed.
select
    row_id,
    core_domain_code,
    core.to_integer(position)::integer as position,
    name_nl,
    name_en
from {raw}
