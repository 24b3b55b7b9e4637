-- model: mart.partner_activity
-- grain: contract_code, activity_code
-- reads: core.partner_activity, core.contract, core.partner
-- why: what the partners did, with who they are beside it.
create or replace view mart.partner_activity as
with partner_activity as (
    select *
    from core.partner_activity
    where
        known_from <= (select core.as_of())
        and known_to > (select core.as_of())
),

contract as (
    select
        contract_code,
        partner_code
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
)

select
    partner_activity.contract_code,
    partner_activity.activity_code,
    contract.partner_code,
    coalesce(partner.name, contract.partner_code, partner_activity.contract_code) as partner_name,
    partner_activity.report_period as period,
    to_char(partner_activity.start_date, 'YYYY"-Q"Q') as quarter,
    partner_activity.activity_type_code,
    partner_activity.status_code,
    partner_activity.title,
    partner_activity.start_date,
    partner_activity.end_date,
    partner_activity.mode_code,
    partner_activity.market_codes,
    partner_activity.core_domain_code,
    partner_activity.participants_count,
    partner_activity.companies_count,
    partner_activity.first_time_exporters_count,
    partner_activity.b2b_meetings_count,
    partner_activity.leads_count,
    partner_activity.cost_eur,
    partner_activity.budget_used_eur,
    partner_activity.known_from
from partner_activity
left join contract on partner_activity.contract_code = contract.contract_code
left join partner on contract.partner_code = partner.partner_code;

comment on view mart.partner_activity is 'Activities that the partners reported, one row each.';
comment on column mart.partner_activity.contract_code is 'The contract under which it was reported.';
comment on column mart.partner_activity.activity_code is 'The partner''s own number, unique within the contract.';
comment on column mart.partner_activity.partner_code is 'The partner; null when the contract is not in the reference.';
comment on column mart.partner_activity.partner_name is 'Name of the partner in the agreement.';
comment on column mart.partner_activity.period is 'Quarter of the report that told it; money counts here.';
comment on column mart.partner_activity.quarter is 'Quarter of the first day; activities and companies count here.';
comment on column mart.partner_activity.activity_type_code is 'seminar, webinar, outward_mission, ...';
comment on column mart.partner_activity.status_code is 'planned, held, cancelled or postponed.';
comment on column mart.partner_activity.title is 'As the partner wrote it; hostile until escaped.';
comment on column mart.partner_activity.start_date is 'First day.';
comment on column mart.partner_activity.end_date is 'Last day.';
comment on column mart.partner_activity.mode_code is 'onsite, online or hybrid.';
comment on column mart.partner_activity.market_codes is 'Target markets, ISO 3166-1 alpha-2.';
comment on column mart.partner_activity.core_domain_code is 'Core domain of the strategy, or unassigned.';
comment on column mart.partner_activity.participants_count is 'People who took part.';
comment on column mart.partner_activity.companies_count is 'Distinct companies within this activity.';
comment on column mart.partner_activity.first_time_exporters_count is 'Of these, companies that did not export before.';
comment on column mart.partner_activity.b2b_meetings_count is 'One-to-one meetings arranged.';
comment on column mart.partner_activity.leads_count is 'Concrete leads that came of it.';
comment on column mart.partner_activity.cost_eur is 'Total cost, EUR.';
comment on column mart.partner_activity.budget_used_eur is
'Part of the cost paid from the partner budget of the agreement, EUR.';
comment on column mart.partner_activity.known_from is 'When this platform learned it.';
