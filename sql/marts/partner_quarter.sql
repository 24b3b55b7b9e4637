-- model: mart.partner_quarter
-- grain: period
-- reads: mart.partner_report, mart.partner_activity
-- why: the partners' work by quarter, for quarters that have ended and that at least one report is in for: before the
--      first report there is no figure, and no figure is not 0.
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
        count(*) as activities_count,
        sum(companies_count) as companies_count,
        max(known_from) as known_from
    from mart.partner_activity
    where status_code = 'held'
    group by quarter
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
    coalesce(held.companies_count, 0) as companies_count,
    coalesce(spent.budget_used_eur, 0) as budget_used_eur,
    greatest(reported.known_from, held.known_from, spent.known_from) as known_from
from reported
left join held on reported.period = held.period
left join spent on reported.period = spent.period;

comment on view mart.partner_quarter is 'Work of all partners together by quarter.';
comment on column mart.partner_quarter.period is 'Quarter, 2026-Q3.';
comment on column mart.partner_quarter.activities_count is 'Activities held, by the quarter of their first day.';
comment on column mart.partner_quarter.companies_count is
'Companies at these activities; a company that comes to two counts twice.';
comment on column mart.partner_quarter.budget_used_eur is
'Spent from the partner budget, by the quarter of the report, EUR.';
comment on column mart.partner_quarter.known_from is 'Newest knowledge behind it.';
