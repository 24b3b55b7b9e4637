-- include/reference/contract_domain.csv, typed.
select
    row_id,
    contract_code,
    core_domain_code,
    core.to_numeric(weight_share) as weight_share,
    provenance
from {raw}
