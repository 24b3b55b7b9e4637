-- core: every table is versioned by core.merge(). The partial unique index over current rows is the key.

create function core.series_id(dataset_code text, series_key text) returns bigint
language sql immutable parallel safe
as $$ select hashtextextended(dataset_code || chr(31) || series_key, 0) $$;

comment on function core.series_id(text, text) is 'Stable surrogate of a series: a 64-bit hash of dataset and key.';

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
create index series_dataset on core.series (dataset_code);

comment on table core.series is 'One time series of a dataset: its key, dimensions, unit and definition.';
comment on column core.series.series_id is 'core.series_id(dataset_code, series_key).';
comment on column core.series.dataset_code is 'Agency and dataflow, ''BE2:DF_EXTTRADEVLNAT_Overview''.';
comment on column core.series.series_key is 'Dimension values in the source''s order, joined by dots.';
comment on column core.series.dimensions is 'The same by name: {"COUNTRY": "DE", ...}.';
comment on column core.series.freq_code is 'SDMX frequency: A, S, Q, M, D.';
comment on column core.series.unit_code is 'Unit of the stored value, after scaling: EUR, NUMBER.';
comment on column core.series.concept_code is
'COM community, NAT national concept; _Z where it does not apply. Never mixed.';
comment on column core.series.price_basis_code is 'V current prices, _Z where it does not apply.';
comment on column core.series.definition_code is
'Whose definition: INR, FIT_ANNOUNCED. Same words, other definition, other series.';

create table core.observation (
    series_id bigint not null,
    dataset_code text not null,
    period text not null,
    period_start_date date not null generated always as (core.period_start(period)) stored,
    value numeric,
    status_code text not null,
    decimals smallint,
    embargo_until timestamptz,
    released_at timestamptz,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index observation_current on core.observation (series_id, period) where known_to = 'infinity';
create index observation_scope on core.observation (dataset_code, period) where known_to = 'infinity';
create index observation_closed on core.observation (dataset_code, known_to) where known_to < 'infinity';

comment on table core.observation is 'One value of a series for a period, as known from known_from until known_to.';
comment on column core.observation.series_id is 'The series.';
comment on column core.observation.dataset_code is
'Agency and dataflow; the scope of a publication is a dataset and periods.';
comment on column core.observation.period is 'SDMX period: 2026, 2026-Q3, 2026-09.';
comment on column core.observation.period_start_date is 'First day of the period.';
comment on column core.observation.value is
'In the unit of the series, scaled to single units; null when the source says there is none.';
comment on column core.observation.status_code is 'The source''s status, verbatim; not trusted to announce revisions.';
comment on column core.observation.decimals is 'Decimals as the source states them.';
comment on column core.observation.embargo_until is 'Not to be shown before; null when free.';
comment on column core.observation.released_at is 'When the source published it, if it says.';

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
'Announced foreign investment projects in Flanders (FIT''s register); jobs and capex are announced.';
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
    payload_id bigint not null references landing.payload
);
create unique index partner_report_current on core.partner_report (contract_code, period) where known_to = 'infinity';

comment on table core.partner_report is
'One report of a contract for a quarter, newest version; a nil return is a row, a missing report is none.';
comment on column core.partner_report.contract_code is 'The contract that owes the report.';
comment on column core.partner_report.period is 'Quarter, 2026-Q3.';
comment on column core.partner_report.is_nil is 'True when the partner states that nothing took place.';
comment on column core.partner_report.template_version is 'Version of the workbook that was used.';
comment on column core.partner_report.activity_count is 'Rows accepted.';
comment on column core.partner_report.rejected_row_count is 'Rows rejected; see ops.rejected_row.';

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
    payload_id bigint not null references landing.payload
);
create unique index partner_activity_current on core.partner_activity (contract_code, report_period, activity_code)
where known_to = 'infinity';

