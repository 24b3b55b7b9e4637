-- The rows of core.kpi_plan.
select
    kpi_code,
    period,
    planned_value,
    cumulative_share,
    provenance
from {typed}
