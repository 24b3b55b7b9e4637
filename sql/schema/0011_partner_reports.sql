-- What a report of a partner holds beyond its activities: who came, what became of it, what the money was; the
-- warnings on accepted rows; and the letters that answer and remind. Enterprise numbers are kept as keyed hashes.

-- The same event told by two co-organisers has the same key: title, first day and country decide, not who told first.
create function core.event_key(title text, start_date date, country_code text) returns text
language sql immutable parallel safe
as $$
    select md5(
        regexp_replace(lower(title), '[^[:alnum:]]+', '', 'g')
        || '|' || (start_date - date '2000-01-01')::text || '|' || coalesce(country_code, '')
    )
$$;

comment on function core.event_key(text, date, text) is
'Names an event by its title (letters and digits only), first day and country, whoever tells of it.';

alter table core.partner_report
add column version_number integer not null default 1,
add column submitted_date date,
add column submitter_contact_code text,
add column language_code text not null default 'nl',
add column currency_code text not null default 'EUR',
add column stated_budget_used_eur numeric,
add column company_row_count integer not null default 0,
add column follow_up_row_count integer not null default 0,
add column warning_count integer not null default 0;

comment on column core.partner_report.version_number is
'Version that the partner states in the header; 1 where it says none. An older one than is known is refused.';
comment on column core.partner_report.submitted_date is 'Day that the partner states; null when it says none.';
comment on column core.partner_report.submitter_contact_code is
'The contact of the contract who handed it in; null when the header names none of the contacts: no name is kept.';
comment on column core.partner_report.language_code is 'Language of the workbook: nl or en.';
comment on column core.partner_report.currency_code is 'Currency of the amounts of the activities: EUR.';
comment on column core.partner_report.stated_budget_used_eur is
'Budget used as the header states it, EUR; null when it states none. The figures add up the activities instead.';
comment on column core.partner_report.company_row_count is 'Rows of companies accepted.';
comment on column core.partner_report.follow_up_row_count is 'Rows of follow-up accepted.';
comment on column core.partner_report.warning_count is 'Warnings on accepted rows; see core.partner_row_warning.';

alter table core.partner_activity
add column place text,
add column country_code text,
add column core_domain_shares jsonb not null default '{}',
add column co_organiser_codes text[] not null default '{}',
add column smes_count integer,
add column own_part_eur numeric,
add column public_part_eur numeric,
add column event_key text not null
generated always as (core.event_key(title, start_date, country_code)) stored,
add column is_late boolean not null
generated always as (coalesce(status_code = 'held' and start_date < core.period_start(report_period), false)) stored;

update core.partner_activity set core_domain_shares = jsonb_build_object(core_domain_code, 1);

comment on column core.partner_activity.place is 'Town, or what the partner wrote; null when online.';
comment on column core.partner_activity.country_code is 'Country where it took place, ISO 3166-1 alpha-2.';
comment on column core.partner_activity.core_domain_code is
'Core domain of the strategy with the largest share, or unassigned.';
comment on column core.partner_activity.core_domain_shares is
'Core domain -> part of the activity, {"food": 0.6, "unassigned": 0.4}; adds up to 1. {} means core_domain_code alone.';
comment on column core.partner_activity.co_organiser_codes is
'Other partners that organised it, and fit for the agency itself. Organisers share an activity equally.';
comment on column core.partner_activity.smes_count is 'Of the companies, small and medium-sized ones.';
comment on column core.partner_activity.own_part_eur is 'Part of the cost that the partner paid itself, EUR.';
comment on column core.partner_activity.public_part_eur is 'Part of the cost paid by other public money, EUR.';
comment on column core.partner_activity.event_key is
'core.event_key(title, start_date, country_code): the same for all organisers that tell of an event.';
comment on column core.partner_activity.is_late is
'True when it took place before the quarter of the report that tells it.';

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
on core.partner_company (contract_code, report_period, activity_code, company_hash) where known_to = 'infinity';

