-- The rows of core.contract_domain.
select
    contract_code,
    core_domain_code,
    weight_share,
    provenance
from {typed}
