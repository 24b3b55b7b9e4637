-- model: mart.goods_export_domain
-- grain: core_domain_code, period
-- reads: mart.goods_trade, core.product_domain
-- why: exports by core domain; the weights of a section add up to 1 and what has no domain lands in unassigned,
--      so the domains always add up to total exports.
create or replace view mart.goods_export_domain as
with section_export as (
    select
        hs_section_code,
        period,
        sum(value_eur) as value_eur,
        bool_or(is_provisional) as is_provisional,
        max(known_from) as known_from
    from mart.goods_trade
    where flow_code = 'X' and concept_code = 'COM'
    group by hs_section_code, period
),

product_domain as (
    select
        hs_section_code,
        core_domain_code,
        weight_share,
        known_from
    from core.product_domain
    where
        known_from <= (select core.as_of())
        and known_to > (select core.as_of())
)

select
    coalesce(product_domain.core_domain_code, 'unassigned') as core_domain_code,
    section_export.period,
    sum(section_export.value_eur * coalesce(product_domain.weight_share, 1)) as value_eur,
    bool_or(section_export.is_provisional) as is_provisional,
    max(greatest(section_export.known_from, product_domain.known_from)) as known_from
from section_export
left join product_domain on section_export.hs_section_code = product_domain.hs_section_code
group by coalesce(product_domain.core_domain_code, 'unassigned'), section_export.period;

comment on view mart.goods_export_domain is
'Flemish goods exports (Community concept) by month and core domain, unassigned included.';
comment on column mart.goods_export_domain.core_domain_code is 'Core domain of the strategy, or unassigned.';
comment on column mart.goods_export_domain.period is 'Month, 2026-07.';
comment on column mart.goods_export_domain.value_eur is
'Exports in EUR, each HS section counted by its weight for the domain.';
comment on column mart.goods_export_domain.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.goods_export_domain.known_from is 'Newest knowledge behind it, weights included.';
