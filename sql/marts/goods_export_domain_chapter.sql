-- model: mart.goods_export_domain_chapter
-- grain: core_domain_code, period
-- reads: mart.series, mart.observation, mart.product_rule
-- why: like mart.goods_export_domain, but from chapters instead of sections: pharmaceuticals and fuels stand apart, so
--      the weights guess less. Exports that the source gives in a section but in no chapter (confidential) are
--      unassigned, so that these domains too add up to total exports.
create or replace view mart.goods_export_domain_chapter as
with world_export as materialized (
    select
        series.dimensions ->> 'PRODUCT' as product_code,
        series.dimensions ->> 'PRODUCT' ~ '^[0-9]' as is_chapter,
        observation.period,
        observation.period_start_date,
        observation.value as value_eur,
        observation.status_code = 'P' as is_provisional,
        observation.known_from
    from mart.series as series
    inner join mart.observation as observation
        on series.series_id = observation.series_id and series.dataset_code = observation.dataset_code
    where
        series.dataset_code in (
            'BE2:DF_EXTTRADEVLNAT_Part_I_to_IV', 'BE2:DF_EXTTRADEVLNAT_Part_V_to_X',
            'BE2:DF_EXTTRADEVLNAT_Part_XI_to_XIV', 'BE2:DF_EXTTRADEVLNAT_Part_XV_to_XVII',
            'BE2:DF_EXTTRADEVLNAT_Part_XVIII_to_XXI'
        )
        and series.freq_code = 'M'
        and series.concept_code = 'COM'
        and series.dimensions ->> 'REPORTING' = 'VL'
        and series.dimensions ->> 'COUNTRY' = 'A1'
        and series.dimensions ->> 'FLOW' = 'X'
        and series.dimensions ->> 'DATATYPE' = 'VAL'
        and series.dimensions ->> 'PRODUCT' ~ '^([IVX]+|[0-9][0-9])$'
        -- from the month that mart.kpi_progress_at sets; without it all months
        and observation.period >= coalesce(current_setting('warehouse.since', true), '')
),

product_export as (
    select
        product_code,
        period,
        period_start_date,
        value_eur,
        is_provisional,
        known_from
    from world_export
    where is_chapter
    union all
    select
        'rest' as product_code,
        period,
        period_start_date,
        coalesce(sum(value_eur) filter (where not is_chapter), 0)
        - coalesce(sum(value_eur) filter (where is_chapter), 0) as value_eur,
        bool_or(is_provisional) as is_provisional,
        max(known_from) as known_from
    from world_export
    group by period, period_start_date
    having bool_or(not is_chapter)
),

-- materialized: each product is matched to its domains once, not once a month (0.1 s instead of 1.5 s)
product_rule as materialized (
    select
        product_code,
        core_domain_code,
        weight_share,
        is_energy,
        valid_from,
        valid_to,
        known_from
    from mart.product_rule
)

select
    coalesce(product_rule.core_domain_code, 'unassigned') as core_domain_code,
    product_export.period,
    sum(product_export.value_eur * coalesce(product_rule.weight_share, 1)) as value_eur,
    bool_or(product_export.is_provisional) as is_provisional,
    max(greatest(product_export.known_from, product_rule.known_from)) as known_from,
    coalesce(
        sum(product_export.value_eur * product_rule.weight_share) filter (where product_rule.is_energy), 0
    ) as energy_eur
from product_export
left join product_rule
    on
        product_export.product_code = product_rule.product_code
        and product_export.period_start_date between product_rule.valid_from and product_rule.valid_to
group by coalesce(product_rule.core_domain_code, 'unassigned'), product_export.period;

comment on view mart.goods_export_domain_chapter is
'Flemish goods exports (Community concept) by month and core domain, from HS chapters; unassigned included.';
comment on column mart.goods_export_domain_chapter.core_domain_code is 'Core domain of the strategy, or unassigned.';
comment on column mart.goods_export_domain_chapter.period is 'Month, 2026-07.';
comment on column mart.goods_export_domain_chapter.value_eur is
'Exports in EUR, each product counted by its weight for the domain in that month.';
comment on column mart.goods_export_domain_chapter.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.goods_export_domain_chapter.known_from is 'Newest knowledge behind it, weights included.';
comment on column mart.goods_export_domain_chapter.energy_eur is
'Part of it that is fuels and electricity (HS chapter 27), EUR; their prices move totals by themselves.';
