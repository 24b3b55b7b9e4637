-- One observation per indicator and year, with the day FIT published it.
select
    series_id,
    'FIT:FDI_ANNUAL' as dataset_code,
    period,
    core.period_start(period) as period_start_date,
    value,
    'A' as status_code,
    null::smallint as decimals,
    null::timestamptz as embargo_until,
    released_at
from {typed}
