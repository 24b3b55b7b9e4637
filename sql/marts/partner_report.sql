-- model: mart.partner_report
-- grain: contract_code, period
-- reads: core.contract, core.partner, core.partner_report, ops.batch, landing.payload
-- why: who still owes a report. It is the contract that owes one for each quarter of its term that has ended; an
--      unreadable workbook (quarantined) and one that never came (missing) ask for different letters.
create or replace view mart.partner_report as
with contract as (
    select
        contract_code,
        partner_code,
        start_date,
        end_date,
        core_domain_code
    from core.contract
    where
        known_from <= (select core.as_of())
        and known_to > (select core.as_of())
),

partner as (
    select
        partner_code,
        name
    from core.partner
    where
        known_from <= (select core.as_of())
        and known_to > (select core.as_of())
),

report as (
    select
        contract_code,
        period,
        is_nil,
        activity_count,
        rejected_row_count,
        known_from
    from core.partner_report
    where
        known_from <= (select core.as_of())
        and known_to > (select core.as_of())
),

quarantined as (
    select distinct
        payload.scope ->> 'contract_code' as contract_code,
        payload.scope ->> 'period' as period
    from ops.batch as batch
    inner join landing.payload as payload on batch.payload_id = payload.payload_id
    where
        payload.source_code = 'partner_activity'
        and batch.state = 'quarantined'
        and batch.clock <= (select core.as_of())
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
    coalesce(partner.name, contract.partner_code) as partner_name,
    contract.core_domain_code,
    case
        when report.is_nil then 'nil'
        when report.contract_code is not null then 'received'
        when quarantined.contract_code is not null then 'quarantined'
        else 'missing'
    end as state,
    closed_quarter.period_end_date + 15 as due_date,
    report.activity_count,
    report.rejected_row_count,
    report.known_from
from closed_quarter
inner join contract on closed_quarter.contract_code = contract.contract_code
left join partner on contract.partner_code = partner.partner_code
left join report
    on closed_quarter.contract_code = report.contract_code and closed_quarter.period = report.period
left join quarantined
    on closed_quarter.contract_code = quarantined.contract_code and closed_quarter.period = quarantined.period;

comment on view mart.partner_report is
'The reports that are due: one row per contract and ended quarter of its term, received or not.';
comment on column mart.partner_report.contract_code is 'The contract that owes the report.';
comment on column mart.partner_report.period is 'Quarter, 2026-Q3.';
comment on column mart.partner_report.partner_code is 'The partner.';
comment on column mart.partner_report.partner_name is 'Name of the partner in the agreement.';
comment on column mart.partner_report.core_domain_code is 'Main core domain of the contract, or unassigned.';
comment on column mart.partner_report.state is
'received, nil (partner says nothing took place), quarantined (came, could not be read) or missing.';
comment on column mart.partner_report.due_date is 'Last day to hand it in: 15 days after the quarter.';
comment on column mart.partner_report.activity_count is 'Rows accepted; null without a report.';
comment on column mart.partner_report.rejected_row_count is 'Rows rejected; null without a report.';
comment on column mart.partner_report.known_from is 'When this platform learned it; null without a report.';
