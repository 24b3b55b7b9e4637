-- The activities of a report.
select
    contract_code,
    activity_code,
    report_period,
    activity_type_code,
    status_code,
    title,
    start_date,
    end_date,
    mode_code,
    place,
    country_code,
    market_codes,
    core_domain_code,
    core_domain_shares,
    co_organiser_codes,
    participants_count,
    companies_count,
    smes_count,
    first_time_exporters_count,
    b2b_meetings_count,
    leads_count,
    cost_eur,
    budget_used_eur,
    own_part_eur,
    public_part_eur
from {typed}
where row_kind = 'activity'
