-- model: mart.kpi_fdi_capex
-- grain: period
-- reads: mart.fdi_quarter
-- evidence: {"of": ["project"], "value": "capex"}
-- why: announced, not realised; a few large projects decide it.
create or replace view mart.kpi_fdi_capex as
select
    period,
    capex_eur::numeric as value,
    false as is_provisional,
    known_from
from mart.fdi_quarter;

comment on view mart.kpi_fdi_capex is 'Investment that foreign companies announced, by quarter.';
comment on column mart.kpi_fdi_capex.period is 'Quarter, 2026-Q3.';
comment on column mart.kpi_fdi_capex.value is 'Announced capital expenditure, EUR.';
comment on column mart.kpi_fdi_capex.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_fdi_capex.known_from is 'Newest knowledge behind it.';
