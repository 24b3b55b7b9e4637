-- model: mart.control_total
-- grain: indicator_code, period
-- reads: mart.series, mart.observation, mart.goods_trade
-- why: checks our sums against the public statements: each headline figure stands beside our own sum over the same
--      months. A statement keeps its definition; a difference is explained, never smoothed away.
create or replace view mart.control_total as
with stated as (
    select
        series.dimensions ->> 'INDICATOR' as indicator_code,
        observation.period,
        observation.period_start_date as start_date,
        core.period_end(observation.period) as end_date,
        observation.value as stated_eur,
        observation.status_code,
        observation.released_at,
        observation.known_from
    from mart.observation as observation
    inner join mart.series as series on observation.series_id = series.series_id
    where
        observation.dataset_code = 'FIT:HEADLINE'
        and series.definition_code = 'FIT_STATEMENT'
),

-- each indicator as the statistics give it, by month
month as (
    select
        case flow_code when 'X' then 'exports' else 'imports' end as indicator_code,
        period_start_date as start_date,
        sum(value_eur) as value_eur
    from mart.goods_trade
    where concept_code = 'COM'
    group by flow_code, period_start_date
    union all
    select
        'exports_to_us' as indicator_code,
        period_start_date as start_date,
        sum(value_eur) as value_eur
    from mart.goods_trade
    where concept_code = 'COM' and flow_code = 'X' and country_code = 'US'
    group by period_start_date
),

-- there is no sum for a period of which a month is missing
computed as (
    select
        stated.indicator_code,
        stated.period,
        case
            when
                count(month.start_date) = extract(month from age(stated.end_date + 1, stated.start_date))
                + 12 * extract(year from age(stated.end_date + 1, stated.start_date)) then sum(month.value_eur)
        end as computed_eur
    from stated
    left join month
        on
            stated.indicator_code = month.indicator_code
            and month.start_date between stated.start_date and stated.end_date
    group by stated.indicator_code, stated.period, stated.start_date, stated.end_date
)

select
    stated.indicator_code,
    stated.period,
    stated.stated_eur,
    computed.computed_eur,
    computed.computed_eur / nullif(stated.stated_eur, 0) - 1 as difference_share,
    stated.status_code = 'P' as is_provisional,
    stated.released_at,
    stated.known_from
from stated
inner join computed on stated.indicator_code = computed.indicator_code and stated.period = computed.period;

comment on view mart.control_total is
'Headline figures of Flemish goods trade as stated in public, beside the sum of the statistics over the same months.';
comment on column mart.control_total.indicator_code is 'exports, imports or exports_to_us, by the Community concept.';
comment on column mart.control_total.period is 'Year or quarter, 2025 or 2025-Q1.';
comment on column mart.control_total.stated_eur is 'The newest statement, EUR, as rounded by whoever made it.';
comment on column mart.control_total.computed_eur is
'The sum of the statistics over the same months, EUR; null while a month of them is missing.';
comment on column mart.control_total.difference_share is
'How much the sum is above the statement, as a share of the statement; rounding alone makes half a per mille.';
comment on column mart.control_total.is_provisional is 'Whether the statement called itself provisional.';
comment on column mart.control_total.released_at is 'Day of the statement.';
comment on column mart.control_total.known_from is 'When this platform learned the statement.';
