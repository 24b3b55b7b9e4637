-- question: does the register of investment projects add up to the yearly figures that the agency published?
-- note: capex of a year is rounded when it is published; ignore a difference below 0.5 %.
with register as (
    select
        year,
        count(*) as projects,
        sum(jobs_count) as jobs,
        sum(capex_eur) as capex
    from mart.fdi_project
    group by year
),

published as (
    select
        year,
        max(value) filter (where indicator_code = 'projects') as projects,
        max(value) filter (where indicator_code = 'jobs') as jobs,
        max(value) filter (where indicator_code = 'capex') as capex
    from mart.fdi_annual
    group by year
)

select
    published.year,
    published.projects,
    register.projects - published.projects as projects_difference,
    published.jobs,
    register.jobs - published.jobs as jobs_difference,
    published.capex as capex_eur,
    register.capex - published.capex as capex_difference_eur
from published
left join register on published.year = register.year
order by published.year;
