-- Reference tables: the CSV files of include/sources/reference, versioned like the facts. At the end: comments on the
-- columns that all versioned tables share.

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

comment on table core.partner is 'The organisations that carry out the strategy with the agency. About people: none.';
comment on column core.partner.partner_code is 'Our short name for it.';
comment on column core.partner.name is 'Name in the agreement, Dutch.';
comment on column core.partner.name_en is 'Name in English.';
comment on column core.partner.partner_type_code is 'sector_federation, bilateral_chamber, spearhead_cluster, ...';
comment on column core.partner.theme is 'Theme or market in the agreement.';

create table core.partner_name (
    partner_code text not null,
    language_code text not null,
    name text not null,
    valid_from date not null,
    valid_to date not null,
    is_official boolean not null,
    note text not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index partner_name_current on core.partner_name (partner_code, language_code, name)
where known_to = 'infinity';

comment on table core.partner_name is
'The names of a partner and the days on which it bears them: the official name, other spellings and short names. '
'About people: none.';
comment on column core.partner_name.partner_code is 'The partner.';
comment on column core.partner_name.language_code is 'nl, en or fr.';
comment on column core.partner_name.name is 'The name.';
comment on column core.partner_name.valid_from is 'First day; 2016-01-01 when the strategy began with that name.';
comment on column core.partner_name.valid_to is 'Last day; 9999-12-31 while in use.';
comment on column core.partner_name.is_official is
'True for the name that is shown; false for an alias that is only recognised.';
comment on column core.partner_name.note is 'Where it was read.';

create table core.partner_relation (
    partner_code text not null,
    relation_code text not null,
    related_partner_code text not null,
    valid_from date not null,
    is_date_exact boolean not null,
    note text not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index partner_relation_current
on core.partner_relation (partner_code, relation_code, related_partner_code)
where known_to = 'infinity';

comment on table core.partner_relation is
'The relation of one partner to another since a day. It changes no duty: the contract still owes its reports. '
'About people: none.';
comment on column core.partner_relation.partner_code is 'The partner.';
comment on column core.partner_relation.relation_code is
'merged_into (its activities are carried on there), part_moved_to (some of them) or reports_through.';
comment on column core.partner_relation.related_partner_code is 'The other one.';
comment on column core.partner_relation.valid_from is 'Since this day.';
comment on column core.partner_relation.is_date_exact is 'False when it is only known to have held by that day.';
comment on column core.partner_relation.note is 'Where it was read.';

create table core.partner_theme (
    partner_code text not null,
    theme_kind_code text not null,
    theme text not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index partner_theme_current on core.partner_theme (partner_code, theme_kind_code, theme)
where known_to = 'infinity';

comment on table core.partner_theme is
'Themes, markets and regions that a partner is for, one a row; two partners may share a theme. About people: none.';
comment on column core.partner_theme.partner_code is 'The partner.';
comment on column core.partner_theme.theme_kind_code is
'theme (words of the agreement), market (ISO 3166-1 alpha-2) or region.';
comment on column core.partner_theme.theme is 'The theme, market or region; ''all'' for the generic partners.';

create table core.partner_contact (
    contract_code text not null,
    contact_code text not null,
    name text not null,
    email text not null,
    language_code text not null,
    is_active boolean not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index partner_contact_current on core.partner_contact (contract_code, contact_code)
where known_to = 'infinity';

comment on table core.partner_contact is
'The contacts who get a contract''s answers and reminders. The analyst role cannot read it. About people: name and
address of the contact; nothing else about anybody is kept. Deleted by the rule partner_contact.';
comment on column core.partner_contact.contract_code is 'The contract.';
comment on column core.partner_contact.contact_code is 'Short name, unique within the contract.';
comment on column core.partner_contact.name is 'Name for the To header; where possible a role rather than a person.';
comment on column core.partner_contact.email is 'Address.';
comment on column core.partner_contact.language_code is 'nl or en: the language of the answers.';
comment on column core.partner_contact.is_active is 'False stops the mail without losing the history.';

create table core.contract (
    contract_code text not null,
    partner_code text not null,
    start_date date not null,
    end_date date not null,
    core_domain_code text not null,
    language_code text not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload,
    owes_reports boolean not null,
    report_due_days integer not null
);
create unique index contract_current on core.contract (contract_code) where known_to = 'infinity';

comment on table core.contract is
'An agreement of a partner for a term; the contract, not the partner, owes a report each quarter. About people: none.';
comment on column core.contract.contract_code is 'Partner code and first year of the term: agoria-2022.';
comment on column core.contract.partner_code is 'The partner.';
comment on column core.contract.start_date is 'First day of the term.';
comment on column core.contract.end_date is 'Last day of the term.';
comment on column core.contract.core_domain_code is 'Main core domain; unassigned for generic partners.';
comment on column core.contract.language_code is 'nl or en.';
comment on column core.contract.owes_reports is
'Whether it reports to this platform; contracts of 2017-2021 ended before it and owe nothing here.';
comment on column core.contract.report_due_days is 'Days after the end of a quarter in which its report is due.';

create table core.contract_budget (
    contract_code text not null,
    year integer not null,
    agreed_eur numeric not null,
    provenance text not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index contract_budget_current on core.contract_budget (contract_code, year) where known_to = 'infinity';

comment on table core.contract_budget is
'The budget agreed with a contract for a year; all contracts of a year together have EUR 1 million. '
'About people: none.';
comment on column core.contract_budget.contract_code is 'The contract.';
comment on column core.contract_budget.year is 'Calendar year of the term.';
comment on column core.contract_budget.agreed_eur is 'Agreed for that year, EUR.';
comment on column core.contract_budget.provenance is
'published or illustrative; only the total of EUR 1 million a year is published.';

create table core.contract_domain (
    contract_code text not null,
    core_domain_code text not null,
    weight_share numeric not null,
    provenance text not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index contract_domain_current on core.contract_domain (contract_code, core_domain_code)
where known_to = 'infinity';

comment on table core.contract_domain is
'The weight of each core domain in a contract; the weights of a contract add up to 1. About people: none.';
comment on column core.contract_domain.contract_code is 'The contract.';
comment on column core.contract_domain.core_domain_code is 'Core domain, or unassigned.';
comment on column core.contract_domain.weight_share is 'Part of the contract that is for the domain, 0..1.';
comment on column core.contract_domain.provenance is 'published or illustrative.';

create table core.contract_feed (
    contract_code text not null,
    feed_kind_code text not null,
    conn_id text not null,
    feed_path text not null,
    format_code text not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index contract_feed_current on core.contract_feed (contract_code) where known_to = 'infinity';

comment on table core.contract_feed is
'How the reports of a contract are pulled: one row per contract. About people: none.';
comment on column core.contract_feed.contract_code is 'The contract.';
comment on column core.contract_feed.feed_kind_code is
'http_file (a file for each quarter over HTTPS), http_json (paged JSON over HTTPS) or folder (object storage, SFTP).';
comment on column core.contract_feed.conn_id is
'Airflow connection that holds the host and its secrets; several contracts may share one.';
comment on column core.contract_feed.feed_path is 'Where its reports are, below the host of the connection.';
comment on column core.contract_feed.format_code is 'xlsx, csv or json.';

create table core.additionality_band (
    band_code text not null,
    position integer not null,
    without_help_share numeric not null,
    name_nl text not null,
    name_en text not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index additionality_band_current on core.additionality_band (band_code) where known_to = 'infinity';

comment on table core.additionality_band is
'The seven answers to "would it have happened without help", as the British Department for Business and Trade asks
it (uktrade/data-hub-api, export_win.withoutoursupport). About people: none.';
comment on column core.additionality_band.band_code is 'none, up_to_20, ... over_80, all.';
comment on column core.additionality_band.position is 'Order in the question.';
comment on column core.additionality_band.without_help_share is
'Part of the value that would have come anyway, 0..1: the middle of the band. 1 minus it is what the help added.';
comment on column core.additionality_band.name_nl is 'The answer in Dutch.';
comment on column core.additionality_band.name_en is 'The answer in English.';

create table core.report_limit (
    limit_code text not null,
    value numeric not null,
    note text not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index report_limit_current on core.report_limit (limit_code) where known_to = 'infinity';

comment on table core.report_limit is
'Numbers that the rules and mails of partner reports use. About people: none.';
comment on column core.report_limit.limit_code is 'Our short name for it.';
comment on column core.report_limit.value is 'The number.';
comment on column core.report_limit.note is 'What it means and why it is so.';

create table core.retention_rule (
    rule_code text not null,
    keep_days integer not null,
    what text not null,
    why text not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index retention_rule_current on core.retention_rule (rule_code) where known_to = 'infinity';

comment on table core.retention_rule is
'What housekeeping deletes, and after how long; the statement of a rule is sql/retention/<rule_code>.sql. '
'About people: none.';
comment on column core.retention_rule.rule_code is 'Our short name for it.';
comment on column core.retention_rule.keep_days is 'Days that it is kept.';
comment on column core.retention_rule.what is 'What is deleted, and from when the days count.';
comment on column core.retention_rule.why is 'Why this long, and what is lost with it.';

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

comment on table core.core_domain is
'The five core domains of the strategy, and the bucket unassigned. About people: none.';
comment on column core.core_domain.core_domain_code is 'Our short name for it.';
comment on column core.core_domain.position is 'Order in the strategy.';
comment on column core.core_domain.name_nl is 'Name in Dutch.';
comment on column core.core_domain.name_en is 'Name in English.';

create table core.core_domain_plan (
    core_domain_code text not null,
    period text not null,
    planned_activities_count integer not null check (planned_activities_count >= 0),
    provenance text not null check (provenance in ('published', 'illustrative')),
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index core_domain_plan_current on core.core_domain_plan (core_domain_code, period)
where known_to = 'infinity';

comment on table core.core_domain_plan is
'The plan path of a core domain: the activities that should have been held by the end of a quarter. No official plan '
'is published: see provenance. About people: none.';
comment on column core.core_domain_plan.core_domain_code is 'The core domain, or unassigned.';
comment on column core.core_domain_plan.period is 'Quarter, 2026-Q3.';
comment on column core.core_domain_plan.planned_activities_count is
'Activities planned from 1 January to the end of the quarter; the domains together are the plan of the KPI activities.';
comment on column core.core_domain_plan.provenance is
'published or illustrative; an illustrative plan is never shown as official.';

create table core.product_domain (
    product_code text not null,
    core_domain_code text not null,
    weight_share numeric not null,
    product_name text not null,
    provenance text not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload,
    is_energy boolean not null,
    valid_from date not null,
    valid_to date not null
);
create unique index product_domain_current on core.product_domain (product_code, core_domain_code, valid_from)
where known_to = 'infinity';

comment on table core.product_domain is
'Bridge from products to core domains: the longest code that a product begins with decides; its weights add up to 1. '
'About people: none.';
comment on column core.product_domain.product_code is
'HS section I to XXI, chapter 01 to 99 or heading 2937; the row of a chapter speaks for the chapter as a whole.';
comment on column core.product_domain.core_domain_code is 'Core domain, or unassigned.';
comment on column core.product_domain.weight_share is 'Part of the product that counts for the domain, 0..1.';
comment on column core.product_domain.product_name is 'What the product is.';
comment on column core.product_domain.provenance is 'published or illustrative.';
comment on column core.product_domain.is_energy is
'Fuels and electricity (HS chapter 27), whose prices move totals by themselves.';
comment on column core.product_domain.valid_from is 'First day for which the row decides; the HS changes by edition.';
comment on column core.product_domain.valid_to is 'Last day; 9999-12-31 while it still does.';

create table core.country (
    country_code text not null,
    name_nl text not null,
    name_en text not null,
    is_aggregate boolean not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index country_current on core.country (country_code) where known_to = 'infinity';

comment on table core.country is
'Countries and country groups under our own code; core.country_code translates. About people: none.';
comment on column core.country.country_code is
'ISO 3166-1 alpha-2; XK Kosovo, XC Ceuta, XL Melilla; for a group or a former state a code of our own.';
comment on column core.country.name_nl is 'Name in Dutch.';
comment on column core.country.name_en is 'Name in English.';
comment on column core.country.is_aggregate is
'True for world and country groups, which must never be added to countries.';

create table core.country_code (
    code_system text not null,
    code text not null,
    country_code text not null,
    valid_from date not null,
    valid_to date not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index country_code_current on core.country_code (code_system, code, valid_from)
where known_to = 'infinity';
-- Markets are looked up by our code and by the source's code as of any moment; the unique index has current rows only.
create index country_code_code on core.country_code (code_system, code);
create index country_code_country on core.country_code (code_system, country_code);

comment on table core.country_code is
'How each source writes a country or country group, with the days on which the code meant it. About people: none.';
comment on column core.country_code.code_system is
'NBB (trade), NBB_AREA (balance of payments), NBB_TEC (exporters), EUROSTAT, OECD, COMTRADE, ISO2, ISO3 or M49.';
comment on column core.country_code.code is 'The code as the source writes it; numeric codes keep their zeros.';
comment on column core.country_code.country_code is 'Our code, see core.country.';
comment on column core.country_code.valid_from is 'First day on which the code meant it.';
comment on column core.country_code.valid_to is 'Last day; 9999-12-31 while it still does.';
comment on column core.country_code.known_from is 'When this platform learned the row.';
comment on column core.country_code.known_to is 'When it learned better; infinity while current.';
comment on column core.country_code.payload_id is 'The payload it came from.';

create table core.country_group_member (
    group_code text not null,
    country_code text not null,
    valid_from date not null,
    valid_to date not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index country_group_member_current on core.country_group_member (group_code, country_code, valid_from)
where known_to = 'infinity';

comment on table core.country_group_member is
'Which countries make up a group: EU as it was on a day, EU27_2020 and EU28 as fixed lists for any day. '
'About people: none.';
comment on column core.country_group_member.group_code is 'EU, EU27_2020 or EU28.';
comment on column core.country_group_member.country_code is 'Our code, see core.country.';
comment on column core.country_group_member.valid_from is 'First day of membership.';
comment on column core.country_group_member.valid_to is 'Last day; 9999-12-31 for members of today.';
comment on column core.country_group_member.known_from is 'When this platform learned the row.';
comment on column core.country_group_member.known_to is 'When it learned better; infinity while current.';
comment on column core.country_group_member.payload_id is 'The payload it came from.';

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

comment on table core.objective is 'The five objectives of the scorecard. About people: none.';
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
    payload_id bigint not null references landing.payload,
    kind_code text not null check (kind_code in ('context', 'result', 'performance', 'data_quality')),
    is_headline boolean not null,
    formula_nl text not null,
    formula_en text not null,
    freeze_rule text not null,
    view_name text not null,
    core_domain_code text not null,
    evidence_rows text not null,
    evidence_value text not null,
    evidence_months integer not null check (evidence_months between 1 and 12)
);
create unique index kpi_current on core.kpi (kpi_code) where known_to = 'infinity';

comment on table core.kpi is
'The KPI catalogue: what each one means, where it comes from, and which view computes it. About people: none.';
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
'Days since the end of the latest period after which there is no verdict.';
comment on column core.kpi.needs_partner_reports is
'True when enough partners must have reported before there is a verdict.';
comment on column core.kpi.owner is 'Who answers for it.';
comment on column core.kpi.kind_code is
'context: the world around. result: the effect. performance: our work. data_quality: how far to trust the figures.';
comment on column core.kpi.is_headline is 'Whether reports and the page show it; the others are for analysts.';
comment on column core.kpi.formula_nl is 'How it is worked out, in Dutch words.';
comment on column core.kpi.formula_en is 'How it is worked out, in English words.';
comment on column core.kpi.freeze_rule is 'When a figure of it is final, and why it may change until then.';
comment on column core.kpi.view_name is 'The view whose rows with this kpi_code hold its values.';
comment on column core.kpi.core_domain_code is
'The core domain whose exports it measures; _T all domains together, _Z when it has no domain.';
comment on column core.kpi.evidence_rows is
'Rows behind a figure, in the words of mart.evidence, separated by spaces: market union.';
comment on column core.kpi.evidence_value is
'The value of such a row that is counted or added up, in the words of mart.evidence; _Z its own value.';
comment on column core.kpi.evidence_months is 'How many months a figure covers; 1 for its own period.';

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
'Baseline and target of a KPI, for a whole year. No official targets are published: see provenance. '
'About people: none.';
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

comment on table core.kpi_plan is
'The plan path: what should have been reached by the end of a period. About people: none.';
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
'The numbers of the status rule: on_track, slightly_behind, band_on_track, band_slightly, reported_share. '
'About people: none.';
comment on column core.status_threshold.threshold_code is 'Name used by sql/marts/scorecard.sql.';
comment on column core.status_threshold.value is 'The threshold.';
comment on column core.status_threshold.note is 'What it decides.';

create table core.correction (
    dataset_code text not null,
    series_key text not null,
    period text not null,
    expected_value numeric not null,
    corrected_value numeric not null,
    reason text not null,
    evidence_url text not null,
    decided_by text not null,
    decided_on date not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload,
    series_id bigint not null generated always as (core.series_id(dataset_code, series_key)) stored
);
create unique index correction_current on core.correction (dataset_code, series_key, period)
where known_to = 'infinity';

comment on table core.correction is
'Wrong values of a source: while it publishes the expected value, marts show the corrected value and say so. '
'About people: none.';
comment on column core.correction.dataset_code is 'Agency and dataflow.';
comment on column core.correction.series_key is 'The series, dimension values joined by dots.';
comment on column core.correction.period is 'SDMX period.';
comment on column core.correction.expected_value is
'The wrong value as published, in the unit of the series; the correction ends when the source publishes another value.';
comment on column core.correction.corrected_value is 'The value to show instead, in the unit of the series.';
comment on column core.correction.reason is 'What is wrong and how we know.';
comment on column core.correction.evidence_url is 'Where the right value can be read.';
comment on column core.correction.decided_by is 'The office that decided it; no person''s name.';
comment on column core.correction.decided_on is 'Day of the decision.';
comment on column core.correction.known_from is 'When this platform learned the row.';
comment on column core.correction.known_to is 'When it learned better; infinity while current.';
comment on column core.correction.payload_id is 'The payload it came from.';
comment on column core.correction.series_id is 'The number of the series, see core.series.';

create table core.release_calendar (
    source_code text not null,
    freq_code text not null,
    lag_days integer not null,
    grace_days integer not null,
    pattern text not null,
    known_from timestamptz not null,
    known_to timestamptz not null default 'infinity',
    payload_id bigint not null references landing.payload
);
create unique index release_calendar_current on core.release_calendar (source_code) where known_to = 'infinity';

comment on table core.release_calendar is
'When each source publishes: the lag behind a period, and the grace after which it is late. About people: none.';
comment on column core.release_calendar.source_code is 'The entry of the register (include/sources).';
comment on column core.release_calendar.freq_code is 'SDMX frequency of what it publishes: A, Q, M or D.';
comment on column core.release_calendar.lag_days is 'Days from the end of a period to its publication.';
comment on column core.release_calendar.grace_days is 'Days after the lag until it counts as late.';
comment on column core.release_calendar.pattern is 'The release pattern in words, and how it is known.';

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

comment on table core.recipient is
'The list of recipients. The analyst role cannot read it. About people: name and address of each. Deleted by
the rule recipient.';
comment on column core.recipient.recipient_code is 'Our short name.';
comment on column core.recipient.name is 'Name for the To header.';
comment on column core.recipient.email is 'Address.';
comment on column core.recipient.language_code is 'nl or en.';
comment on column core.recipient.audience_code is 'management, minister, partner or engineer.';
comment on column core.recipient.is_active is 'False stops the mail without losing the history.';

-- The three columns that every versioned table has.
do $$
declare
    missing record;
begin
    for missing in
        select a.attrelid::regclass as name, a.attname, meaning.text
        from pg_attribute as a
        join pg_class as c on c.oid = a.attrelid and c.relkind = 'r' and c.relnamespace = 'core'::regnamespace
        join (values
            ('known_from', 'When this platform learned it, by the clock of the run.'),
            ('known_to', 'When it was superseded or withdrawn; infinity while current.'),
            ('payload_id', 'The payload that said so.')
        ) as meaning (attname, text) on meaning.attname = a.attname
        where col_description(a.attrelid, a.attnum) is null
    loop
        execute format('comment on column %s.%I is %L', missing.name, missing.attname, missing.text);
    end loop;
end $$;

-- The planner assumes ten pages for a table that was never analyzed: a handful of corrections would count as hundreds.
analyze core.series, core.country, core.country_code, core.country_group_member, core.correction;
