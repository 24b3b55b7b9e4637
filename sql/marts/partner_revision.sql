-- model: mart.partner_revision
-- grain: contract_code, period
-- reads: core.partner_report, core.partner_activity, core.partner_company
-- why: what corrections of a report changed: its first figures beside those of the as-of moment, for reports of which a
--      changed version came. A correction may change only texts; then the figures are the same.
create or replace view mart.partner_revision as
with report as (
    select
        contract_code,
        period,
        min(known_from) as first_known_from,
        max(version_number) filter (where known_to > (select core.as_of())) as version_number
    from core.partner_report
    where known_from <= (select core.as_of())
    group by contract_code, period
),

version as (
    select
        contract_code,
        report_period as period,
        known_from,
        known_to,
        activity_code,
        status_code = 'held' as is_held,
        budget_used_eur
    from core.partner_activity
    where known_from <= (select core.as_of())
),

-- Both kinds of change: a row that came, and a row that went and was not replaced.
change as (
    select
        contract_code,
        period,
        known_from as changed_at
    from version
    union all
    select
        contract_code,
        period,
        known_to
    from version
    where known_to <= (select core.as_of())
    union all
    select
        contract_code,
        report_period,
        known_from
    from core.partner_company
    where known_from <= (select core.as_of())
    union all
    select
        contract_code,
        report_period,
        known_to
    from core.partner_company
    where known_to <= (select core.as_of())
    union all
    select
        contract_code,
        period,
        known_from
    from core.partner_report
    where known_from <= (select core.as_of())
),

corrected as (
    select
        report.contract_code,
        report.period,
        report.first_known_from,
        report.version_number,
        max(change.changed_at) as latest_known_from,
        count(distinct date_trunc('second', change.changed_at)) - 1 as corrections_count
    from report
    inner join change on report.contract_code = change.contract_code and report.period = change.period
    group by report.contract_code, report.period, report.first_known_from, report.version_number
    having count(distinct date_trunc('second', change.changed_at)) > 1
),

-- The tables of one load may differ by microseconds.
moment as (
    select
        contract_code,
        period,
        true as is_first,
        first_known_from + interval '1 second' as told_at
    from corrected
    union all
    select
        contract_code,
        period,
        false as is_first,
        core.as_of() as told_at
    from corrected
),

told as (
    select
        moment.contract_code,
        moment.period,
        count(*) filter (where moment.is_first and version.is_held) as first_activities_count,
        count(*) filter (where not moment.is_first and version.is_held) as latest_activities_count,
        coalesce(sum(version.budget_used_eur) filter (where moment.is_first), 0) as first_budget_used_eur,
        coalesce(sum(version.budget_used_eur) filter (where not moment.is_first), 0) as latest_budget_used_eur
    from moment
    left join version
        on
            moment.contract_code = version.contract_code
            and moment.period = version.period
            and moment.told_at >= version.known_from
            and moment.told_at < version.known_to
    group by moment.contract_code, moment.period
)

select
    corrected.contract_code,
    corrected.period,
    corrected.first_known_from,
    corrected.latest_known_from,
    corrected.corrections_count,
    corrected.version_number,
    told.first_activities_count,
    told.latest_activities_count,
    told.first_budget_used_eur,
    told.latest_budget_used_eur,
    told.latest_budget_used_eur - told.first_budget_used_eur as budget_change_eur
from corrected
inner join told on corrected.contract_code = told.contract_code and corrected.period = told.period;

comment on view mart.partner_revision is
'Reports of partners that were corrected: their figures as first reported and as reported now.';
comment on column mart.partner_revision.contract_code is 'The contract.';
comment on column mart.partner_revision.period is 'Quarter of the report, 2026-Q3.';
comment on column mart.partner_revision.first_known_from is 'When its first version was loaded.';
comment on column mart.partner_revision.latest_known_from is 'When it last changed.';
comment on column mart.partner_revision.corrections_count is 'How often it changed since.';
comment on column mart.partner_revision.version_number is 'Version that the partner states now.';
comment on column mart.partner_revision.first_activities_count is 'Activities held, as first reported.';
comment on column mart.partner_revision.latest_activities_count is 'Activities held, as reported now.';
comment on column mart.partner_revision.first_budget_used_eur is 'Budget used, as first reported, EUR.';
comment on column mart.partner_revision.latest_budget_used_eur is 'Budget used, as reported now, EUR.';
comment on column mart.partner_revision.budget_change_eur is 'Budget used now minus as first reported, EUR.';
