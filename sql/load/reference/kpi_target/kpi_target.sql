-- The rows of core.kpi_target.
select
    kpi_code,
    baseline_year,
    baseline_value,
    target_year,
    target_value,
    provenance,
    note
from {typed}
