-- The rows of core.kpi.
select
    kpi_code,
    objective_code,
    position,
    name_nl,
    name_en,
    definition_nl,
    definition_en,
    unit_code,
    decimals,
    freq_code,
    measure_code,
    direction_code,
    concept_code,
    source_code,
    source_name,
    source_url,
    max_age_days,
    needs_partner_reports,
    owner
from {typed}
