-- The rows of core.contract_budget.
select
    contract_code,
    year,
    agreed_eur,
    provenance
from {typed}
