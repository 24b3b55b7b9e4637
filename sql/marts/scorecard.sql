-- model: mart.scorecard
-- grain: kpi_code
-- reads: mart.kpi_progress_at, mart.partner_report, mart.series, mart.observation, asof.kpi, asof.objective
-- reads: asof.kpi_target, asof.status_threshold
-- why: the one answer to "how far along are we": the latest figure of each KPI and its status. The rule is the case
--      expression below and nowhere else; its numbers are rows of core.status_threshold.
create or replace view mart.scorecard as
with kpi as (
    select *
    from asof.kpi
),

objective as (
    select
        objective_code,
        position,
        name_nl,
        name_en
    from asof.objective
),

target as (
    select
        kpi_code,
        target_year,
        target_value,
        provenance
    from asof.kpi_target
),

threshold as (
    select
        max(value) filter (where threshold_code = 'on_track') as on_track,
        max(value) filter (where threshold_code = 'slightly_behind') as slightly_behind,
        max(value) filter (where threshold_code = 'band_on_track') as band_on_track,
        max(value) filter (where threshold_code = 'band_slightly') as band_slightly,
        max(value) filter (where threshold_code = 'reported_share') as reported_share
    from asof.status_threshold
),

-- Adding up exports of goods only from a certain month on is faster: from the first month that the figures shown and
-- their comparisons need, one quarter earlier, as other sources may be behind. That is enough when every monthly figure
-- has all that it needs after that month; otherwise all years are added up.
asked as (
    select least(date_trunc('year', day) - interval '1 year', day - interval '23 months')::date as since
    from (
        select max(observation.period_start_date) - interval '3 months' as day
        from mart.series as series
        inner join mart.observation as observation
            on series.series_id = observation.series_id and series.dataset_code = observation.dataset_code
        where
            series.dataset_code = 'BE2:DF_EXTTRADEVLNAT_Overview'
            and series.concept_code = 'COM'
            and series.dimensions ->> 'COUNTRY' = 'A1'
            and series.dimensions ->> 'FLOW' = 'X'
            and series.dimensions ->> 'DATATYPE' = 'VAL'
    ) as newest
),

recent as materialized (
    select *
    from mart.kpi_progress_at((select core.as_of()), (select since from asked))
    where value is not null
),

enough as (
    select bool_and(coalesce(figure.begins, '-infinity') >= coalesce(asked.since, '-infinity')) as is_enough
    from kpi
    cross join asked
    left join lateral (
        select least(make_date(max(year) - 1, 1, 1), core.period_start(max(period)) - interval '23 months') as begins
        from recent
        where recent.kpi_code = kpi.kpi_code
    ) as figure on true
    where kpi.freq_code = 'M'
),

progress as (
    select *
    from recent
    where (select is_enough from enough)
    union all
    select *
    from mart.kpi_progress_at((select core.as_of()))
    where value is not null and (select is_enough from enough) is not true
),

latest as (
    select distinct on (kpi_code)
        kpi_code,
        period,
        year,
        core.period_start(period) as period_start_date,
        core.period_end(period) as period_end_date,
        ytd_value,
        planned_value,
        last_year_value,
        baseline_value,
        progress_share,
        is_provisional,
        known_from
    from progress
    order by kpi_code asc, core.period_end(period) desc
),

earlier as (
    select
        kpi_code,
        period,
        ytd_value
    from
        mart.kpi_progress_at(
            (select core.as_of()) - interval '3 months',
            -- a figure covers at most the year of its period and the twelve months up to it
            (
                select min(least(make_date(monthly.year, 1, 1), monthly.period_start_date - interval '11 months'))::date
                from latest as monthly
                inner join kpi on monthly.kpi_code = kpi.kpi_code
                where kpi.freq_code = 'M'
            )
        )
),

report as (
    select
        period,
        count(*) as reports_due_count,
        count(*) filter (where state in ('received', 'nil')) as reports_received_count,
        count(*) filter (where is_overdue) as reports_overdue_count
    from mart.partner_report
    group by period
),

