-- model: mart.kpi_value
-- grain: kpi_code, period
-- reads: mart.kpi_*, mart.goods_trade
-- once: mart.partner_activity, mart.partner_company, mart.partner_report, mart.partner_quarter, mart.partner_outcome
-- once: mart.partner_completeness, mart.fdi_project, mart.fdi_quarter, mart.product_rule
-- once: mart.goods_export_domain, mart.goods_export_domain_chapter
-- here: mart.goods_export_section, mart.goods_export_market
-- why: all KPIs in one shape. Where the braces stand, the migration puts the select of each file of sql/marts/kpi, so
--      that a new KPI is a new file and its reference rows, and no line of another file changes. What several of them
--      read (once, each after what it reads) is computed once and not for each (half the time on the sample world), or
--      stands here in another way: by section and by market, exports are added up in one look at half a million values.
create or replace view mart.kpi_value as
with goods_export as materialized (
    select
        hs_section_code,
        country_code,
        -- a name for each day, not one for each of its half million values
        to_char(period_start_date, 'YYYY-MM') as period,
        period_start_date,
        sum(value_eur) as value_eur,
        bool_or(is_provisional) as is_provisional,
        max(known_from) as known_from,
        grouping(hs_section_code) = 0 as is_by_section
    from mart.goods_trade
    where
        flow_code = 'X'
        and concept_code = 'COM'
        -- as mart.kpi_progress_at was asked; else all
        and period >= coalesce(current_setting('warehouse.since', true), '')
    group by
        grouping sets (
            (hs_section_code, period_start_date),
            (country_code, period_start_date)
        )
),

goods_export_section as (  -- noqa: ST03
    select
        hs_section_code,
        period,
        period_start_date,
        value_eur,
        is_provisional,
        known_from
    from goods_export
    where is_by_section
),

goods_export_market as (  -- noqa: ST03
    select
        country_code,
        period,
        period_start_date,
        value_eur,
        is_provisional,
        known_from
    from goods_export
    where not is_by_section
),

kpi as (
    {kpis}
)

select
    kpi_code,
    period,
    core.period_start(period) as period_start_date,
    core.period_end(period) as period_end_date,
    value,
    is_provisional,
    known_from
from kpi;

comment on view mart.kpi_value is 'Every KPI by period at its own grain: a month, quarter or year by itself.';
comment on column mart.kpi_value.kpi_code is 'The KPI; core.kpi says what it means.';
comment on column mart.kpi_value.period is 'Period at the grain of the KPI: 2026-07, 2026-Q3, 2026.';
comment on column mart.kpi_value.period_start_date is 'First day of the period.';
comment on column mart.kpi_value.period_end_date is 'Last day of the period.';
comment on column mart.kpi_value.value is 'Value of the period by itself, in the unit of the KPI.';
comment on column mart.kpi_value.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_value.known_from is 'Newest knowledge behind it.';
