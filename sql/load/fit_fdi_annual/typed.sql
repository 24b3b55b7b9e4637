-- FIT's yearly figures, typed: one row per year and indicator.
select
    row_id,
    indicator,
    unit,
    year as period,
    core.series_id('FIT:FDI_ANNUAL', indicator || '.A') as series_id,
    core.to_numeric(value_text) as value,
    core.to_date(published_on)::timestamptz as released_at
from {raw}
