-- Headline figures of goods trade that FIT states.

-- query: typed
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
from {raw};

-- query: series
-- One series per indicator and frequency.
select distinct
    series_id,
    'FIT:HEADLINE' as dataset_code,
    indicator || '.' || freq_code as series_key,
    jsonb_build_object('INDICATOR', indicator, 'FREQ', freq_code) as dimensions,
    freq_code,
    unit as unit_code,
    'COM' as concept_code,
    'V' as price_basis_code,
    'FIT_STATEMENT' as definition_code
from {typed};

-- query: observation
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
from {typed};
