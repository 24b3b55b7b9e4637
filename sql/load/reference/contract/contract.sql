-- The rows of core.contract.
select
    contract_code,
    partner_code,
    start_date,
    end_date,
    core_domain_code,
    language_code,
    owes_reports,
    report_due_days
from {typed}
