-- model: mart.kpi_activities
-- grain: period
-- reads: mart.partner_quarter
-- evidence: {"of": ["held", "report"], "value": "count"}
-- why: only what was held counts: a plan is no activity.
create or replace view mart.kpi_activities as
select
    period,
    activities_count::numeric as value,
    false as is_provisional,
    known_from
from mart.partner_quarter;

comment on view mart.kpi_activities is 'Activities that the partners held, by quarter of the first day.';
comment on column mart.kpi_activities.period is 'Quarter, 2026-Q3.';
comment on column mart.kpi_activities.value is 'Number of activities.';
comment on column mart.kpi_activities.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_activities.known_from is 'Newest knowledge behind it.';
