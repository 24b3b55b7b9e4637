-- The facts: statistics, projects, and what partners report. Every table is versioned by core.merge(); a unique index
-- over its current rows (or over all versions, with known_to) is its key.

-- Statistics, SDMX-shaped -----------------------------------------------------------------------

create table core.series (
    series_id bigint not null,
    dataset_code text not null,
    series_key text not null,
    dimensions jsonb not null,
    freq_code text not null,
    unit_code text not null,
    concept_code text not null,
    price_basis_code text not null,
    definition_code text not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index series_current on core.series (series_id) where known_to = 'infinity';
-- These indexes find a market, a product or a key without reading all series of the dataset. One in eight series of a
-- market is exports in euro by one concept: the index on the market has the columns that tell them apart.
create index series_country on core.series (
    dataset_code, (dimensions ->> 'COUNTRY'), (dimensions ->> 'FLOW'), (dimensions ->> 'DATATYPE'), concept_code
);
create index series_product on core.series (dataset_code, (dimensions ->> 'PRODUCT'));
create index series_key on core.series (dataset_code, series_key);
-- Tells the planner how many series have the same values in these columns. Country and product are left out: their
-- indexes have statistics, and with them every combination would be a single series.
create statistics core.series_kind (mcv)
on dataset_code, freq_code, concept_code, (dimensions ->> 'REPORTING'), (dimensions ->> 'FLOW'),
(dimensions ->> 'DATATYPE')
from core.series;

comment on table core.series is
'One time series of a dataset: its key, dimensions, unit and definition. About people: none.';
comment on column core.series.series_id is 'core.series_id(dataset_code, series_key).';
comment on column core.series.dataset_code is 'Agency and dataflow, ''BE2:DF_EXTTRADEVLNAT_Overview''.';
comment on column core.series.series_key is 'Dimension values in the source''s order, joined by dots.';
comment on column core.series.dimensions is 'The dimension values by name: {"COUNTRY": "DE", ...}.';
comment on column core.series.freq_code is 'SDMX frequency: A, S, Q, M, D.';
comment on column core.series.unit_code is 'Unit of the stored value, after scaling: EUR, NUMBER.';
comment on column core.series.concept_code is
'COM community, NAT national concept; _Z where it does not apply. Never mixed.';
comment on column core.series.price_basis_code is 'V current prices, _Z where it does not apply.';
comment on column core.series.definition_code is
'Whose definition: INR, FIT_ANNOUNCED. The same words by another definition are another series.';

create table core.observation (
    series_id bigint not null,
    dataset_code text not null,
    period text not null,
    period_start_date date not null,
    value numeric,
    status_code text not null,
    decimals smallint,
    embargo_until timestamptz,
    released_at timestamptz,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null
) partition by list (dataset_code);
create index observation_closed on core.observation (dataset_code, known_to) where known_to < 'infinity';

comment on table core.observation is
'One value of a series for a period, as known from known_from until known_to. About people: none.';
comment on column core.observation.series_id is 'The series.';
comment on column core.observation.dataset_code is
'Agency and dataflow; the scope of a publication is a dataset and periods.';
comment on column core.observation.period is 'SDMX period: 2026, 2026-Q3, 2026-09.';
comment on column core.observation.period_start_date is 'First day of the period.';
comment on column core.observation.value is
'In the unit of the series, scaled to single units; null when the source says there is none.';
comment on column core.observation.status_code is 'The source''s status, verbatim; not trusted to announce revisions.';
comment on column core.observation.decimals is 'Decimals as the source states them.';
comment on column core.observation.embargo_until is 'Moment before which it must not be shown; null when free.';
comment on column core.observation.released_at is 'When the source published it, if it says.';
comment on column core.observation.known_from is 'When this platform learned it, by the clock of the run.';
comment on column core.observation.known_to is 'When it was superseded or withdrawn; infinity while current.';
comment on column core.observation.payload_id is 'The payload that said so.';

-- Observations lie in partitions: a dataset whose first load is bulk has a partition of its own
-- (core.fill_partition()), with its index built after its rows; all other datasets share this one. The rows of a
-- dataset lie together, batch by batch, so that block ranges find them at no cost per row written.
create table part.observation_everyday (like core.observation including defaults including comments);
comment on table part.observation_everyday is
'The observations of every dataset that has no partition of its own. About people: none.';
-- The key. In this order the current rows of a series lie together; with the period before known_to, the planner would
-- estimate a look-up at seven times the cost, and read the whole table instead.
create unique index observation_everyday_version on part.observation_everyday (series_id, known_to, period);
create index observation_everyday_scope on part.observation_everyday using brin (dataset_code, period)
with (pages_per_range = 16, autosummarize = on);
create index observation_everyday_closed on part.observation_everyday (dataset_code, known_to)
where known_to < 'infinity';
-- A sample of a table with millions of rows has too few rows of each series to show how many a series has, so the
-- planner is told.
alter table part.observation_everyday alter column series_id set (n_distinct = -0.01);
do $$ begin alter table core.observation attach partition part.observation_everyday default; end $$;

create trigger say_period_start before insert on core.observation
for each row when (new.period_start_date is null) execute function core.say_period_start();

-- In a bulk load, checking a foreign key to landing.payload would cost as much as writing the rows, and all rows of a
-- merge name one payload: core.merge() checks it once, and this trigger refuses to delete a payload that observations
-- name.
create trigger keep_payload before delete on landing.payload
for each row execute function core.keep_payload();

-- Projects and partner work ---------------------------------------------------------------------

create table core.fdi_project (
    project_code text not null,
    year integer not null,
    announced_date date not null,
    country_code text not null,
    mode_code text not null,
    core_domain_code text not null,
    jobs_count integer not null,
    capex_eur numeric not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index fdi_project_current on core.fdi_project (project_code) where known_to = 'infinity';

comment on table core.fdi_project is
'Announced foreign investment projects in Flanders (FIT''s register); jobs and capex are announced. '
'About people: none.';
comment on column core.fdi_project.project_code is 'FIT''s project number.';
comment on column core.fdi_project.year is 'Year that the project counts for.';
comment on column core.fdi_project.announced_date is 'Day of announcement.';
comment on column core.fdi_project.country_code is 'Country of origin, ISO 3166-1 alpha-2.';
comment on column core.fdi_project.mode_code is 'greenfield, expansion or merger_acquisition.';
comment on column core.fdi_project.core_domain_code is 'Core domain of the strategy, or unassigned.';
comment on column core.fdi_project.jobs_count is 'Announced jobs.';
comment on column core.fdi_project.capex_eur is 'Announced capital expenditure, EUR, current prices.';

create table core.partner_report (
    contract_code text not null,
    period text not null,
    is_nil boolean not null,
    template_version text not null,
    activity_count integer not null,
    rejected_row_count integer not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload,
    version_number integer not null default 1,
    submitted_date date,
    submitter_contact_code text,
    language_code text not null default 'nl',
    currency_code text not null default 'EUR',
    stated_budget_used_eur numeric,
    company_row_count integer not null default 0,
    follow_up_row_count integer not null default 0,
    warning_count integer not null default 0
);
create unique index partner_report_current on core.partner_report (contract_code, period) where known_to = 'infinity';

comment on table core.partner_report is
'One report of a contract for a quarter, newest version; a nil return has a row, a missing report has no row. '
'About people: none.';
comment on column core.partner_report.contract_code is 'The contract that owes the report.';
comment on column core.partner_report.period is 'Quarter, 2026-Q3.';
comment on column core.partner_report.is_nil is 'True when the partner states that nothing took place.';
comment on column core.partner_report.template_version is 'Version of the workbook that was used.';
comment on column core.partner_report.activity_count is 'Rows accepted.';
comment on column core.partner_report.rejected_row_count is 'Rows rejected; see ops.rejected_row.';
comment on column core.partner_report.version_number is
'Version that the partner states in the header; 1 when it is empty. A version older than the known one is refused.';
comment on column core.partner_report.submitted_date is 'Day that the partner states; null when it is empty.';
comment on column core.partner_report.submitter_contact_code is
'The contact of the contract who handed it in; null when the header names nobody on the list: no name is kept.';
comment on column core.partner_report.language_code is 'Language of the workbook: nl or en.';
comment on column core.partner_report.currency_code is 'Currency of the amounts of the activities: EUR.';
comment on column core.partner_report.stated_budget_used_eur is
'Budget used as the header states it, EUR; null when it is empty. The figures add up the activities instead.';
comment on column core.partner_report.company_row_count is 'Rows of companies accepted.';
comment on column core.partner_report.follow_up_row_count is 'Rows of follow-up accepted.';
comment on column core.partner_report.warning_count is 'Warnings on accepted rows; see core.partner_row_warning.';

create table core.partner_activity (
    contract_code text not null,
    activity_code text not null,
    report_period text not null,
    activity_type_code text not null,
    status_code text not null,
    title text not null,
    start_date date not null,
    end_date date not null,
    mode_code text not null,
    market_codes text[] not null,
    core_domain_code text not null,
    participants_count integer,
    companies_count integer,
    first_time_exporters_count integer,
    b2b_meetings_count integer,
    leads_count integer,
    cost_eur numeric,
    budget_used_eur numeric,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload,
    place text,
    country_code text,
    core_domain_shares jsonb not null default '{}',
    co_organiser_codes text[] not null default '{}',
    smes_count integer,
    own_part_eur numeric,
    public_part_eur numeric,
    event_key text not null
    generated always as (core.event_key(title, start_date, country_code)) stored,
    is_late boolean not null
    generated always as (coalesce(status_code = 'held' and start_date < core.period_start(report_period), false)) stored
);
create unique index partner_activity_current on core.partner_activity (contract_code, report_period, activity_code)
where known_to = 'infinity';

comment on table core.partner_activity is
'Activities of a partner as reported: one row per activity and report; marts take the newest report. '
'About people: none is asked for; a title is free text of the partner.';
comment on column core.partner_activity.contract_code is 'The contract under which it was reported.';
comment on column core.partner_activity.activity_code is
'The partner''s own number for the activity, the same in every report.';
comment on column core.partner_activity.report_period is 'Quarter of the report.';
comment on column core.partner_activity.activity_type_code is
'seminar, webinar, outward_mission, ... (closed list of the workbook).';
comment on column core.partner_activity.status_code is 'planned, held, cancelled or postponed.';
comment on column core.partner_activity.title is 'As the partner wrote it; hostile until escaped.';
comment on column core.partner_activity.start_date is 'First day.';
comment on column core.partner_activity.end_date is 'Last day.';
comment on column core.partner_activity.mode_code is 'onsite, online or hybrid.';
comment on column core.partner_activity.market_codes is 'Target markets, ISO 3166-1 alpha-2.';
comment on column core.partner_activity.core_domain_code is
'Core domain of the strategy with the largest share, or unassigned.';
comment on column core.partner_activity.participants_count is 'People who took part.';
comment on column core.partner_activity.companies_count is 'Distinct companies within this activity.';
comment on column core.partner_activity.first_time_exporters_count is 'Of these, companies that did not export before.';
comment on column core.partner_activity.b2b_meetings_count is 'One-to-one meetings arranged.';
comment on column core.partner_activity.leads_count is 'Concrete leads that resulted from it.';
comment on column core.partner_activity.cost_eur is 'Total cost, EUR.';
comment on column core.partner_activity.budget_used_eur is
'Part of the cost paid from the partner budget of the agreement, EUR.';
comment on column core.partner_activity.place is 'Town, or what the partner wrote; null when online.';
comment on column core.partner_activity.country_code is 'Country where it took place, ISO 3166-1 alpha-2.';
comment on column core.partner_activity.core_domain_shares is
'Core domain -> part of the activity, {"food": 0.6, "unassigned": 0.4}; adds up to 1. {} means core_domain_code alone.';
comment on column core.partner_activity.co_organiser_codes is
'Other partners that organised it, and fit for the agency itself. Organisers share an activity equally.';
comment on column core.partner_activity.smes_count is 'Of the companies, small and medium-sized ones.';
comment on column core.partner_activity.own_part_eur is 'Part of the cost that the partner paid itself, EUR.';
comment on column core.partner_activity.public_part_eur is 'Part of the cost paid by other public money, EUR.';
comment on column core.partner_activity.event_key is
'core.event_key(title, start_date, country_code): the same for all organisers that report an event.';
comment on column core.partner_activity.is_late is
'True when it took place before the quarter of the report.';

create table core.partner_company (
    contract_code text not null,
    report_period text not null,
    activity_code text not null,
    company_hash text not null check (company_hash ~ '^[0-9a-f]{64}$'),
    is_sme boolean,
    is_first_time_exporter boolean,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index partner_company_current
on core.partner_company (contract_code, report_period, activity_code, company_hash)
where known_to = 'infinity';

comment on table core.partner_company is
'Which companies took part in an activity. About people: the enterprise number of a natural person is a number of
that person; every enterprise number is stored as a keyed hash only, so that a company counts once whoever reports it.';
comment on column core.partner_company.contract_code is 'The contract under which it was reported.';
comment on column core.partner_company.report_period is 'Quarter of the report.';
comment on column core.partner_company.activity_code is 'The activity, the partner''s own number.';
comment on column core.partner_company.company_hash is
'HMAC-SHA-256 of the enterprise number of ten digits with a key that is not in this database.';
comment on column core.partner_company.is_sme is 'Small or medium-sized; null when the partner did not say.';
comment on column core.partner_company.is_first_time_exporter is
'Did not export before; null when the partner did not say.';

create table core.partner_follow_up (
    contract_code text not null,
    report_period text not null,
    activity_code text not null,
    months_after integer not null,
    company_hash text not null,
    deals_count integer,
    value_amount numeric,
    currency_code text not null,
    value_eur numeric generated always as (case when currency_code = 'EUR' then value_amount end) stored,
    is_new_market boolean,
    confirmed_code text not null,
    without_help_code text,
    satisfaction_score integer,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index partner_follow_up_current
on core.partner_follow_up (contract_code, report_period, activity_code, months_after, company_hash)
where known_to = 'infinity';

comment on table core.partner_follow_up is
'Results of an activity after 6 and 12 months, one row per activity, moment and company. About people: the
enterprise number is stored as a keyed hash only; see core.partner_company.';
comment on column core.partner_follow_up.contract_code is 'The contract under which it was reported.';
comment on column core.partner_follow_up.report_period is 'Quarter of the report; the newest report counts.';
comment on column core.partner_follow_up.activity_code is 'The activity, often of an earlier report.';
comment on column core.partner_follow_up.months_after is '6 or 12.';
comment on column core.partner_follow_up.company_hash is
'The company, as in core.partner_company; empty when the row is about all companies together.';
comment on column core.partner_follow_up.deals_count is 'Deals that resulted from it.';
comment on column core.partner_follow_up.value_amount is 'Their value, in the currency.';
comment on column core.partner_follow_up.currency_code is 'ISO 4217; EUR when the partner left it empty.';
comment on column core.partner_follow_up.value_eur is
'The value when it is in EUR, else null; mart.partner_follow_up converts other currencies by the rate of the day.';
comment on column core.partner_follow_up.is_new_market is 'The company did not export to the market before.';
comment on column core.partner_follow_up.confirmed_code is
'yes, no or no_answer: whether the company itself confirms it. Only yes counts as confirmed.';
comment on column core.partner_follow_up.without_help_code is
'How much of the value would have come without help; see core.additionality_band. Null when not asked.';
comment on column core.partner_follow_up.satisfaction_score is '0 to 10; null when not asked.';

create table core.partner_row_warning (
    contract_code text not null,
    report_period text not null,
    row_kind text not null,
    sheet_row integer not null,
    warning_code text not null,
    column_name text not null,
    value text,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index partner_row_warning_current
on core.partner_row_warning (contract_code, report_period, row_kind, sheet_row, warning_code)
where known_to = 'infinity';

comment on table core.partner_row_warning is
'Rows of a report that were accepted and that the partner is asked to look at. About people: none.';
comment on column core.partner_row_warning.contract_code is 'The contract.';
comment on column core.partner_row_warning.report_period is 'Quarter of the report.';
comment on column core.partner_row_warning.row_kind is 'report, activity, company or follow_up.';
comment on column core.partner_row_warning.sheet_row is 'Row number in the partner''s sheet.';
comment on column core.partner_row_warning.warning_code is 'Code in include/sources/partners/row_warnings.py.';
comment on column core.partner_row_warning.column_name is 'The column it is about.';
comment on column core.partner_row_warning.value is 'The value in that column.';
