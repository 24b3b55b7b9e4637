-- model: mart.kpi_additionality_share
-- grain: period
-- reads: mart.partner_outcome
-- evidence: {"of": ["follow_up"]}
-- why: of what was confirmed, how much would not have come without help, in the company's own words. Without that,
--      success of others would pass for ours.
create or replace view mart.kpi_additionality_share as
select
    quarter as period,
    additionality_share as value,
    false as is_provisional,
    known_from
from mart.partner_outcome
where
    partner_code = '_T'
    and months_after = 6
    -- before that, the few answers that came early would pass for all
    and core.period_end(quarter) + interval '6 months' <= (select core.as_of() at time zone 'Europe/Brussels');

comment on view mart.kpi_additionality_share is
'Part of the confirmed value that would not have come without help, by quarter of the activity.';
comment on column mart.kpi_additionality_share.period is 'Quarter, 2026-Q3.';
comment on column mart.kpi_additionality_share.value is 'Part of the confirmed value of the companies that said, 0..1.';
comment on column mart.kpi_additionality_share.is_provisional is 'Whether any value behind it is provisional.';
comment on column mart.kpi_additionality_share.known_from is 'Newest knowledge behind it.';
