-- model: mart.kpi_confirmed_exports_eur
-- grain: period
-- reads: mart.partner_outcome
-- evidence: {"of": ["follow_up"]}
-- why: what partners claim is not success; what the company itself confirms is. Six months after, so that it is
--      known within the year.
create or replace view mart.kpi_confirmed_exports_eur as
select
    quarter as period,
    confirmed_value_eur as value,
    false as is_provisional,
    known_from
from mart.partner_outcome
where
    partner_code = '_T'
    and months_after = 6
    -- before that, the few answers that came early would pass for all
    and core.period_end(quarter) + interval '6 months' <= (select core.as_of() at time zone 'Europe/Brussels');

comment on view mart.kpi_confirmed_exports_eur is
'Value of the deals that companies confirm six months after an activity, by quarter of the activity.';
comment on column mart.kpi_confirmed_exports_eur.period is 'Quarter, 2026-Q3.';
comment on column mart.kpi_confirmed_exports_eur.value is
'Confirmed value, EUR; deals in other currencies are not in it.';
comment on column mart.kpi_confirmed_exports_eur.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_confirmed_exports_eur.known_from is 'Newest knowledge behind it.';
