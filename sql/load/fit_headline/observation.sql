-- One observation per indicator and period, with the day it was stated.
select
    series_id,
    'FIT:HEADLINE' as dataset_code,
    period,
    core.period_start(period) as period_start_date,
    value,
    status_code,
    null::smallint as decimals,
    null::timestamptz as embargo_until,
    released_at
from {typed}
