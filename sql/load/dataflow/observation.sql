-- The observations of a payload.
select
    series_id,
    dataset_code,
    period,
    period_start_date,
    value,
    status_code,
    decimals,
    embargo_until,
    released_at
from {typed}
