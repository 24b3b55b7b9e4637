-- Annual FDI figures of FIT.

-- query: typed
-- FIT's yearly figures, typed: one row per year and indicator.
select
    row_id,
    indicator,
    unit,
    year as period,
    core.series_id('FIT:FDI_ANNUAL', indicator || '.A') as series_id,
    core.to_numeric(value_text) as value,
    core.to_date(published_on)::timestamptz as released_at
from {raw};

-- query: series
-- One series per indicator.
select distinct
    series_id,
    'FIT:FDI_ANNUAL' as dataset_code,
    indicator || '.A' as series_key,
    jsonb_build_object('INDICATOR', indicator, 'FREQ', 'A') as dimensions,
    'A' as freq_code,
    unit as unit_code,
    '_Z' as concept_code,
    case unit when 'EUR' then 'V' else '_Z' end as price_basis_code,
    'FIT_ANNOUNCED' as definition_code
from {typed};

-- query: observation
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
from {typed};
