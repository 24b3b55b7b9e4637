-- The partner network as data: names and mergers with their dates, contacts, themes, the domains, budget and feed of
-- each contract, and how long what is known about people is kept. Agreed budgets and feeds leave core.contract for
-- tables of their own; what was known of them stays known from the same moments.

alter table core.contract add column owes_reports boolean not null default true;
alter table core.contract add column report_due_days integer not null default 15;
alter table core.contract alter column owes_reports drop default;
alter table core.contract alter column report_due_days drop default;

comment on column core.contract.owes_reports is
'Whether it reports to this platform; the term 2017-2021 was over before and owes nothing here.';
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
'The budget agreed with a contract for a year; all contracts of a year together have EUR 1 million.';
comment on column core.contract_budget.contract_code is 'The contract.';
comment on column core.contract_budget.year is 'Calendar year of the term.';
comment on column core.contract_budget.agreed_eur is 'Agreed for that year, EUR.';
comment on column core.contract_budget.provenance is
'published or illustrative; only the total of EUR 1 million a year is published.';

insert into core.contract_budget (
    contract_code, year, agreed_eur, provenance, known_from, known_to, payload_id
)
select
    contract.contract_code,
    term.year,
    contract.budget_eur_per_year,
    'illustrative' as provenance,
    contract.known_from,
    contract.known_to,
    contract.payload_id
from core.contract as contract
cross join lateral generate_series(
    extract(year from contract.start_date)::integer, extract(year from contract.end_date)::integer
) as term (year);

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

comment on table core.contract_feed is 'How the reports of a contract are pulled: one row per contract.';
comment on column core.contract_feed.contract_code is 'The contract.';
comment on column core.contract_feed.feed_kind_code is
'http_file (a file for each quarter over HTTPS), http_json (paged JSON over HTTPS) or folder (object storage, SFTP).';
comment on column core.contract_feed.conn_id is
'Airflow connection that holds the host and its secrets; several contracts may share one.';
comment on column core.contract_feed.feed_path is 'Where its reports are, below the host of the connection.';
comment on column core.contract_feed.format_code is 'xlsx, csv or json.';

insert into core.contract_feed (
    contract_code, feed_kind_code, conn_id, feed_path, format_code, known_from, known_to, payload_id
)
select
    contract_code,
    'http_file' as feed_kind_code,
    'partner_feed' as conn_id,
    feed_path,
    'xlsx' as format_code,
    known_from,
    known_to,
    payload_id
from core.contract;

alter table core.contract drop column feed_path;
alter table core.contract drop column budget_eur_per_year;

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
'How much of a contract is for which core domain; the weights of a contract add up to 1.';
comment on column core.contract_domain.contract_code is 'The contract.';
comment on column core.contract_domain.core_domain_code is 'Core domain, or unassigned.';
comment on column core.contract_domain.weight_share is 'Part of the contract that is for the domain, 0..1.';
comment on column core.contract_domain.provenance is 'published or illustrative.';

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
'What a partner is called, since when and until when; other spellings and short names beside the official one.';
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
on core.partner_relation (partner_code, relation_code, related_partner_code) where known_to = 'infinity';

comment on table core.partner_relation is
'What one partner is to another since a day. It changes no duty: the contract goes on owing its reports.';
comment on column core.partner_relation.partner_code is 'The partner.';
comment on column core.partner_relation.relation_code is
'merged_into (its activities are carried on there), part_moved_to (some of them) or reports_through.';
comment on column core.partner_relation.related_partner_code is 'The other one.';
comment on column core.partner_relation.valid_from is 'Since this day.';
comment on column core.partner_relation.is_date_exact is
'False when all that is known is that it was so by that day.';
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
'What a partner is for, one row per theme, market or region; two partners may share one.';
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
'Whom a contract''s answers and reminders are mailed to. The analyst role cannot read it. About people: name and
address of the contact; nothing else about anybody is kept. Deleted by the rule partner_contact.';
comment on column core.partner_contact.contract_code is 'The contract.';
comment on column core.partner_contact.contact_code is 'Short name, unique within the contract.';
comment on column core.partner_contact.name is 'Name for the To header; a role rather than a person where it can be.';
comment on column core.partner_contact.email is 'Address.';
comment on column core.partner_contact.language_code is 'nl or en: the language of the answers.';
comment on column core.partner_contact.is_active is 'False stops the mail without losing the history.';

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
'What housekeeping deletes, and after how long; the statement of a rule is sql/retention/<rule_code>.sql.';
comment on column core.retention_rule.rule_code is 'Our short name for it.';
comment on column core.retention_rule.keep_days is 'Days that it is kept.';
comment on column core.retention_rule.what is 'What is deleted, and from when the days count.';
comment on column core.retention_rule.why is 'Why this long, and what is lost with it.';

-- The row of a payload outlives its bytes: it goes on saying what was loaded, and when.
alter table landing.payload add column deleted_at timestamptz;
comment on column landing.payload.deleted_at is
'When a retention rule deleted its bytes; null while they can be replayed.';

-- Addresses are for the mail, not for analysis.
revoke select on core.partner_contact from analyst;

-- The three columns that every versioned table carries.
do $$
declare t text;
begin
    foreach t in array array[
        'contract_budget', 'contract_feed', 'contract_domain', 'partner_name', 'partner_relation', 'partner_theme',
        'partner_contact', 'retention_rule'
    ]
    loop
        execute format('comment on column core.%I.known_from is %L', t,
            'When this platform learned it, by the clock of the run.');
        execute format('comment on column core.%I.known_to is %L', t,
            'When it was superseded or withdrawn; infinity while current.');
        execute format('comment on column core.%I.payload_id is %L', t, 'The payload that said so.');
    end loop;
end $$;

-- What every table holds about people, in its comment and so in the data dictionary.
do $$
declare
    t record;
    about jsonb := '{
        "core.recipient": "name and address of who gets the report.",
        "core.partner_activity": "none is asked for; a title is free text of the partner.",
        "ops.outbox": "address of who was mailed.",
        "ops.report_artifact": "none by itself; a mail names its recipient.",
        "ops.rejected_row": "none is asked for; the row is kept as the partner wrote it. See the rule rejected_row.",
        "landing.payload": "none; its bytes are what the source sent. See the rules partner_payload and contact_payload."
    }';
begin
    for t in
        select c.oid, format('%s.%s', n.nspname, c.relname) as name, obj_description(c.oid, 'pg_class') as said
        from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname in ('core', 'landing', 'ops') and c.relkind in ('r', 'p')
            and coalesce(obj_description(c.oid, 'pg_class'), '') not like '%About people:%'
    loop
        execute format('comment on table %s is %L', t.name,
            t.said || ' About people: ' || coalesce(about ->> t.name, 'none.'));
    end loop;
end $$;
