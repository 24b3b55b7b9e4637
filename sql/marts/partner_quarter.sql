-- model: mart.partner_quarter
-- grain: period
-- reads: mart.partner_report, mart.partner_activity, mart.partner_company
-- why: the partners' work by quarter, for quarters that have ended and have at least one report: before the first
--      report there is no figure, and that is not 0. An event of two partners is one activity.
create or replace view mart.partner_quarter as
-- materialized: the partners' activities are computed once for all the counts below
with activity as materialized (
    select
        event_code,
        quarter,
        period,
        status_code,
        is_counted,
        companies_count,
        first_time_exporters_count,
        b2b_meetings_count,
        budget_used_eur,
        known_from
    from mart.partner_activity
),

reported as (
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
        sum(b2b_meetings_count) filter (where is_counted) as b2b_meetings_count,
        max(known_from) as known_from
    from activity
    where status_code = 'held'
    group by quarter
),

listed as (
    select
        event_code,
        quarter as period,
        company_hash,
        bool_or(is_first_time_exporter) as is_first_time_exporter
    from mart.partner_company
    group by event_code, quarter, company_hash
),

-- added up, not joined: the planner expects one row in each and would compare each with all
event as (
    select
        event_code,
        quarter as period,
        max(companies_count) as told_count,
        0 as listed_count,
        max(first_time_exporters_count) filter (where is_counted) as told_first_time_count,
        0 as listed_first_time_count
    from activity
    where status_code = 'held'
    group by event_code, quarter
    union all
    select
        event_code,
        period,
        0 as told_count,
        count(*) as listed_count,
        0 as told_first_time_count,
        count(*) filter (where is_first_time_exporter) as listed_first_time_count
    from listed
    group by event_code, period
),

-- companies of an event that were counted but not listed by number
rest as (
    select
        period,
        greatest(sum(told_count) - sum(listed_count), 0) as companies_count,
        greatest(sum(told_first_time_count) - sum(listed_first_time_count), 0) as first_time_exporters_count
    from event
    group by period, event_code
),

-- not count(distinct), which sorts: grouping uses a hash table
reached as (
    select
        period,
        company_hash,
        bool_or(is_first_time_exporter) as is_first_time_exporter
    from listed
    group by period, company_hash
),

-- Grouped by period, so that a query which asks for no companies does not have to count them.
reach as (
    select
        company.period,
        sum(company.companies_count) as companies_count,
        sum(company.first_time_exporters_count) as first_time_exporters_count
    from (
        select
            period,
            count(*) as companies_count,
            count(*) filter (where is_first_time_exporter) as first_time_exporters_count
        from reached
        group by period
        union all
        select
            period,
            companies_count,
            first_time_exporters_count
        from rest
    ) as company
    group by company.period
),

spent as (
    select
        period,
        sum(budget_used_eur) as budget_used_eur,
        max(known_from) as known_from
    from activity
    group by period
)

select
    reported.period,
    coalesce(held.activities_count, 0) as activities_count,
    coalesce(reach.companies_count, 0) as companies_count,
    coalesce(spent.budget_used_eur, 0) as budget_used_eur,
    greatest(reported.known_from, held.known_from, spent.known_from) as known_from,
    coalesce(held.b2b_meetings_count, 0) as b2b_meetings_count,
    coalesce(reach.first_time_exporters_count, 0) as first_time_exporters_count
from reported
left join held on reported.period = held.period
left join reach on reported.period = reach.period
left join spent on reported.period = spent.period;

comment on view mart.partner_quarter is 'Work of all partners together by quarter.';
comment on column mart.partner_quarter.period is 'Quarter, 2026-Q3.';
comment on column mart.partner_quarter.activities_count is 'Activities held, by the quarter of their first day.';
comment on column mart.partner_quarter.companies_count is
'Companies at these activities, each once when listed by number; unlisted ones as often as they are counted.';
comment on column mart.partner_quarter.budget_used_eur is
'Spent from the partner budget, by the quarter of the report, EUR.';
comment on column mart.partner_quarter.known_from is 'Newest knowledge behind it.';
comment on column mart.partner_quarter.b2b_meetings_count is 'Meetings between companies at these activities.';
comment on column mart.partner_quarter.first_time_exporters_count is
'Companies at these activities that did not export before, each once when listed by number.';
