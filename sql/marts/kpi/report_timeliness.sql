-- model: mart.kpi_report_timeliness
-- grain: period
-- reads: mart.partner_completeness
-- evidence: {"of": ["report"], "value": "on_time"}
-- why: a late report holds up the figures of all; judged by the first version, so that a correction is not punished.
create or replace view mart.kpi_report_timeliness as
select
    period,
    on_time_share as value,
    false as is_provisional,
    known_from
from mart.partner_completeness
where reports_received_count > 0;

comment on view mart.kpi_report_timeliness is 'Part of the partner reports due that were in time, by quarter.';
comment on column mart.kpi_report_timeliness.period is 'Quarter, 2026-Q3.';
comment on column mart.kpi_report_timeliness.value is 'Part of the contracts that owe a report, 0..1.';
comment on column mart.kpi_report_timeliness.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_report_timeliness.known_from is 'Newest knowledge behind it.';
