-- include/reference/contract.csv, typed.
select
    row_id,
    contract_code,
    partner_code,
    core.to_date(start_date) as start_date,
    core.to_date(end_date) as end_date,
    core_domain_code,
    language_code,
    feed_path,
    core.to_numeric(budget_eur_per_year) as budget_eur_per_year
from {raw}
