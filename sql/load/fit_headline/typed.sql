-- Headline figures of goods trade, typed: one row per indicator and period.
select
    row_id,
    indicator,
    unit,
    period_text as period,
    case when period_text ~ '-Q' then 'Q' else 'A' end as freq_code,
    core.series_id(
        'FIT:HEADLINE', indicator || '.' || case when period_text ~ '-Q' then 'Q' else 'A' end
    ) as series_id,
    core.to_numeric(value_text) as value,
    status as status_code,
    core.to_date(published_on)::timestamp at time zone 'Europe/Brussels' as released_at
from {raw}
