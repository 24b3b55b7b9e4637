-- The rows of core.report_limit.
select
    limit_code,
    value,
    note
from {typed}
