-- model: mart.kpi_first_time_exporters
-- grain: period
-- reads: mart.partner_quarter, mart.partner_activity, mart.partner_company
-- evidence: {"of": ["held", "report"], "value": "first_time_exporters"}
-- why: the aim of helping is a company that sells abroad for the first time, not one that always did. Counted once a
--      quarter where it is listed by number.
create or replace view mart.kpi_first_time_exporters as
with listed as (
    select
        quarter as period,
        event_code,
        company_hash
    from mart.partner_company
    where is_first_time_exporter
    group by quarter, event_code, company_hash
),

event as (
    select
        quarter as period,
        event_code,
        coalesce(max(first_time_exporters_count), 0) as told_count,
        0 as listed_count
    from mart.partner_activity
    where status_code = 'held' and is_counted
    group by quarter, event_code
    union all
    select
        period,
        event_code,
        0 as told_count,
        count(*) as listed_count
    from listed
    group by period, event_code
),

-- an event whose list is shorter than its count: the rest is added as it stands
rest as (
    select
        period,
        greatest(sum(told_count) - sum(listed_count), 0) as companies_count
    from event
    group by period, event_code
),

company as (
    select
        period,
        companies_count
    from rest
    union all
    select
        period,
        count(distinct company_hash) as companies_count
    from listed
    group by period
)

select
    partner_quarter.period,
    coalesce(sum(company.companies_count), 0)::numeric as value,
    false as is_provisional,
    partner_quarter.known_from
from mart.partner_quarter as partner_quarter
left join company on partner_quarter.period = company.period
group by partner_quarter.period, partner_quarter.known_from;

comment on view mart.kpi_first_time_exporters is
'Companies at the partners'' activities that did not export before, by quarter of the first day.';
comment on column mart.kpi_first_time_exporters.period is 'Quarter, 2026-Q3.';
comment on column mart.kpi_first_time_exporters.value is 'Number of companies, each once where it is listed by number.';
comment on column mart.kpi_first_time_exporters.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_first_time_exporters.known_from is 'Newest knowledge behind it.';