comment on table core.partner_company is
'Which companies took part in an activity. About people: the enterprise number of a natural person is a number of
that person; every enterprise number is stored as a keyed hash only, so that a company counts once whoever reports it.';
comment on column core.partner_company.contract_code is 'The contract under which it was reported.';
comment on column core.partner_company.report_period is 'Quarter of the report that told it.';
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
'What became of an activity after 6 and 12 months, one row per activity, moment and company. About people: the
enterprise number is stored as a keyed hash only; see core.partner_company.';
comment on column core.partner_follow_up.contract_code is 'The contract under which it was reported.';
comment on column core.partner_follow_up.report_period is
'Quarter of the report that told it; the newest counts.';
comment on column core.partner_follow_up.activity_code is 'The activity, often of an earlier report.';
comment on column core.partner_follow_up.months_after is '6 or 12.';
comment on column core.partner_follow_up.company_hash is
'The company, as in core.partner_company; empty when the row is about all companies together.';
comment on column core.partner_follow_up.deals_count is 'Deals that came of it.';
comment on column core.partner_follow_up.value_amount is 'Their value, in the currency.';
comment on column core.partner_follow_up.currency_code is 'ISO 4217; EUR where the partner wrote none.';
comment on column core.partner_follow_up.value_eur is 'The value when it is in EUR, else null.';
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
comment on column core.partner_row_warning.value is 'What was read there.';

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
'Numbers that the rules and the mail of partner reports go by. About people: none.';
comment on column core.report_limit.limit_code is 'Our short name for it.';
comment on column core.report_limit.value is 'The number.';
comment on column core.report_limit.note is 'What it means and why it is so.';

create table ops.partner_letter (
    letter_id bigint generated always as identity primary key,
    letter_code text not null unique,
    letter_kind_code text not null check (letter_kind_code in ('answer', 'reminder')),
    contract_code text not null,
    period text not null,
    batch_id bigint references ops.batch,
    language_code text not null,
    subject text not null,
    plain_text text not null,
    attachment bytea,
    attachment_name text,
    clock timestamptz not null,
    created_at timestamptz not null default clock_timestamp()
);

comment on table ops.partner_letter is
'Every mail to a partner about its reports, as it was made; the envelopes are in ops.outbox. The analyst role cannot
read it. About people: none asked for; the attachment, the partner''s own report, is deleted once it is sent.';
comment on column ops.partner_letter.letter_id is 'Surrogate key.';
comment on column ops.partner_letter.letter_code is
'What it is for: one answer per processed version, one reminder per moment. A second one of that name is never made.';
comment on column ops.partner_letter.letter_kind_code is 'answer or reminder.';
comment on column ops.partner_letter.contract_code is 'The contract.';
comment on column ops.partner_letter.period is 'Quarter of the report.';
comment on column ops.partner_letter.batch_id is 'The batch that it answers; null for a reminder.';
comment on column ops.partner_letter.language_code is 'nl or en.';
comment on column ops.partner_letter.subject is 'Subject line.';
comment on column ops.partner_letter.plain_text is 'The text.';
comment on column ops.partner_letter.attachment is
'The annotated workbook until it is sent, then null: it holds enterprise numbers in full.';
comment on column ops.partner_letter.attachment_name is 'Its file name.';
comment on column ops.partner_letter.clock is 'Clock of the run that made it; the date of the mail.';
comment on column ops.partner_letter.created_at is 'Wall clock, for engineers.';
revoke select on ops.partner_letter from analyst;

alter table ops.outbox alter column report_run_id drop not null;
alter table ops.outbox add column letter_id bigint references ops.partner_letter;
alter table ops.outbox add constraint outbox_one_subject check (num_nonnulls(report_run_id, letter_id) = 1);
alter table ops.outbox add constraint outbox_letter_once unique (letter_id, recipient_code);
comment on column ops.outbox.report_run_id is 'The issue of the KPI report; null for a letter to a partner.';
comment on column ops.outbox.letter_id is 'The letter to a partner; null for a KPI report.';

do $$
declare t text;
begin
    foreach t in array array[
        'partner_company', 'partner_follow_up', 'partner_row_warning', 'additionality_band', 'report_limit'
    ]
    loop
        execute format('comment on column core.%I.known_from is %L', t,
            'When this platform learned it, by the clock of the run.');
        execute format('comment on column core.%I.known_to is %L', t,
            'When it was superseded or withdrawn; infinity while current.');
        execute format('comment on column core.%I.payload_id is %L', t, 'The payload that said so.');
    end loop;
end $$;