figure as (
    select
        kpi.*,
        objective.position as objective_position,
        objective.name_nl as objective_name_nl,
        objective.name_en as objective_name_en,
        latest.period,
        case kpi.measure_code
            when 'flow' then make_date(latest.year, 1, 1)
            else latest.period_start_date
        end as period_start_date,
        latest.period_end_date,
        latest.ytd_value as value,
        latest.is_provisional,
        case when earlier.ytd_value <> latest.ytd_value then earlier.ytd_value end as revised_from_value,
        latest.planned_value,
        latest.last_year_value,
        latest.baseline_value,
        target.target_year,
        target.target_value,
        target.provenance as target_provenance,
        latest.progress_share,
        latest.ytd_value / nullif(latest.planned_value, 0) - 1 as plan_gap_share,
        latest.ytd_value / nullif(latest.last_year_value, 0) - 1 as last_year_change_share,
        latest.known_from as value_known_from,
        case when kpi.needs_partner_reports then coalesce(report.reports_received_count, 0) end
            as reports_received_count,
        case when kpi.needs_partner_reports then coalesce(report.reports_due_count, 0) end as reports_due_count,
        case when kpi.needs_partner_reports then coalesce(report.reports_overdue_count, 0) end as reports_overdue_count,
        case kpi.direction_code
            when 'up' then latest.ytd_value >= target.target_value
            when 'down'
                then
                    latest.ytd_value <= target.target_value
                    and (kpi.measure_code = 'level' or latest.period_end_date = make_date(latest.year, 12, 31))
            else false
        end as is_target_met,
        (select core.as_of() at time zone 'Europe/Brussels')::date - latest.period_end_date as age_days
    from kpi
    left join objective on kpi.objective_code = objective.objective_code
    left join target on kpi.kpi_code = target.kpi_code
    left join latest on kpi.kpi_code = latest.kpi_code
    left join earlier on latest.kpi_code = earlier.kpi_code and latest.period = earlier.period
    left join report on latest.period = report.period
),

verdict as (
    select
        figure.*,
        case
            when figure.value is null then 'no_data'
            when figure.age_days > figure.max_age_days then 'stale'
            when figure.reports_received_count < coalesce(threshold.reported_share, 1) * figure.reports_due_count
                then 'partners_missing'
            when figure.is_target_met then 'reached'
            -- without the thresholds the rule has no verdict either
            when figure.planned_value is null or num_nulls(
                threshold.on_track, threshold.slightly_behind, threshold.band_on_track, threshold.band_slightly
            ) > 0 then 'no_plan'
            when figure.direction_code = 'band' and figure.plan_gap_share is null then 'no_distance'
            when figure.direction_code = 'band' and abs(figure.plan_gap_share) <= threshold.band_on_track
                then 'on_track'
            when figure.direction_code = 'band' and abs(figure.plan_gap_share) <= threshold.band_slightly
                then 'slightly_behind'
            when figure.direction_code = 'band' then 'well_behind'
            when figure.baseline_value is null then 'no_plan'
            when figure.progress_share is null then 'no_distance'
            when figure.progress_share >= threshold.on_track then 'on_track'
            when figure.progress_share >= threshold.slightly_behind then 'slightly_behind'
            when figure.progress_share >= 0 then 'well_behind'
            else 'moving_away'
        end as outcome
    from figure
    cross join threshold
)

select
    kpi_code,
    position,
    objective_code,
    objective_position,
    objective_name_nl,
    objective_name_en,
    name_nl,
    name_en,
    definition_nl,
    definition_en,
    unit_code,
    decimals,
    measure_code,
    direction_code,
    source_name,
    source_url,
    owner,
    period,
    period_start_date,
    period_end_date,
    value,
    is_provisional,
    revised_from_value,
    planned_value,
    last_year_value,
    baseline_value,
    target_year,
    target_value,
    target_provenance,
    progress_share,
    plan_gap_share,
    last_year_change_share,
    case
        when outcome in ('no_data', 'stale', 'partners_missing', 'no_plan', 'no_distance') then 'no_verdict'
        else outcome
    end as status_code,
    case
        when outcome in ('no_data', 'stale', 'partners_missing', 'no_plan', 'no_distance') then outcome
    end as status_reason,
    value_known_from as known_from,
    reports_received_count,
    reports_due_count,
    reports_overdue_count,
    kind_code,
    is_headline,
    source_code
