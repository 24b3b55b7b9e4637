-- The projects of a delivery.
select
    project_code,
    year,
    announced_date,
    country_code,
    mode_code,
    core_domain_code,
    jobs_count,
    capex_eur
from {typed}
