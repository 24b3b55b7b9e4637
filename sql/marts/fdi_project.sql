-- model: mart.fdi_project
-- grain: project_code
-- reads: asof.fdi_project, asof.core_domain
-- why: the register of projects, with the quarter that each project counts for. A project announced outside the year
--      that it counts for goes to the nearest quarter of that year, so that quarters add up to the published years. A
--      project whose core domain the reference does not know is unassigned, never lost.
create or replace view mart.fdi_project as
with fdi_project as (
    select
        project_code,
        year,
        announced_date,
        country_code,
        mode_code,
        core_domain_code,
        jobs_count,
        capex_eur,
        known_from,
        greatest(least(announced_date, make_date(year, 12, 31)), make_date(year, 1, 1)) as counted_date
    from asof.fdi_project
),

core_domain as (
    select core_domain_code
    from asof.core_domain
)

select
    project_code,
    year,
    announced_date,
    to_char(counted_date, 'YYYY"-Q"Q') as quarter,
    country_code,
    mode_code,
    case
        when core_domain_code in (select core_domain.core_domain_code from core_domain) then core_domain_code
        else 'unassigned'
    end as core_domain_code,
    jobs_count,
    capex_eur,
    known_from
from fdi_project;

comment on view mart.fdi_project is 'Announced foreign investment projects in Flanders.';
comment on column mart.fdi_project.project_code is 'The agency''s project number.';
comment on column mart.fdi_project.year is 'Year that the project counts for.';
comment on column mart.fdi_project.announced_date is 'Day of announcement.';
comment on column mart.fdi_project.quarter is 'Quarter that the project counts for, 2026-Q3; always in its year.';
comment on column mart.fdi_project.country_code is 'Country of origin, ISO 3166-1 alpha-2.';
comment on column mart.fdi_project.mode_code is 'greenfield, expansion or merger_acquisition.';
comment on column mart.fdi_project.core_domain_code is 'Core domain of the strategy, or unassigned.';
comment on column mart.fdi_project.jobs_count is 'Announced jobs.';
comment on column mart.fdi_project.capex_eur is 'Announced capital expenditure, EUR, current prices.';
comment on column mart.fdi_project.known_from is 'When this platform learned it.';
