-- model: mart.partner_completeness
-- grain: period
-- reads: mart.partner_report
-- why: how much of a quarter is in, for example 18 of 21 contracts. Contracts owe reports, not partners, so the number
--      stays 21 when partners merge.
create or replace view mart.partner_completeness as
select
    period,
    count(*) as contracts_count,
    count(*) filter (where state in ('received', 'nil')) as reports_received_count,
    count(*) filter (where state = 'nil') as nil_count,
    count(*) filter (where state = 'quarantined') as quarantined_count,
    count(*) filter (where state = 'missing') as missing_count,
    count(*) filter (where state in ('received', 'nil'))::numeric / count(*) as received_share,
    count(*) filter (where is_on_time) as on_time_count,
    count(*) filter (where is_on_time)::numeric / count(*) as on_time_share,
    coalesce(sum(accepted_row_count), 0) as accepted_row_count,
    coalesce(sum(rejected_row_count), 0) as rejected_row_count,
    sum(rejected_row_count)::numeric / nullif(sum(rejected_row_count + accepted_row_count), 0) as rejected_share,
    max(known_from) as known_from
from mart.partner_report
group by period;

comment on view mart.partner_completeness is
'Reports received, in time, and rows rejected, of all contracts by quarter.';
comment on column mart.partner_completeness.period is 'Quarter that has ended, 2026-Q3.';
comment on column mart.partner_completeness.contracts_count is 'Contracts that owe a report for it.';
comment on column mart.partner_completeness.reports_received_count is 'Reports that are in; nil returns count.';
comment on column mart.partner_completeness.nil_count is 'Of these, nil returns.';
comment on column mart.partner_completeness.quarantined_count is 'Reports that came and could not be read.';
comment on column mart.partner_completeness.missing_count is 'Reports that never came.';
comment on column mart.partner_completeness.received_share is 'Reports received divided by reports owed, 0..1.';
comment on column mart.partner_completeness.on_time_count is 'Reports with a first version by the due date.';
comment on column mart.partner_completeness.on_time_share is 'Reports on time divided by reports owed, 0..1.';
comment on column mart.partner_completeness.accepted_row_count is
'Rows accepted, of activities, companies and follow-up.';
comment on column mart.partner_completeness.rejected_row_count is 'Rows rejected, of the same kinds.';
comment on column mart.partner_completeness.rejected_share is 'Rejected part of all rows, 0..1; null without a row.';
comment on column mart.partner_completeness.known_from is 'Newest knowledge behind it; null without a report.';
