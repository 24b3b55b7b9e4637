-- model: mart.partner_quarter
-- grain: period
-- reads: mart.partner_report, mart.partner_activity, mart.partner_company
-- why: the partners' work by quarter, for quarters that have ended and that at least one report is in for: before the
--      first report there is no figure, and no figure is not 0. An event of two partners is one activity.
create or replace view mart.partner_quarter as
with reported as (
    select
        period,
        max(known_from) as known_from
    from mart.partner_report
    where state in ('received', 'nil')
    group by period
),

held as (
    select
        quarter as period,
        count(*) filter (where is_counted) as activities_count,
        max(known_from) as known_from
    from mart.partner_activity
    where status_code = 'held'
    group by quarter
),

listed as (
    select
        event_code,
        quarter as period,
        company_hash
    from mart.partner_company
    group by event_code, quarter, company_hash
),

-- added up, not joined: the planner expects one row in each and would hold each against all
event as (
    select
        event_code,
        quarter as period,
        max(companies_count) as told_count,
        0 as listed_count
    from mart.partner_activity
    where status_code = 'held'
    group by event_code, quarter
    union all
    select
        event_code,
        period,
        0 as told_count,
        count(*) as listed_count
    from listed
    group by event_code, period
),

rest as (
    select
        period,
        greatest(sum(told_count) - sum(listed_count), 0) as companies_count
    from event
    group by period, event_code
),

-- not count(distinct), which sorts what this keeps in a table of hashes
reached as (
    select distinct
        period,
        company_hash
    from listed
),

-- Grouped by period, so that a query which asks for no companies does not have to count them.
reach as (
    select
        company.period,
        sum(company.companies_count) as companies_count
    from (
        select
            period,
            count(*) as companies_count
        from reached
        group by period
        union all
        select
            period,
            companies_count
        from rest
    ) as company
    group by company.period
),

spent as (
    select
        period,
        sum(budget_used_eur) as budget_used_eur,
        max(known_from) as known_from
    from mart.partner_activity
    group by period
)

select
    reported.period,
    coalesce(held.activities_count, 0) as activities_count,
    coalesce(reach.companies_count, 0) as companies_count,
    coalesce(spent.budget_used_eur, 0) as budget_used_eur,
    greatest(reported.known_from, held.known_from, spent.known_from) as known_from
from reported
left join held on reported.period = held.period
left join reach on reported.period = reach.period
left join spent on reported.period = spent.period;

comment on view mart.partner_quarter is 'Work of all partners together by quarter.';
comment on column mart.partner_quarter.period is 'Quarter, 2026-Q3.';
comment on column mart.partner_quarter.activities_count is 'Activities held, by the quarter of their first day.';
comment on column mart.partner_quarter.companies_count is
'Companies at these activities, each once where it is listed by number; of a mere count, as often as it is counted.';
comment on column mart.partner_quarter.budget_used_eur is
'Spent from the partner budget, by the quarter of the report, EUR.';
comment on column mart.partner_quarter.known_from is 'Newest knowledge behind it.';
