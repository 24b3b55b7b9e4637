-- model: mart.kpi_fdi_projects
-- grain: period
-- reads: mart.fdi_quarter
-- evidence: {"of": ["project"], "value": "count"}
-- why: the second motor of the strategy, as the agency counts it: announced, gross, in Flanders.
create or replace view mart.kpi_fdi_projects as
select
    period,
    projects_count::numeric as value,
    false as is_provisional,
    known_from
from mart.fdi_quarter;

comment on view mart.kpi_fdi_projects is 'Foreign investment projects announced by quarter.';
comment on column mart.kpi_fdi_projects.period is 'Quarter, 2026-Q3.';
comment on column mart.kpi_fdi_projects.value is 'Number of projects.';
comment on column mart.kpi_fdi_projects.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_fdi_projects.known_from is 'Newest knowledge behind it.';
