-- include/reference/product_domain.csv, typed.
select
    row_id,
    hs_section_code,
    core_domain_code,
    core.to_numeric(weight_share) as weight_share,
    hs_section_name,
    provenance
from {raw}
