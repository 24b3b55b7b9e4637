-- The rows of core.status_threshold.
select
    threshold_code,
    value,
    note
from {typed}
