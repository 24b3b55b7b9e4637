-- model: mart.core_domain_progress
-- grain: core_domain_code, period
-- reads: asof.core_domain, asof.core_domain_plan, mart.partner_report, mart.partner_activity
-- why: the partners' work for each core domain since January, beside the plan up to the end of the same quarter and the
--      number of the domain's reports that are in, so that a low count can be told from a late partner.
create or replace view mart.core_domain_progress as
with core_domain as (
    select
        core_domain_code,
        position,
        name_nl,
        name_en
    from asof.core_domain
),

plan as (
    select
        core_domain_code,
        period,
        planned_activities_count,
        provenance
    from asof.core_domain_plan
),

closed_quarter as (
    select
        period,
        left(period, 4) as year
    from mart.partner_report
    group by period
),

held as (
    select
        core_domain_code,
        quarter,
        companies_count
    from mart.partner_activity
    where status_code = 'held' and is_counted
),

work as (
    select
        held.core_domain_code,
        closed_quarter.period,
        count(*) as activities_count,
        coalesce(sum(held.companies_count), 0) as companies_count
    from closed_quarter
    inner join held on closed_quarter.year = left(held.quarter, 4) and closed_quarter.period >= held.quarter
    group by held.core_domain_code, closed_quarter.period
),

report as (
    select
        core_domain_code,
        period,
        count(*) as reports_due_count,
        count(*) filter (where state in ('received', 'nil')) as reports_received_count
    from mart.partner_report
    group by core_domain_code, period
)

select
    core_domain.core_domain_code,
    closed_quarter.period,
    core_domain.position,
    core_domain.name_nl,
    core_domain.name_en,
    coalesce(work.activities_count, 0) as activities_count,
    coalesce(work.companies_count, 0) as companies_count,
    coalesce(report.reports_received_count, 0) as reports_received_count,
    coalesce(report.reports_due_count, 0) as reports_due_count,
    plan.planned_activities_count,
    plan.provenance as plan_provenance
from core_domain
cross join closed_quarter
left join plan
    on core_domain.core_domain_code = plan.core_domain_code and closed_quarter.period = plan.period
left join work
    on core_domain.core_domain_code = work.core_domain_code and closed_quarter.period = work.period
left join report
    on core_domain.core_domain_code = report.core_domain_code and closed_quarter.period = report.period;

comment on view mart.core_domain_progress is
'The partners'' work for each core domain, from January to the end of a quarter.';
comment on column mart.core_domain_progress.core_domain_code is 'Core domain of the strategy, or unassigned.';
comment on column mart.core_domain_progress.period is
'Quarter that has ended, 2026-Q3; counts run from January to its end.';
comment on column mart.core_domain_progress.position is 'Order in the strategy.';
comment on column mart.core_domain_progress.name_nl is 'Name of the core domain in Dutch.';
comment on column mart.core_domain_progress.name_en is 'Name of the core domain in English.';
comment on column mart.core_domain_progress.activities_count is 'Activities held since January.';
comment on column mart.core_domain_progress.companies_count is
'Companies at these activities; a company that comes to two counts twice.';
comment on column mart.core_domain_progress.reports_received_count is
'Reports that are in for this quarter, of contracts whose main domain this is; nil returns count.';
comment on column mart.core_domain_progress.reports_due_count is 'Reports due for this quarter, of the same contracts.';
comment on column mart.core_domain_progress.planned_activities_count is
'Activities planned from January to the end of the quarter; null without a plan.';
comment on column mart.core_domain_progress.plan_provenance is
'published or illustrative; an illustrative plan is never shown as official.';
