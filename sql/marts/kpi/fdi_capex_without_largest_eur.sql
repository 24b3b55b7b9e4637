-- model: mart.kpi_fdi_capex_without_largest_eur
-- grain: period
-- reads: mart.fdi_quarter, mart.fdi_project
-- evidence: {"of": ["project"], "months": 12, "value": "capex"}
-- why: one factory decides the total (23 % in 2022), so beside it stands what the others bring. The three largest
--      since 1 January are left out; a quarter by itself is what it adds to that, so that quarters add up.
create or replace view mart.kpi_fdi_capex_without_largest_eur as
with since_january as (
    select
        fdi_quarter.period,
        fdi_quarter.known_from as quarter_known_from,
        fdi_project.capex_eur,
        fdi_project.known_from,
        row_number() over (
            partition by fdi_quarter.period order by fdi_project.capex_eur desc nulls last, fdi_project.project_code asc
        ) as place
    from mart.fdi_quarter as fdi_quarter
    left join mart.fdi_project as fdi_project
        on left(fdi_quarter.period, 4) = left(fdi_project.quarter, 4) and fdi_quarter.period >= fdi_project.quarter
),

to_date as (
    select
        period,
        coalesce(sum(capex_eur) filter (where place > 3), 0) as value_eur,
        greatest(max(quarter_known_from), max(known_from)) as known_from
    from since_january
    group by period
)

select
    period,
    value_eur - lag(value_eur, 1, 0::numeric) over (partition by left(period, 4) order by period) as value,
    false as is_provisional,
    known_from
from to_date;

comment on view mart.kpi_fdi_capex_without_largest_eur is
'Investment that foreign companies announced, without the three largest projects of the year, by quarter.';
comment on column mart.kpi_fdi_capex_without_largest_eur.period is 'Quarter, 2026-Q3.';
comment on column mart.kpi_fdi_capex_without_largest_eur.value is
'What the quarter adds to the year so far without its three largest projects, EUR.';
comment on column mart.kpi_fdi_capex_without_largest_eur.is_provisional is
'Whether any value behind it is provisional.';
comment on column mart.kpi_fdi_capex_without_largest_eur.known_from is 'Newest knowledge behind it.';
