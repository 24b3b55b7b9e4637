-- model: mart.partner_company
-- grain: contract_code, activity_code, company_hash
-- reads: asof.partner_company, mart.partner_activity
-- why: counts the companies that came without naming them: the hash counts a company once, whichever partner reports
--      it. Only companies at activities that were held; an activity in a later report again keeps the companies of the
--      earlier report.
create or replace view mart.partner_company as
with company as materialized (
    select
        contract_code,
        activity_code,
        company_hash,
        bool_or(is_sme) as is_sme,
        bool_or(is_first_time_exporter) as is_first_time_exporter,
        max(known_from) as known_from
    from asof.partner_company
    group by contract_code, activity_code, company_hash
)

select
    activity.contract_code,
    activity.activity_code,
    company.company_hash,
    activity.partner_code,
    activity.event_code,
    activity.quarter,
    company.is_sme,
    company.is_first_time_exporter,
    company.known_from,
    activity.market_codes,
    activity.core_domain_shares
from company
inner join mart.partner_activity as activity
    on company.contract_code = activity.contract_code and company.activity_code = activity.activity_code
where activity.status_code = 'held';

comment on view mart.partner_company is 'Companies at the activities held, each as a keyed hash.';
comment on column mart.partner_company.contract_code is 'The contract under which it was reported.';
comment on column mart.partner_company.activity_code is 'The activity.';
comment on column mart.partner_company.company_hash is 'The company; its enterprise number is not in this database.';
comment on column mart.partner_company.partner_code is 'The partner.';
comment on column mart.partner_company.event_code is 'The event; see mart.partner_activity.';
comment on column mart.partner_company.quarter is 'Quarter of the first day.';
comment on column mart.partner_company.is_sme is 'Small or medium-sized; null when the partner did not say.';
comment on column mart.partner_company.is_first_time_exporter is
'Did not export before; null when the partner did not say.';
comment on column mart.partner_company.known_from is 'When this platform learned it.';
comment on column mart.partner_company.market_codes is 'Target markets of the activity, ISO 3166-1 alpha-2.';
comment on column mart.partner_company.core_domain_shares is 'Core domain -> part of the activity.';
