-- Reports that are not in although a moment to ask for them has come: `before` (so many days before the due date),
-- `due` (on it) or `after`, whichever came last, for four weeks after the last one.
with

span as (

    select
        coalesce(max(value) filter (where limit_code = 'reminder_before_days'), 14)::integer as before_days,
        coalesce(max(value) filter (where limit_code = 'reminder_after_days'), 14)::integer as after_days
    from core.report_limit
    where known_to = 'infinity'

),

owed as (

    select
        contract.contract_code,
        to_char(quarter.start_at, 'YYYY"-Q"Q') as period,
        (quarter.start_at + interval '3 months')::date - 1 + contract.report_due_days as due_date
    from core.contract as contract
    cross join
        lateral generate_series(
            date_trunc('quarter', contract.start_date::timestamp), contract.end_date::timestamp, interval '3 months'
        ) as quarter (start_at)
    where contract.known_to = 'infinity' and contract.owes_reports

)

select
    owed.contract_code,
    owed.period,
    owed.due_date,
    case
        when %(today)s >= owed.due_date + span.after_days then 'after'
        when %(today)s >= owed.due_date then 'due'
        else 'before'
    end as moment,
    exists(
        select from ops.batch as batch
        inner join landing.payload as payload on batch.payload_id = payload.payload_id
        where
            payload.source_code = 'partner_activity' and batch.state = 'quarantined'
            and payload.scope ->> 'contract_code' = owed.contract_code
            and payload.scope ->> 'period' = owed.period
    ) as is_quarantined,
    exists(
        select from landing.payload
        where is_sample
    ) as is_sample
from owed
cross join span
where
    %(today)s between owed.due_date - span.before_days and owed.due_date + span.after_days + 28
    and not exists (
        select from core.partner_report as report
        where
            report.contract_code = owed.contract_code and report.period = owed.period
            and report.known_to = 'infinity'
    )
order by owed.contract_code, owed.period
