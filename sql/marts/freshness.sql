-- model: mart.freshness
-- grain: source_code
-- reads: core.kpi, mart.kpi_value, ops.request, ops.batch, ops.merge, landing.payload
-- why: three ages that must not be mixed: when we last looked, when something last changed, and until when the
--      figures run. Only the last decides whether a source is fresh.
create or replace view mart.freshness as
with kpi as (
    select
        kpi_code,
        source_code,
        max_age_days
    from core.kpi
    where
        known_from <= (select core.as_of())
        and known_to > (select core.as_of())
),

source as (
    select
        kpi.source_code,
        min(kpi.max_age_days) as allowed_age_days,
        max(kpi_value.period_end_date) as data_until_date
    from kpi
    left join mart.kpi_value as kpi_value on kpi.kpi_code = kpi_value.kpi_code
    group by kpi.source_code
),

checked as (
    select
        source_code,
        max(clock) as checked_at
    from ops.request
    where clock <= (select core.as_of())
    group by source_code
),

loaded as (
    select
        payload.source_code,
        max(written.known_from) as loaded_at
    from ops.merge as written
    inner join ops.batch as batch on written.batch_id = batch.batch_id
    inner join landing.payload as payload on batch.payload_id = payload.payload_id
    where
        written.known_from <= (select core.as_of())
        and written.inserted_row_count + written.closed_row_count > 0
    group by payload.source_code
)

select
    source.source_code,
    checked.checked_at,
    loaded.loaded_at,
    source.data_until_date,
    source.allowed_age_days,
    coalesce(
        (select core.as_of() at time zone 'Europe/Brussels')::date - source.data_until_date <= source.allowed_age_days,
        false
    ) as is_fresh
from source
left join checked on source.source_code = checked.source_code
left join loaded on source.source_code = loaded.source_code;

comment on view mart.freshness is 'How old each source of the scorecard is.';
comment on column mart.freshness.source_code is 'The register''s source.';
comment on column mart.freshness.checked_at is 'When it was last asked and answered, with something new or not.';
comment on column mart.freshness.loaded_at is 'When it last changed anything here.';
comment on column mart.freshness.data_until_date is 'Last day that its figures cover; null when there are none.';
comment on column mart.freshness.allowed_age_days is 'Strictest age that its KPIs allow.';
comment on column mart.freshness.is_fresh is 'Whether the figures are young enough, counted from the as-of moment.';
