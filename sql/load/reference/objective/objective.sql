-- The rows of core.objective.
select
    objective_code,
    position,
    name_nl,
    name_en
from {typed}
