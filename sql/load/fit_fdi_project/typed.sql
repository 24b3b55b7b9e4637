-- FIT's project register, typed: one row per project.
select
    row_id,
    project_code,
    core.to_integer(year_text) as year,
    core.to_date(announced_on) as announced_date,
    country_code,
    mode_code,
    coalesce(nullif(core_domain_code, ''), 'unassigned') as core_domain_code,
    core.to_integer(jobs) as jobs_count,
    core.to_numeric(capex) as capex_eur
from {raw}
