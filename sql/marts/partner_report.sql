-- model: mart.partner_report
-- grain: contract_code, period
-- reads: asof.contract, core.partner_report, asof.partner_report, mart.partner, ops.batch, landing.payload
-- why: shows which reports are still missing. The contract, not the partner, owes a report for each quarter of its term
--      that has ended; an unreadable report (quarantined) and a report that never came (missing) need different
--      letters. On time is judged by the first version: when its file was put there, or else when we first saw it.
create or replace view mart.partner_report as
with contract as (
    select
        contract_code,
        partner_code,
        start_date,
        end_date,
        core_domain_code,
        report_due_days
    from asof.contract
    where owes_reports
),

report as (
    select
        contract_code,
        period,
        is_nil,
        activity_count,
        activity_count + company_row_count + follow_up_row_count as accepted_row_count,
        rejected_row_count,
        warning_count,
        version_number,
        known_from
    from asof.partner_report
),

handed_in as (
    select
        version.contract_code,
        version.period,
        min(coalesce(payload.released_at, version.known_from)) as handed_in_at
    from core.partner_report as version
    inner join landing.payload as payload on version.payload_id = payload.payload_id
    where version.known_from <= (select core.as_of())
    group by version.contract_code, version.period
),

quarantined as (
    select distinct
        payload.scope ->> 'contract_code' as contract_code,
        payload.scope ->> 'period' as period
    from ops.batch as batch
    inner join landing.payload as payload on batch.payload_id = payload.payload_id
    where
        payload.source_code = 'partner_activity'
        and batch.quarantined_from <= (select core.as_of())
        and not (batch.state = 'loaded' and batch.known_from <= (select core.as_of()))
),

closed_quarter as (
    select
        contract.contract_code,
        to_char(quarter_start, 'YYYY"-Q"Q') as period,
        (quarter_start + interval '3 months')::date - 1 as period_end_date
    from contract
    cross join
        lateral generate_series(
            date_trunc('quarter', contract.start_date::timestamp), contract.end_date::timestamp, interval '3 months'
        ) as quarter_start
    where quarter_start + interval '3 months' <= (select core.as_of() at time zone 'Europe/Brussels')
)

select
    contract.contract_code,
    closed_quarter.period,
    contract.partner_code,
    coalesce(partner.name_nl, contract.partner_code) as partner_name,
    contract.core_domain_code,
    case
        when report.is_nil and report.activity_count = 0 then 'nil'
        when report.contract_code is not null then 'received'
        when quarantined.contract_code is not null then 'quarantined'
        else 'missing'
    end as state,
    closed_quarter.period_end_date + contract.report_due_days as due_date,
    report.activity_count,
    report.rejected_row_count,
    report.known_from,
    handed_in.handed_in_at,
    case
        when report.contract_code is not null
            then
                (handed_in.handed_in_at at time zone 'Europe/Brussels')::date
                <= closed_quarter.period_end_date + contract.report_due_days
    end as is_on_time,
    report.warning_count,
    report.version_number,
    report.contract_code is null
    and ((select core.as_of()) at time zone 'Europe/Brussels')::date
    > closed_quarter.period_end_date + contract.report_due_days as is_overdue,
    report.accepted_row_count
from closed_quarter
inner join contract on closed_quarter.contract_code = contract.contract_code
left join mart.partner as partner on contract.partner_code = partner.partner_code
left join report
    on closed_quarter.contract_code = report.contract_code and closed_quarter.period = report.period
left join handed_in
    on closed_quarter.contract_code = handed_in.contract_code and closed_quarter.period = handed_in.period
left join quarantined
    on closed_quarter.contract_code = quarantined.contract_code and closed_quarter.period = quarantined.period;

comment on view mart.partner_report is
'The reports that are due: one row per contract and ended quarter of its term, received or not.';
comment on column mart.partner_report.contract_code is 'The contract that owes the report.';
comment on column mart.partner_report.period is 'Quarter, 2026-Q3.';
comment on column mart.partner_report.partner_code is 'The partner.';
comment on column mart.partner_report.partner_name is 'Name that the partner bears on the as-of day, in Dutch.';
comment on column mart.partner_report.core_domain_code is 'Main core domain of the contract, or unassigned.';
comment on column mart.partner_report.state is
'received, nil (states that nothing took place, and reports no activity), quarantined (could not be read) or missing.';
comment on column mart.partner_report.due_date is 'Last day to hand it in, by the contract''s rule.';
comment on column mart.partner_report.activity_count is 'Activities accepted; null without a report.';
comment on column mart.partner_report.rejected_row_count is
'Rows rejected, of activities, companies and follow-up; null without a report.';
comment on column mart.partner_report.known_from is 'When this platform learned it; null without a report.';
comment on column mart.partner_report.handed_in_at is 'When its first version was put there; null without a report.';
comment on column mart.partner_report.is_on_time is 'Handed in by the due date; null without a report.';
comment on column mart.partner_report.warning_count is 'Warnings on accepted rows; null without a report.';
comment on column mart.partner_report.version_number is 'Version that the partner states.';
comment on column mart.partner_report.is_overdue is 'Whether it is missing or unreadable after its due date.';
comment on column mart.partner_report.accepted_row_count is
'Rows accepted, of activities, companies and follow-up; null without a report.';