from verdict;

comment on view mart.scorecard is 'How far along are we: the latest figure of every KPI, its plan and its status.';
comment on column mart.scorecard.kpi_code is 'The KPI.';
comment on column mart.scorecard.position is 'Order on the scorecard.';
comment on column mart.scorecard.objective_code is 'The objective that it serves.';
comment on column mart.scorecard.objective_position is 'Order of the objective.';
comment on column mart.scorecard.objective_name_nl is 'Name of the objective in Dutch.';
comment on column mart.scorecard.objective_name_en is 'Name of the objective in English.';
comment on column mart.scorecard.name_nl is 'Name of the KPI in Dutch.';
comment on column mart.scorecard.name_en is 'Name of the KPI in English.';
comment on column mart.scorecard.definition_nl is 'Definition in Dutch.';
comment on column mart.scorecard.definition_en is 'Definition in English.';
comment on column mart.scorecard.unit_code is 'EUR, NUMBER, SHARE (0..1) or INDEX.';
comment on column mart.scorecard.decimals is 'Decimals to show.';
comment on column mart.scorecard.measure_code is 'flow: adds up over the year. level: stands by itself.';
comment on column mart.scorecard.direction_code is 'up, down, or band (as near to plan as possible).';
comment on column mart.scorecard.source_name is 'Source to print beside the figure.';
comment on column mart.scorecard.source_url is 'Where a reader finds the source.';
comment on column mart.scorecard.owner is 'Who answers for it.';
comment on column mart.scorecard.period is 'Latest period with a value; null when there is none.';
comment on column mart.scorecard.period_start_date is
'First day that the figure covers: 1 January for a flow, else the start of the period.';
comment on column mart.scorecard.period_end_date is 'Last day that the figure covers.';
comment on column mart.scorecard.value is 'The figure: since 1 January for a flow, else the value of the period.';
comment on column mart.scorecard.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.scorecard.revised_from_value is
'The figure for the same period as known three months before the as-of moment; null when the same or not known.';
comment on column mart.scorecard.planned_value is 'What should have been reached by the end of the period.';
comment on column mart.scorecard.last_year_value is 'The same part of last year.';
comment on column mart.scorecard.baseline_value is 'Baseline, scaled to the same part of the year.';
comment on column mart.scorecard.target_year is 'Year that the target is for.';
comment on column mart.scorecard.target_value is 'Value to reach in that whole year.';
comment on column mart.scorecard.target_provenance is
'published or illustrative; illustrative is never shown as official.';
comment on column mart.scorecard.progress_share is 'Progress made divided by progress due; null for a band.';
comment on column mart.scorecard.plan_gap_share is 'Figure divided by plan, less 1: 0.03 is 3 % above plan.';
comment on column mart.scorecard.last_year_change_share is 'Figure divided by last year''s, less 1.';
comment on column mart.scorecard.status_code is
'reached, on_track, slightly_behind, well_behind, moving_away or no_verdict.';
comment on column mart.scorecard.status_reason is
'Why there is no verdict: no_data, stale, partners_missing, no_plan or no_distance; else null.';
comment on column mart.scorecard.known_from is 'Newest knowledge behind the figure.';
comment on column mart.scorecard.reports_received_count is
'Partner reports in for the quarter of the period, nil returns included; null when the KPI needs none.';
comment on column mart.scorecard.reports_due_count is
'Partner reports due for that quarter; null when the KPI needs none.';
comment on column mart.scorecard.reports_overdue_count is
'Partner reports for that quarter that are not in although their due date is over; null when the KPI needs none.';
comment on column mart.scorecard.kind_code is 'context, result, performance or data_quality.';
comment on column mart.scorecard.is_headline is 'Whether reports show it; the others are for analysts.';
comment on column mart.scorecard.source_code is 'The source in the register that it is computed from.';
