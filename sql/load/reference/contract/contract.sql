-- The rows of core.contract.
select
    contract_code,
    partner_code,
    start_date,
    end_date,
    core_domain_code,
    language_code,
    feed_path,
    budget_eur_per_year
from {typed}
