-- include/reference/contract.csv, typed.
select
    row_id,
    contract_code,
    partner_code,
    core.to_date(start_date) as start_date,
    core.to_date(end_date) as end_date,
    core_domain_code,
    language_code,
    owes_reports = 'true' as owes_reports,
    core.to_integer(report_due_days)::integer as report_due_days
from {raw}
