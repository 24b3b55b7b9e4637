-- The rows of core.core_domain.
select
    core_domain_code,
    position,
    name_nl,
    name_en
from {typed}
