-- model: mart.kpi_exports_core_domains_eur
-- grain: period
-- reads: mart.goods_export_domain
-- evidence: {"of": ["market"], "domain": "*"}
-- why: the strategy bets on five domains; what has no domain is left out. Smart logistics is services and has no
--      goods.
create or replace view mart.kpi_exports_core_domains_eur as
select
    period,
    sum(value_eur) as value,
    bool_or(is_provisional) as is_provisional,
    max(known_from) as known_from
from mart.goods_export_domain
where core_domain_code <> 'unassigned'
group by period;

comment on view mart.kpi_exports_core_domains_eur is 'Exports of goods of the core domains by month.';
comment on column mart.kpi_exports_core_domains_eur.period is 'Month, 2026-07.';
comment on column mart.kpi_exports_core_domains_eur.value is 'Exports in the month, EUR.';
comment on column mart.kpi_exports_core_domains_eur.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_exports_core_domains_eur.known_from is 'Newest knowledge behind it.';
