-- include/reference/status_threshold.csv, typed.
select
    row_id,
    threshold_code,
    core.to_numeric(value) as value,
    note
from {raw}
