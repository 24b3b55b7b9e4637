-- FDI projects of FIT's register.

-- query: typed
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
from {raw};

-- query: fdi_project
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
from {typed};

-- query: covers
-- The day of the newest project.
select max(announced_date) as until_date from {typed};
