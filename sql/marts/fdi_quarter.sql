-- model: mart.fdi_quarter
-- grain: period
-- reads: mart.fdi_project, core.fdi_project, ops.merge, ops.request
-- why: a quarter counts once it has ended and the register was read after its end: the running quarter, or one that
--      the register has not yet covered, would look like a fall. A covered quarter without projects is 0.
create or replace view mart.fdi_quarter as
with project as (
    select
        quarter,
        jobs_count,
        capex_eur,
        known_from
    from mart.fdi_project
),

register_read as (
    select (max(known_from) at time zone 'Europe/Brussels')::date as read_date
    from (
        select known_from
        from core.fdi_project
        union all
        select known_from
        from ops.merge
        where target = 'core.fdi_project'
        union all
        select known_from
        from ops.request
        where source_code = 'fit_fdi_project' and outcome = 'unchanged'
    ) as known
    where known_from <= (select core.as_of())
),

quarters as (
    select to_char(quarter_start, 'YYYY"-Q"Q') as period
    from generate_series(
        (select core.period_start(min(quarter)) from project)::timestamp,
        (select read_date from register_read)::timestamp - interval '3 months',
        interval '3 months'
    ) as quarter_start
)

select
    quarters.period,
    count(project.quarter) as projects_count,
    coalesce(sum(project.jobs_count), 0) as jobs_count,
    coalesce(sum(project.capex_eur), 0) as capex_eur,
    coalesce(max(project.known_from), (select max(every.known_from) from project as every)) as known_from
from quarters
left join project on quarters.period = project.quarter
group by quarters.period;

comment on view mart.fdi_quarter is
'Foreign investment projects by quarter, from the register; only quarters that have ended.';
comment on column mart.fdi_quarter.period is 'Quarter, 2026-Q3.';
comment on column mart.fdi_quarter.projects_count is 'Projects that count for the quarter.';
comment on column mart.fdi_quarter.jobs_count is 'Announced jobs.';
comment on column mart.fdi_quarter.capex_eur is 'Announced capital expenditure, EUR, current prices.';
comment on column mart.fdi_quarter.known_from is 'Newest knowledge behind it.';
