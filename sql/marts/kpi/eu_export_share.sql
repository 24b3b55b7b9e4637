-- model: mart.kpi_eu_export_share
-- grain: period
-- reads: mart.goods_export_domain, mart.series, mart.observation
-- evidence: {"of": ["market", "union"], "months": 12}
-- why: growth of exports says little when all of Europe grows: the part of EU27 tells whether Flanders keeps up.
--      Twelve months at a time; both by the Community concept and with trade between members.
create or replace view mart.kpi_eu_export_share as
with month_export as (
    select
        observation.period,
        null as flemish_eur,
        observation.value as union_eur,
        observation.status_code = 'P' as is_provisional,
        observation.known_from
    from mart.series as series
    inner join mart.observation as observation
        on series.series_id = observation.series_id and series.dataset_code = observation.dataset_code
    where
        series.dataset_code = 'ESTAT:DS-059341'
        and series.dimensions ->> 'reporter' = 'EU27_2020'
        and series.dimensions ->> 'partner' = 'WORLD'
        and series.dimensions ->> 'product' = 'TOTAL'
        and series.dimensions ->> 'flow' = '2'
        and series.dimensions ->> 'indicators' = 'VALUE_IN_EUROS'
    union all
    select
        period,
        value_eur as flemish_eur,
        null as union_eur,
        is_provisional,
        known_from
    from mart.goods_export_domain
),

month as (
    select
        period,
        core.period_start(period) as period_start_date,
        sum(flemish_eur) as flemish_eur,
        sum(union_eur) as union_eur,
        bool_or(is_provisional) as is_provisional,
        max(known_from) as known_from
    from month_export
    group by period
    having sum(flemish_eur) is not null and sum(union_eur) is not null
),

twelve_months as (
    select
        period,
        count(*) over so_far as months_count,
        sum(flemish_eur) over so_far as flemish_eur,
        sum(union_eur) over so_far as union_eur,
        bool_or(is_provisional) over so_far as is_provisional,
        max(known_from) over so_far as known_from
    from month
    window
        so_far as (order by period_start_date range between interval '11 months' preceding and current row)
)

select
    period,
    flemish_eur / nullif(union_eur, 0) as value,
    is_provisional,
    known_from
from twelve_months
where months_count = 12;

comment on view mart.kpi_eu_export_share is
'Flemish exports of goods as part of those of EU27, twelve months at a time.';
comment on column mart.kpi_eu_export_share.period is 'Month, 2026-07.';
comment on column mart.kpi_eu_export_share.value is 'Part of the exports of EU27, 0..1.';
comment on column mart.kpi_eu_export_share.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_eu_export_share.known_from is 'Newest knowledge behind it.';
