-- include/reference/kpi_target.csv, typed.
select
    row_id,
    kpi_code,
    core.to_integer(baseline_year)::integer as baseline_year,
    core.to_numeric(baseline_value) as baseline_value,
    core.to_integer(target_year)::integer as target_year,
    core.to_numeric(target_value) as target_value,
    provenance,
    note
from {raw}
