-- model: mart.kpi_report_completeness
-- grain: period
-- reads: mart.partner_completeness
-- evidence: {"of": ["report"], "value": "received"}
-- why: figures of the partners are only worth as much as the reports that are in.
create or replace view mart.kpi_report_completeness as
select
    period,
    received_share as value,
    false as is_provisional,
    known_from
from mart.partner_completeness
where reports_received_count > 0;

comment on view mart.kpi_report_completeness is
'Part of the partner reports due that are in, nil returns included, by quarter.';
comment on column mart.kpi_report_completeness.period is 'Quarter, 2026-Q3.';
comment on column mart.kpi_report_completeness.value is 'Part of the contracts that owe a report, 0..1.';
comment on column mart.kpi_report_completeness.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_report_completeness.known_from is 'Newest knowledge behind it.';
