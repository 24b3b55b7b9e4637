-- include/reference/contract_budget.csv, typed.
select
    row_id,
    contract_code,
    core.to_integer(year)::integer as year,
    core.to_numeric(agreed_eur) as agreed_eur,
    provenance
from {raw}
