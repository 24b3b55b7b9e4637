-- model: mart.partner_activity
-- grain: contract_code, activity_code
-- reads: asof.partner_activity, asof.contract, mart.partner
-- why: the partners' activities, one row per activity and partner that reports it. Organisers that name each other and
--      report the same title, day and country report one event; it counts once, whoever reported first, and each of the
--      organisers gets an equal share of it.
create or replace view mart.partner_activity as
with told as (
    select distinct on (contract_code, activity_code) *
    from asof.partner_activity
    order by contract_code asc, activity_code asc, report_period desc
),

-- materialized: the planner expects few activities and would compute the partners again for each
contract as materialized (
    select
        contract.contract_code,
        contract.partner_code,
        coalesce(partner.name_nl, contract.partner_code) as partner_name
    from asof.contract as contract
    left join mart.partner as partner on contract.partner_code = partner.partner_code
),

activity as materialized (
    select
        told.*,
        told.contract_code || '/' || told.activity_code as own_code,
        contract.partner_code,
        coalesce(contract.partner_name, told.contract_code) as partner_name,
        -- A partner may give the same seminar twice on a day: the second one is an event of its own.
        row_number() over (partition by told.contract_code, told.event_key order by told.activity_code) as repetition
    from told
    left join contract on told.contract_code = contract.contract_code
),

shared as (
    select activity.own_code
    from activity
    inner join activity as other
        on activity.event_key = other.event_key and activity.repetition = other.repetition
    where
        activity.partner_code <> other.partner_code
        and (
            other.partner_code = any(activity.co_organiser_codes)
            or activity.partner_code = any(other.co_organiser_codes)
        )
),

-- looked up, not joined: the planner expects one shared row and would compare each activity with all
linked as materialized (
    select
        *,
        case
            when own_code in (select shared.own_code from shared) then event_key || '-' || repetition
            else own_code
        end as event_code
    from activity
),

organiser as (
    select
        linked.event_code,
        count(distinct organiser.code) as organiser_count
    from linked
    cross join lateral unnest(linked.co_organiser_codes || linked.partner_code) as organiser (code)
    where organiser.code <> 'fit'
    group by linked.event_code
)

select
    linked.contract_code,
    linked.activity_code,
    linked.partner_code,
    linked.partner_name,
    linked.report_period as period,
    to_char(linked.start_date, 'YYYY"-Q"Q') as quarter,
    linked.activity_type_code,
    linked.status_code,
    linked.title,
    linked.start_date,
    linked.end_date,
    linked.mode_code,
    linked.market_codes,
    linked.core_domain_code,
    linked.participants_count,
    linked.companies_count,
    linked.first_time_exporters_count,
    linked.b2b_meetings_count,
    linked.leads_count,
    linked.cost_eur,
    linked.budget_used_eur,
    linked.known_from,
    linked.event_code,
    row_number() over (
        partition by linked.event_code
        order by linked.status_code = 'held' desc, linked.companies_count desc nulls last, linked.contract_code asc
    ) = 1 as is_counted,
    1.0 / coalesce(organiser.organiser_count, 1) as credit_share,
    linked.co_organiser_codes,
    case
        when linked.core_domain_shares = '{}' then jsonb_build_object(linked.core_domain_code, 1)
        else linked.core_domain_shares
    end as core_domain_shares,
    linked.country_code,
    linked.smes_count,
    linked.own_part_eur,
    linked.public_part_eur
from linked
left join organiser on linked.event_code = organiser.event_code;

comment on view mart.partner_activity is
'Activities that the partners reported: one row per activity and partner that reports it. Add up where is_counted.';
comment on column mart.partner_activity.contract_code is 'The contract under which it was reported.';
comment on column mart.partner_activity.activity_code is 'The partner''s own number, unique within the contract.';
comment on column mart.partner_activity.partner_code is 'The partner; null when the contract is not in the reference.';
comment on column mart.partner_activity.partner_name is 'Name that the partner bears on the as-of day, in Dutch.';
comment on column mart.partner_activity.period is 'Quarter of the report; its money counts in this quarter.';
comment on column mart.partner_activity.quarter is 'Quarter of the first day; counts of activities belong to it.';
comment on column mart.partner_activity.activity_type_code is 'seminar, webinar, outward_mission, ...';
comment on column mart.partner_activity.status_code is 'planned, held, cancelled or postponed.';
comment on column mart.partner_activity.title is 'As the partner wrote it; hostile until escaped.';
comment on column mart.partner_activity.start_date is 'First day.';
comment on column mart.partner_activity.end_date is 'Last day.';
comment on column mart.partner_activity.mode_code is 'onsite, online or hybrid.';
comment on column mart.partner_activity.market_codes is 'Target markets, ISO 3166-1 alpha-2.';
comment on column mart.partner_activity.core_domain_code is
'Core domain of the strategy with the largest share, or unassigned.';
comment on column mart.partner_activity.participants_count is 'People who took part.';
comment on column mart.partner_activity.companies_count is 'Distinct companies within this activity.';
comment on column mart.partner_activity.first_time_exporters_count is 'Of these, companies that did not export before.';
comment on column mart.partner_activity.b2b_meetings_count is 'One-to-one meetings arranged.';
comment on column mart.partner_activity.leads_count is 'Concrete leads that resulted from it.';
comment on column mart.partner_activity.cost_eur is 'Total cost, EUR.';
comment on column mart.partner_activity.budget_used_eur is
'Part of the cost paid from the contract''s own part of the partner budget, EUR.';
comment on column mart.partner_activity.known_from is 'When this platform learned it.';
comment on column mart.partner_activity.event_code is
'The event: the same code in the rows of organisers that name each other and report it.';
comment on column mart.partner_activity.is_counted is
'True in one row of each event: held activities first, then most companies, then by contract.';
comment on column mart.partner_activity.credit_share is
'The partner''s part of the event, 0..1: equal for all that organised it, whether they report it or are only named.';
comment on column mart.partner_activity.co_organiser_codes is
'Other partners that organised it, and fit for the agency, which takes no share.';
comment on column mart.partner_activity.core_domain_shares is
'Core domain -> part of the activity; adds up to 1.';
comment on column mart.partner_activity.country_code is 'Country where it took place, ISO 3166-1 alpha-2.';
comment on column mart.partner_activity.smes_count is 'Of the companies, small and medium-sized ones.';
comment on column mart.partner_activity.own_part_eur is 'Part of the cost that the partner paid itself, EUR.';
comment on column mart.partner_activity.public_part_eur is 'Part of the cost paid by other public money, EUR.';
