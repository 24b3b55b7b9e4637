-- include/reference/kpi.csv, typed.
select
    row_id,
    kpi_code,
    objective_code,
    core.to_integer(position)::integer as position,
    name_nl,
    name_en,
    definition_nl,
    definition_en,
    unit_code,
    core.to_integer(decimals)::integer as decimals,
    freq_code,
    measure_code,
    direction_code,
    concept_code,
    source_code,
    source_name,
    source_url,
    core.to_integer(max_age_days)::integer as max_age_days,
    needs_partner_reports = 'true' as needs_partner_reports,
    owner
from {raw}
