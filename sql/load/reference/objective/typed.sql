-- include/reference/objective.csv, typed.
select
    row_id,
    objective_code,
    core.to_integer(position)::integer as position,
    name_nl,
    name_en
from {raw}
