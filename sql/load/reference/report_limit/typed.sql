-- include/reference/report_limit.csv, typed.
select
    row_id,
    limit_code,
    core.to_numeric(value) as value,
    note
from {raw}
