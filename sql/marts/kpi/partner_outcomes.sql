-- model: mart.kpi_partner_outcomes
-- grain: kpi_code, period
-- reads: mart.partner_outcome
-- why: only deals that the company itself confirms count as success, not what the partner claims. The company also says
--      how much of the confirmed value would not have come without help: otherwise the success of others would pass for
--      ours. Six months after the activity, so that it is known within the year.
create or replace view mart.kpi_partner_outcomes as
-- materialized: read once for both KPIs
with outcome as materialized (
    select
        quarter as period,
        confirmed_value_eur,
        additionality_share,
        known_from
    from mart.partner_outcome
    where
        partner_code = '_T'
        and months_after = 6
        -- before that day, the few answers that came early would pass for all
        and core.period_end(quarter) + interval '6 months' <= (select core.as_of() at time zone 'Europe/Brussels')
)

select
    'confirmed_exports_eur' as kpi_code,
    period,
    confirmed_value_eur as value,
    false as is_provisional,
    known_from
from outcome
union all
select
    'additionality_share' as kpi_code,
    period,
    additionality_share as value,
    false as is_provisional,
    known_from
from outcome;

comment on view mart.kpi_partner_outcomes is
'Deals that companies confirm six months after an activity, by quarter of the activity.';
comment on column mart.kpi_partner_outcomes.kpi_code is 'The KPI; core.kpi says what it means.';
comment on column mart.kpi_partner_outcomes.period is 'Quarter, 2026-Q3.';
comment on column mart.kpi_partner_outcomes.value is
'Confirmed value, EUR, without deals in other currencies; additionality_share the part owed to help, 0..1.';
comment on column mart.kpi_partner_outcomes.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_partner_outcomes.known_from is 'Newest knowledge behind it.';
