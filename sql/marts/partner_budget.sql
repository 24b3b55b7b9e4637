-- model: mart.partner_budget
-- grain: contract_code, year
-- reads: asof.contract_budget, asof.contract, mart.partner_activity, mart.partner_report
-- why: budget used against agreed, by contract and year. A quarter that was not reported is no saving, so the number of
--      reports behind a figure stands beside it.
create or replace view mart.partner_budget as
with agreed as (
    select
        contract_code,
        year,
        agreed_eur,
        provenance
    from asof.contract_budget
),

contract as (
    select
        contract_code,
        partner_code
    from asof.contract
),

used as (
    select
        contract_code,
        left(period, 4)::integer as year,
        sum(budget_used_eur) as used_eur,
        sum(own_part_eur) as own_part_eur,
        max(known_from) as known_from
    from mart.partner_activity
    group by contract_code, left(period, 4)::integer
),

report as (
    select
        contract_code,
        left(period, 4)::integer as year,
        count(*) as reports_due_count,
        count(*) filter (where state in ('received', 'nil')) as reports_received_count
    from mart.partner_report
    group by contract_code, left(period, 4)::integer
)

select
    agreed.contract_code,
    agreed.year,
    contract.partner_code,
    agreed.agreed_eur,
    agreed.provenance,
    case when report.reports_received_count > 0 then coalesce(used.used_eur, 0) end as used_eur,
    case when report.reports_received_count > 0 then coalesce(used.used_eur, 0) / nullif(agreed.agreed_eur, 0) end
        as used_share,
    coalesce(used.used_eur > agreed.agreed_eur, false) as is_over,
    used.own_part_eur,
    coalesce(report.reports_due_count, 0) as reports_due_count,
    coalesce(report.reports_received_count, 0) as reports_received_count,
    used.known_from
from agreed
left join contract on agreed.contract_code = contract.contract_code
left join used on agreed.contract_code = used.contract_code and agreed.year = used.year
left join report on agreed.contract_code = report.contract_code and agreed.year = report.year;

comment on view mart.partner_budget is 'Budget used against the budget agreed, by contract and year.';
comment on column mart.partner_budget.contract_code is 'The contract.';
comment on column mart.partner_budget.year is 'Calendar year.';
comment on column mart.partner_budget.partner_code is 'The partner.';
comment on column mart.partner_budget.agreed_eur is 'Agreed for the year, EUR.';
comment on column mart.partner_budget.provenance is 'Of the agreed budget: published or illustrative.';
comment on column mart.partner_budget.used_eur is
'Used by the reports of the year, EUR; null while no report of it is in.';
comment on column mart.partner_budget.used_share is 'Part of the agreed budget, 0..1 and above when more was used.';
comment on column mart.partner_budget.is_over is 'Whether more was used than agreed.';
comment on column mart.partner_budget.own_part_eur is 'Amount that the partner paid itself beside the budget, EUR.';
comment on column mart.partner_budget.reports_due_count is 'Quarters of the year that have ended.';
comment on column mart.partner_budget.reports_received_count is 'Reports that are in for these, nil returns too.';
comment on column mart.partner_budget.known_from is 'Newest knowledge behind it.';
