-- model: mart.kpi_fdi_jobs
-- grain: period
-- reads: mart.fdi_quarter
-- evidence: {"of": ["project"], "value": "jobs"}
-- why: announced, not realised; the only count of jobs that is published for Flanders.
create or replace view mart.kpi_fdi_jobs as
select
    period,
    jobs_count::numeric as value,
    false as is_provisional,
    known_from
from mart.fdi_quarter;

comment on view mart.kpi_fdi_jobs is 'Jobs that foreign companies announced with their investments, by quarter.';
comment on column mart.kpi_fdi_jobs.period is 'Quarter, 2026-Q3.';
comment on column mart.kpi_fdi_jobs.value is 'Announced jobs.';
comment on column mart.kpi_fdi_jobs.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_fdi_jobs.known_from is 'Newest knowledge behind it.';
