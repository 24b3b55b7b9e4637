-- model: mart.kpi_partner_reports
-- grain: kpi_code, period
-- reads: mart.partner_completeness
-- why: figures of the partners are only worth as much as the reports that are in, and a late report holds up the
--      figures of all. On time is judged by the first version, so that a correction is not punished.
create or replace view mart.kpi_partner_reports as
-- materialized: read once for both KPIs
with completeness as materialized (
    select
        period,
        received_share,
        on_time_share,
        known_from
    from mart.partner_completeness
    where reports_received_count > 0
)

select
    'report_completeness' as kpi_code,
    period,
    received_share as value,
    false as is_provisional,
    known_from
from completeness
union all
select
    'report_timeliness' as kpi_code,
    period,
    on_time_share as value,
    false as is_provisional,
    known_from
from completeness;

comment on view mart.kpi_partner_reports is
'Part of the partner reports due that are in, nil returns included, and in time, by quarter.';
comment on column mart.kpi_partner_reports.kpi_code is 'The KPI; core.kpi says what it means.';
comment on column mart.kpi_partner_reports.period is 'Quarter, 2026-Q3.';
comment on column mart.kpi_partner_reports.value is 'Part of the reports due, 0..1.';
comment on column mart.kpi_partner_reports.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_partner_reports.known_from is 'Newest knowledge behind it.';
