-- What was reported, to whom, and how far each mail came.

create table ops.report_run (
    report_run_id bigint generated always as identity primary key,
    report_code text not null,
    version integer not null default 1,
    period text not null,
    as_of timestamptz not null,
    state text not null default 'pinned'
    check (state in ('pinned', 'held', 'rendered', 'approved', 'rejected', 'sent')),
    reason text,
    dag_run_id text,
    created_at timestamptz not null default clock_timestamp(),
    unique (report_code, version)
);

comment on table ops.report_run is
'One issue of the report: its period and the as-of moment that every figure in it is read at.';
comment on column ops.report_run.report_run_id is 'Surrogate key.';
comment on column ops.report_run.report_code is 'KPI-2026-Q3.';
comment on column ops.report_run.version is '1, or more after a correction.';
comment on column ops.report_run.period is 'Quarter that it reports on.';
comment on column ops.report_run.as_of is 'The pinned moment; no merge may write at or before it any more.';
comment on column ops.report_run.state is 'How far it came.';
comment on column ops.report_run.reason is 'Why it is held or was rejected.';
comment on column ops.report_run.dag_run_id is 'The Airflow run that made it.';
comment on column ops.report_run.created_at is 'Wall clock, for engineers.';

create table ops.report_artifact (
    report_run_id bigint not null references ops.report_run,
    audience_code text not null,
    language_code text not null,
    subject text not null,
    html text not null,
    plain_text text not null,
    images jsonb not null,
    sha256 text not null,
    primary key (report_run_id, audience_code, language_code)
);

comment on table ops.report_artifact is
'The rendered report, one per audience and language: what is sent is exactly this.';
comment on column ops.report_artifact.report_run_id is 'The issue.';
comment on column ops.report_artifact.audience_code is 'management, minister, partner or engineer.';
comment on column ops.report_artifact.language_code is 'nl or en.';
comment on column ops.report_artifact.subject is 'Subject line.';
comment on column ops.report_artifact.html is 'HTML part.';
comment on column ops.report_artifact.plain_text is 'Plain text part.';
comment on column ops.report_artifact.images is 'Inline images: {"content id": "base64 of a PNG"}.';
comment on column ops.report_artifact.sha256 is 'Hash of all parts.';

create table ops.outbox (
    outbox_id bigint generated always as identity primary key,
    report_run_id bigint not null references ops.report_run,
    recipient_code text not null,
    email text not null,
    name text not null,
    audience_code text not null,
    language_code text not null,
    message_id text not null unique,
    state text not null default 'pending'
    check (state in ('pending', 'sending', 'sent', 'deferred', 'refused', 'in_doubt')),
    reply text,
    attempt_count integer not null default 0,
    changed_at timestamptz not null default clock_timestamp(),
    unique (report_run_id, recipient_code)
);

comment on table ops.outbox is 'One envelope per person and issue. Personal data: the analyst role cannot read it.';
comment on column ops.outbox.outbox_id is 'Surrogate key.';
comment on column ops.outbox.report_run_id is 'The issue.';
comment on column ops.outbox.recipient_code is 'The person.';
comment on column ops.outbox.email is 'Address at the time.';
comment on column ops.outbox.name is 'Name at the time.';
comment on column ops.outbox.audience_code is 'Which variant.';
comment on column ops.outbox.language_code is 'Which language.';
comment on column ops.outbox.message_id is 'Message-ID, fixed before sending.';
comment on column ops.outbox.state is
'pending, sending (committed before SMTP), sent, deferred (4xx), refused (5xx), in_doubt (never resent by itself).';
comment on column ops.outbox.reply is 'Last answer of the mail server.';
comment on column ops.outbox.attempt_count is 'Number of tries.';
comment on column ops.outbox.changed_at is 'Wall clock of the last change.';
