-- model: mart.goods_export_section
-- grain: hs_section_code, period
-- reads: mart.goods_trade
-- why: the common base of total exports and of the core domains, added up once, so that the two cannot differ.
create or replace view mart.goods_export_section as
select
    hs_section_code,
    period,
    period_start_date,
    sum(value_eur) as value_eur,
    bool_or(is_provisional) as is_provisional,
    max(known_from) as known_from
from mart.goods_trade
where flow_code = 'X' and concept_code = 'COM'
group by hs_section_code, period, period_start_date;

comment on view mart.goods_export_section is
'Flemish goods exports (Community concept) by month and HS section, all markets together.';
comment on column mart.goods_export_section.hs_section_code is 'HS section, I to XXI.';
comment on column mart.goods_export_section.period is 'Month, 2026-07.';
comment on column mart.goods_export_section.period_start_date is 'First day of the month.';
comment on column mart.goods_export_section.value_eur is 'Exports in the month, EUR.';
comment on column mart.goods_export_section.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.goods_export_section.known_from is 'Newest knowledge behind it.';