comment on table core.partner_activity is
'What a partner did, as a report tells it: one row per activity and report; marts take the newest report.';
comment on column core.partner_activity.contract_code is 'The contract under which it was reported.';
comment on column core.partner_activity.activity_code is
'The partner''s own number for the activity, the same in every report.';
comment on column core.partner_activity.report_period is 'Quarter of the report that told it.';
comment on column core.partner_activity.activity_type_code is
'seminar, webinar, outward_mission, ... (closed list of the workbook).';
comment on column core.partner_activity.status_code is 'planned, held, cancelled or postponed.';
comment on column core.partner_activity.title is 'As the partner wrote it; hostile until escaped.';
comment on column core.partner_activity.start_date is 'First day.';
comment on column core.partner_activity.end_date is 'Last day.';
comment on column core.partner_activity.mode_code is 'onsite, online or hybrid.';
comment on column core.partner_activity.market_codes is 'Target markets, ISO 3166-1 alpha-2.';
comment on column core.partner_activity.core_domain_code is 'Core domain of the strategy, or unassigned.';
comment on column core.partner_activity.participants_count is 'People who took part.';
comment on column core.partner_activity.companies_count is 'Distinct companies within this activity.';
comment on column core.partner_activity.first_time_exporters_count is 'Of these, companies that did not export before.';
comment on column core.partner_activity.b2b_meetings_count is 'One-to-one meetings arranged.';
comment on column core.partner_activity.leads_count is 'Concrete leads that came of it.';
comment on column core.partner_activity.cost_eur is 'Total cost, EUR.';
comment on column core.partner_activity.budget_used_eur is
'Part of the cost paid from the partner budget of the agreement, EUR.';

-- Reference tables: the CSV files of include/sources/reference, versioned like everything else -----------

