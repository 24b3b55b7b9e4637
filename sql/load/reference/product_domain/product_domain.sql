-- The rows of core.product_domain.
select
    hs_section_code,
    core_domain_code,
    weight_share,
    hs_section_name,
    provenance
from {typed}
