-- include/reference/kpi_plan.csv, typed.
select
    row_id,
    kpi_code,
    period,
    core.to_numeric(planned_value) as planned_value,
    core.to_numeric(cumulative_share) as cumulative_share,
    provenance
from {raw}
