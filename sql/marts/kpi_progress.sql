-- model: mart.kpi_progress
-- grain: kpi_code, period
-- reads: mart.kpi_value, asof.kpi, asof.kpi_target, asof.kpi_plan
-- why: actual, plan, last year and baseline, all four for the same part of the year: half a year held against a whole
--      year's baseline would call a lagging KPI on track. A flow adds up since January, and has no figure when a
--      period in between is missing: a sum with a hole would pass for a fall.
create or replace view mart.kpi_progress as
with kpi as (
    select
        kpi_code,
        freq_code,
        measure_code,
        direction_code
    from asof.kpi
),

target as (
    select
        kpi_code,
        baseline_value,
        target_year,
        target_value
    from asof.kpi_target
),

plan as (
    select
        kpi_code,
        period,
        planned_value,
        cumulative_share
    from asof.kpi_plan
),

since_january as (
    select
        kpi_value.kpi_code,
        kpi.measure_code,
        kpi.direction_code,
        kpi_value.period,
        extract(year from kpi_value.period_start_date)::integer as year,
        kpi_value.value,
        sum(kpi_value.value) over so_far as sum_value,
        count(kpi_value.value) over so_far as periods_count,
        case kpi.freq_code
            when 'M' then extract(month from kpi_value.period_start_date)
            when 'Q' then extract(quarter from kpi_value.period_start_date)
            else 1
        end as periods_due_count,
        bool_or(kpi_value.is_provisional) over so_far as is_sum_provisional,
        kpi_value.is_provisional,
        max(kpi_value.known_from) over so_far as sum_known_from,
        kpi_value.known_from
    from mart.kpi_value as kpi_value
    inner join kpi on kpi_value.kpi_code = kpi.kpi_code
    window
        so_far as (
            partition by kpi_value.kpi_code, extract(year from kpi_value.period_start_date)
            order by kpi_value.period_start_date
        )
),

to_date as (
    select
        kpi_code,
        direction_code,
        period,
        year,
        value,
        case
            when measure_code = 'level' then value
            when periods_count = periods_due_count then sum_value
        end as ytd_value,
        case measure_code when 'level' then is_provisional else is_sum_provisional end as is_provisional,
        case measure_code when 'level' then known_from else sum_known_from end as known_from
    from since_january
),

-- a window, not a join with itself: a query for one KPI then computes only this KPI
beside_last_year as (
    select
        *,
        max(ytd_value) over (
            partition by kpi_code, substr(period, 5)
            order by year range between 1 preceding and 1 preceding
        ) as last_year_value
    from to_date
),

compared as (
    select
        figure.kpi_code,
        figure.direction_code,
        figure.period,
        figure.year,
        figure.value,
        figure.ytd_value,
        plan.planned_value,
        figure.last_year_value,
        target.baseline_value * plan.cumulative_share as baseline_value,
        target.target_year,
        target.target_value,
        figure.is_provisional,
        figure.known_from
    from beside_last_year as figure
    left join plan on figure.kpi_code = plan.kpi_code and figure.period = plan.period
    left join target on figure.kpi_code = target.kpi_code
)

select
    kpi_code,
    period,
    year,
    value,
    ytd_value,
    planned_value,
    last_year_value,
    baseline_value,
    target_year,
    target_value,
    case
        when direction_code <> 'band'
            then (ytd_value - baseline_value) / nullif(planned_value - baseline_value, 0)
    end as progress_share,
    is_provisional,
    known_from
from compared;

comment on view mart.kpi_progress is
'Every KPI by period beside its plan, last year and baseline for the same part of the year.';
comment on column mart.kpi_progress.kpi_code is 'The KPI.';
comment on column mart.kpi_progress.period is 'Period at the grain of the KPI: 2026-07, 2026-Q3, 2026.';
comment on column mart.kpi_progress.year is 'Year of the period.';
comment on column mart.kpi_progress.value is 'Value of the period by itself.';
comment on column mart.kpi_progress.ytd_value is
'Flow: sum since 1 January, null when a period in between is missing. Level: the value itself.';
comment on column mart.kpi_progress.planned_value is 'What should have been reached by the end of the period.';
comment on column mart.kpi_progress.last_year_value is 'The same figure one year before; null when it is not known.';
comment on column mart.kpi_progress.baseline_value is 'Baseline, scaled to the same part of the year.';
comment on column mart.kpi_progress.target_year is 'Year that the target is for.';
comment on column mart.kpi_progress.target_value is 'Value to reach in that whole year.';
comment on column mart.kpi_progress.progress_share is
'(actual - baseline) / (planned - baseline); null for a band and when plan equals baseline.';
comment on column mart.kpi_progress.is_provisional is 'Whether any value behind the figure is provisional.';
comment on column mart.kpi_progress.known_from is 'Newest knowledge behind the figure.';
