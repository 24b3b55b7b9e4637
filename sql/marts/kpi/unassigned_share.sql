-- model: mart.kpi_unassigned_share
-- grain: period
-- reads: mart.goods_export_domain
-- evidence: {"of": ["market"]}
-- why: how much of exports says nothing about the core domains. Products without a domain stand here in the open, or
--      a gap in the classification would pass for a domain that shrinks.
create or replace view mart.kpi_unassigned_share as
select
    period,
    sum(value_eur) filter (where core_domain_code = 'unassigned') / nullif(sum(value_eur), 0) as value,
    bool_or(is_provisional) as is_provisional,
    max(known_from) as known_from
from mart.goods_export_domain
group by period;

comment on view mart.kpi_unassigned_share is 'Part of goods exports that belongs to no core domain, by month.';
comment on column mart.kpi_unassigned_share.period is 'Month, 2026-07.';
comment on column mart.kpi_unassigned_share.value is 'Part of exports, 0..1.';
comment on column mart.kpi_unassigned_share.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_unassigned_share.known_from is 'Newest knowledge behind it.';