create table core.partner (
    partner_code text not null,
    name text not null,
    name_en text not null,
    partner_type_code text not null,
    theme text not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index partner_current on core.partner (partner_code) where known_to = 'infinity';

comment on table core.partner is 'The organisations that carry out the strategy with the agency.';
comment on column core.partner.partner_code is 'Our short name for it.';
comment on column core.partner.name is 'Name in the agreement, Dutch.';
comment on column core.partner.name_en is 'Name in English.';
comment on column core.partner.partner_type_code is 'sector_federation, bilateral_chamber, spearhead_cluster, ...';
comment on column core.partner.theme is 'Theme or market in the agreement.';

create table core.contract (
    contract_code text not null,
    partner_code text not null,
    start_date date not null,
    end_date date not null,
    core_domain_code text not null,
    language_code text not null,
    feed_path text not null,
    budget_eur_per_year numeric not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index contract_current on core.contract (contract_code) where known_to = 'infinity';

comment on table core.contract is
'An agreement of a partner for a term; it is the contract that owes a report each quarter.';
comment on column core.contract.contract_code is 'Partner code and first year of the term: agoria-2022.';
comment on column core.contract.partner_code is 'The partner.';
comment on column core.contract.start_date is 'First day of the term.';
comment on column core.contract.end_date is 'Last day of the term.';
comment on column core.contract.core_domain_code is 'Main core domain; unassigned for generic partners.';
comment on column core.contract.language_code is 'nl or en.';
comment on column core.contract.feed_path is 'Where its reports are, below the connection partner_feed.';
comment on column core.contract.budget_eur_per_year is
'Agreed share of the yearly budget of EUR 1 million; illustrative.';

create table core.core_domain (
    core_domain_code text not null,
    position integer not null,
    name_nl text not null,
    name_en text not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index core_domain_current on core.core_domain (core_domain_code) where known_to = 'infinity';

comment on table core.core_domain is 'The five core domains of the strategy, and the bucket unassigned.';
comment on column core.core_domain.core_domain_code is 'Our short name for it.';
comment on column core.core_domain.position is 'Order in the strategy.';
comment on column core.core_domain.name_nl is 'Name in Dutch.';
comment on column core.core_domain.name_en is 'Name in English.';

create table core.product_domain (
    hs_section_code text not null,
    core_domain_code text not null,
    weight_share numeric not null,
    hs_section_name text not null,
    provenance text not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index product_domain_current on core.product_domain (hs_section_code, core_domain_code)
where known_to = 'infinity';

comment on table core.product_domain is
'Bridge from HS sections to core domains; the weights of a section add up to 1.';
comment on column core.product_domain.hs_section_code is 'HS section, I to XXI.';
comment on column core.product_domain.core_domain_code is 'Core domain, or unassigned.';
comment on column core.product_domain.weight_share is 'Part of the section that counts for the domain, 0..1.';
comment on column core.product_domain.hs_section_name is 'What the section holds.';
comment on column core.product_domain.provenance is 'published or illustrative.';

create table core.country (
    country_code text not null,
    source_code text not null,
    name_nl text not null,
    name_en text not null,
    is_aggregate boolean not null,
    is_eu boolean not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index country_current on core.country (source_code) where known_to = 'infinity';

comment on table core.country is 'Country codes as the trade source writes them, with the ISO code that we use.';
comment on column core.country.country_code is 'ISO 3166-1 alpha-2; XK Kosovo; the source''s own code for aggregates.';
comment on column core.country.source_code is 'Code in NBB''s COUNTRY list (XS is Serbia there).';
comment on column core.country.name_nl is 'Name in Dutch.';
comment on column core.country.name_en is 'Name in English.';
comment on column core.country.is_aggregate is
'True for world and country groups, which must never be added to countries.';
comment on column core.country.is_eu is 'Member of the European Union of 27 since 2020.';

create table core.objective (
    objective_code text not null,
    position integer not null,
    name_nl text not null,
    name_en text not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index objective_current on core.objective (objective_code) where known_to = 'infinity';

comment on table core.objective is 'The five objectives of the scorecard.';
comment on column core.objective.objective_code is 'Our short name for it.';
comment on column core.objective.position is 'Order on the scorecard.';
comment on column core.objective.name_nl is 'Name in Dutch.';
comment on column core.objective.name_en is 'Name in English.';

create table core.kpi (
    kpi_code text not null,
    objective_code text not null,
    position integer not null,
    name_nl text not null,
    name_en text not null,
    definition_nl text not null,
    definition_en text not null,
    unit_code text not null,
    decimals integer not null,
    freq_code text not null,
    measure_code text not null,
    direction_code text not null,
    concept_code text not null,
    source_code text not null,
    source_name text not null,
    source_url text not null,
    max_age_days integer not null,
    needs_partner_reports boolean not null,
    owner text not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index kpi_current on core.kpi (kpi_code) where known_to = 'infinity';

comment on table core.kpi is
'The KPI catalogue: what each one means and where it comes from. Its arithmetic is sql/marts/kpi/<kpi_code>.sql.';
comment on column core.kpi.kpi_code is 'Our short name for it.';
comment on column core.kpi.objective_code is 'The objective that it serves.';
comment on column core.kpi.position is 'Order on the scorecard.';
comment on column core.kpi.name_nl is 'Name in Dutch.';
comment on column core.kpi.name_en is 'Name in English.';
comment on column core.kpi.definition_nl is 'Definition and formula in words, Dutch.';
comment on column core.kpi.definition_en is 'Definition and formula in words, English.';
comment on column core.kpi.unit_code is 'EUR, NUMBER, SHARE (0..1) or INDEX.';
comment on column core.kpi.decimals is 'Decimals to show of its unit (of percent for SHARE).';
comment on column core.kpi.freq_code is 'M, Q or A: the grain of its values.';
comment on column core.kpi.measure_code is 'flow: adds up over the year. level: stands by itself.';
comment on column core.kpi.direction_code is 'up, down, or band (as near to plan as possible).';
comment on column core.kpi.concept_code is 'Concept of trade that it uses: COM or NAT; _Z where it does not apply.';
comment on column core.kpi.source_code is 'The register''s source that it mainly reads.';
comment on column core.kpi.source_name is 'Source as printed beside the figure.';
comment on column core.kpi.source_url is 'Where a reader finds the source.';
comment on column core.kpi.max_age_days is
'Older than this, counted from the end of the latest period, there is no verdict.';
comment on column core.kpi.needs_partner_reports is
'True when enough partners must have reported before there is a verdict.';
comment on column core.kpi.owner is 'Who answers for it.';

create table core.kpi_target (
    kpi_code text not null,
    baseline_year integer not null,
    baseline_value numeric not null,
    target_year integer not null,
    target_value numeric not null,
    provenance text not null,
    note text not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index kpi_target_current on core.kpi_target (kpi_code) where known_to = 'infinity';

comment on table core.kpi_target is
'Baseline and target of a KPI, for a whole year. No official targets are published: see provenance.';
comment on column core.kpi_target.kpi_code is 'The KPI.';
comment on column core.kpi_target.baseline_year is 'Year that progress is counted from.';
comment on column core.kpi_target.baseline_value is 'Value of that year, in the KPI''s unit.';
comment on column core.kpi_target.target_year is 'Year that the target is for.';
comment on column core.kpi_target.target_value is 'Value to reach in that year.';
comment on column core.kpi_target.provenance is
'published or illustrative; an illustrative target is never shown as official.';
comment on column core.kpi_target.note is 'Where it comes from.';

create table core.kpi_plan (
    kpi_code text not null,
    period text not null,
    planned_value numeric not null,
    cumulative_share numeric not null,
    provenance text not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index kpi_plan_current on core.kpi_plan (kpi_code, period) where known_to = 'infinity';

comment on table core.kpi_plan is 'The plan path: what should have been reached by the end of a period.';
comment on column core.kpi_plan.kpi_code is 'The KPI.';
comment on column core.kpi_plan.period is 'Period at the grain of the KPI: 2026-07, 2026-Q3, 2026.';
comment on column core.kpi_plan.planned_value is
'Planned by the end of the period since the start of its year; for a level: the level.';
comment on column core.kpi_plan.cumulative_share is
'Part of a year''s total usually reached by then (seasonal), 1 for a level; scales the baseline.';
comment on column core.kpi_plan.provenance is 'published or illustrative.';

create table core.status_threshold (
    threshold_code text not null,
    value numeric not null,
    note text not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index status_threshold_current on core.status_threshold (threshold_code) where known_to = 'infinity';

comment on table core.status_threshold is
'The numbers of the status rule: on_track, slightly_behind, band_on_track, band_slightly, reported_share.';
comment on column core.status_threshold.threshold_code is 'Name used by sql/marts/scorecard.sql.';
comment on column core.status_threshold.value is 'The threshold.';
comment on column core.status_threshold.note is 'What it decides.';

create table core.recipient (
    recipient_code text not null,
    name text not null,
    email text not null,
    language_code text not null,
    audience_code text not null,
    is_active boolean not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index recipient_current on core.recipient (recipient_code) where known_to = 'infinity';

comment on table core.recipient is 'Who gets the report. Personal data: the analyst role cannot read it.';
comment on column core.recipient.recipient_code is 'Our short name.';
comment on column core.recipient.name is 'Name for the To header.';
comment on column core.recipient.email is 'Address.';
comment on column core.recipient.language_code is 'nl or en.';
comment on column core.recipient.audience_code is 'management, minister, partner or engineer.';
comment on column core.recipient.is_active is 'False stops the mail without losing the history.';

-- The three columns that every table carries.
do $$
declare t text;
begin
    for t in
        select format('core.%I', c.relname) from pg_class as c
        where c.relnamespace = 'core'::regnamespace and c.relkind = 'r'
    loop
        execute format('comment on column %s.known_from is %L', t,
            'When this platform learned it, by the clock of the run.');
        execute format('comment on column %s.known_to is %L', t,
            'When it was superseded or withdrawn; infinity while current.');
        execute format('comment on column %s.payload_id is %L', t, 'The payload that said so.');
    end loop;
end $$;
