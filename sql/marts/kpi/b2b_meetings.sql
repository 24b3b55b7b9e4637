-- model: mart.kpi_b2b_meetings
-- grain: period
-- reads: mart.partner_quarter, mart.partner_activity
-- evidence: {"of": ["held", "report"], "value": "meetings"}
-- why: meetings between companies are where deals begin; an event that two partners tell of counts once.
create or replace view mart.kpi_b2b_meetings as
select
    partner_quarter.period,
    coalesce(sum(activity.b2b_meetings_count), 0)::numeric as value,
    false as is_provisional,
    partner_quarter.known_from
from mart.partner_quarter as partner_quarter
left join mart.partner_activity as activity
    on partner_quarter.period = activity.quarter and activity.status_code = 'held' and activity.is_counted
group by partner_quarter.period, partner_quarter.known_from;

comment on view mart.kpi_b2b_meetings is
'Meetings between companies at the partners'' activities, by quarter of the first day.';
comment on column mart.kpi_b2b_meetings.period is 'Quarter, 2026-Q3.';
comment on column mart.kpi_b2b_meetings.value is 'Number of meetings.';
comment on column mart.kpi_b2b_meetings.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_b2b_meetings.known_from is 'Newest knowledge behind it.';
