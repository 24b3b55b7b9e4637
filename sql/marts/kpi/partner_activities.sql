-- model: mart.kpi_partner_activities
-- grain: kpi_code, period
-- reads: mart.partner_quarter
-- why: the partners' activities and the companies that they reached. Only activities that were held count, not plans.
--      The number of companies stands beside the number of activities; deals begin in meetings between companies; the
--      aim of helping is a company that sells abroad for the first time. The agreement gives EUR 1 million a year:
--      spending too little says as much as spending too much; by quarter of the report, as it is paid.
create or replace view mart.kpi_partner_activities as
-- materialized: read once for all these KPIs
with partner_quarter as materialized (
    select
        period,
        activities_count,
        companies_count,
        b2b_meetings_count,
        first_time_exporters_count,
        budget_used_eur,
        known_from
    from mart.partner_quarter
)

select
    'activities' as kpi_code,
    period,
    activities_count::numeric as value,
    false as is_provisional,
    known_from
from partner_quarter
union all
select
    'companies_reached' as kpi_code,
    period,
    companies_count::numeric as value,
    false as is_provisional,
    known_from
from partner_quarter
union all
select
    'b2b_meetings' as kpi_code,
    period,
    b2b_meetings_count::numeric as value,
    false as is_provisional,
    known_from
from partner_quarter
union all
select
    'first_time_exporters' as kpi_code,
    period,
    first_time_exporters_count::numeric as value,
    false as is_provisional,
    known_from
from partner_quarter
union all
select
    'budget_used' as kpi_code,
    period,
    budget_used_eur::numeric as value,
    false as is_provisional,
    known_from
from partner_quarter;

comment on view mart.kpi_partner_activities is
'Activities that the partners held, companies reached, meetings and budget used, by quarter.';
comment on column mart.kpi_partner_activities.kpi_code is 'The KPI; core.kpi says what it means.';
comment on column mart.kpi_partner_activities.period is 'Quarter, 2026-Q3.';
comment on column mart.kpi_partner_activities.value is
'Number of activities, companies or meetings; budget_used the amount spent in the quarter, EUR.';
comment on column mart.kpi_partner_activities.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_partner_activities.known_from is 'Newest knowledge behind it.';
