-- The issues of the report, their recipients, and how far each mail came.

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
    previous_run_id bigint references ops.report_run,
    is_correction boolean not null default false,
    approved_by text,
    approved_at timestamptz,
    unique (report_code, version)
);

comment on table ops.report_run is
'One issue of the report: its period and the as-of moment that every figure in it is read at. About people: none.';
comment on column ops.report_run.report_run_id is 'Surrogate key.';
comment on column ops.report_run.report_code is 'KPI-2026-Q3.';
comment on column ops.report_run.version is '1, or more after a correction.';
comment on column ops.report_run.period is 'Quarter that it reports on.';
comment on column ops.report_run.as_of is 'The pinned moment; no merge may write at or before it any more.';
comment on column ops.report_run.state is 'How far it came.';
comment on column ops.report_run.reason is 'Why it is held or was rejected.';
comment on column ops.report_run.dag_run_id is 'The Airflow run that made it.';
comment on column ops.report_run.created_at is 'Wall clock, for engineers.';
comment on column ops.report_run.previous_run_id is
'The issue that readers had before this one: changes are counted from it, and a correction replaces it.';
comment on column ops.report_run.is_correction is
'Whether it goes, as a reply, to exactly the readers whom the version before reached.';
comment on column ops.report_run.approved_by is 'Airflow user who approved it.';
comment on column ops.report_run.approved_at is 'Wall clock of the approval.';

create table ops.report_artifact (
    report_run_id bigint not null references ops.report_run,
    audience_code text not null,
    language_code text not null,
    subject text not null,
    html text not null,
    plain_text text not null,
    images jsonb not null,
    sha256 text not null,
    body bytea,
    body_sha256 text,
    template_version text,
    code_version text,
    attachments jsonb not null default '{}',
    primary key (report_run_id, audience_code, language_code)
);

comment on table ops.report_artifact is
'The rendered report, one per audience and language, exactly as it is sent. About people: none by itself; a '
'mail names its recipient.';
comment on column ops.report_artifact.report_run_id is 'The issue.';
comment on column ops.report_artifact.audience_code is 'management, minister, partner or engineer.';
comment on column ops.report_artifact.language_code is 'nl or en.';
comment on column ops.report_artifact.subject is 'Subject line.';
comment on column ops.report_artifact.html is 'HTML part.';
comment on column ops.report_artifact.plain_text is 'Plain text part.';
comment on column ops.report_artifact.images is 'Inline images: {"content id": "base64 of a PNG"}.';
comment on column ops.report_artifact.sha256 is 'Hash of all parts.';
comment on column ops.report_artifact.body is
'The mail from its first part to its last, as it is sent to everyone; ops.outbox.head comes before it.';
comment on column ops.report_artifact.body_sha256 is 'Hash of body.';
comment on column ops.report_artifact.template_version is 'Hash of the templates and words that it was rendered from.';
comment on column ops.report_artifact.code_version is 'Hash of the code and marts that made it.';
comment on column ops.report_artifact.attachments is
'Files that go with the mail, the workbook and the PDF: {"file name": "base64 of its bytes"}.';

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
read it. About people: none asked for; the attachment, the partner''s own report, is deleted once it is sent. Deleted
by the rule partner_letter.';
comment on column ops.partner_letter.letter_id is 'Surrogate key.';
comment on column ops.partner_letter.letter_code is
'Its purpose: one answer per processed version, one reminder per moment. A second letter of that code is never made.';
comment on column ops.partner_letter.letter_kind_code is 'answer or reminder.';
comment on column ops.partner_letter.contract_code is 'The contract.';
comment on column ops.partner_letter.period is 'Quarter of the report.';
comment on column ops.partner_letter.batch_id is 'The batch that it answers; null for a reminder.';
comment on column ops.partner_letter.language_code is 'nl or en.';
comment on column ops.partner_letter.subject is 'Subject line.';
comment on column ops.partner_letter.plain_text is 'The text.';
comment on column ops.partner_letter.attachment is
'The annotated workbook until it is sent, then null: it holds enterprise numbers in full.';
comment on column ops.partner_letter.attachment_name is 'File name of the attachment.';
comment on column ops.partner_letter.clock is 'Clock of the run that made it; the date of the mail.';
comment on column ops.partner_letter.created_at is 'Wall clock, for engineers.';

create table ops.outbox (
    outbox_id bigint generated always as identity primary key,
    report_run_id bigint references ops.report_run,
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
    letter_id bigint references ops.partner_letter,
    purpose_code text not null default 'report' check (purpose_code in ('report', 'preview')),
    replies_to text,
    next_attempt_at timestamptz,
    head text,
    sha256 text,
    constraint outbox_one_subject check (num_nonnulls(report_run_id, letter_id) = 1),
    constraint outbox_issue_once unique (report_run_id, purpose_code, recipient_code),
    constraint outbox_letter_once unique (letter_id, recipient_code)
);

comment on table ops.outbox is
'One envelope per person and issue, or letter. The analyst role cannot read it. About people: name and address of who
was mailed. Deleted by the rules partner_letter and report_envelope.';
comment on column ops.outbox.outbox_id is 'Surrogate key.';
comment on column ops.outbox.report_run_id is 'The issue of the KPI report; null for a letter to a partner.';
comment on column ops.outbox.recipient_code is 'The person.';
comment on column ops.outbox.email is 'Address at the time.';
comment on column ops.outbox.name is 'Name at the time.';
comment on column ops.outbox.audience_code is 'Audience whose variant is sent.';
comment on column ops.outbox.language_code is 'Language of the mail.';
comment on column ops.outbox.message_id is 'Message-ID, fixed before sending.';
comment on column ops.outbox.state is
'pending, sending (committed before SMTP), sent, deferred (4xx), refused (5xx), in_doubt (never resent by itself).';
comment on column ops.outbox.reply is 'Last answer of the mail server.';
comment on column ops.outbox.attempt_count is 'Number of tries.';
comment on column ops.outbox.changed_at is 'Wall clock of the last change.';
comment on column ops.outbox.letter_id is 'The letter to a partner; null for a KPI report.';
comment on column ops.outbox.purpose_code is 'report, also for a letter; or preview for the person who approves it.';
comment on column ops.outbox.replies_to is 'Message-ID of the mail that this one corrects.';
comment on column ops.outbox.next_attempt_at is
'Wall clock before which a deferred mail is not tried again; null until its first try.';
comment on column ops.outbox.head is 'The headers, exactly as they were handed to the mail server.';
comment on column ops.outbox.sha256 is 'Hash of the whole mail, exactly as it was handed to the mail server.';

create table ops.bounce (
    bounce_id bigint generated always as identity primary key,
    outbox_id bigint not null references ops.outbox on delete cascade,
    sha256 text not null unique,
    status_code text not null,
    diagnostic text not null,
    received_at timestamptz not null default clock_timestamp()
);

comment on table ops.bounce is
'Reports of mail servers that a mail could not be delivered. About people: whose mailbox failed, by the '
'number of an envelope; the analyst role cannot read it.';
comment on column ops.bounce.bounce_id is 'Surrogate key.';
comment on column ops.bounce.outbox_id is 'The envelope that did not arrive.';
comment on column ops.bounce.sha256 is 'Hash of the server''s report as it came: the same report counts once.';
comment on column ops.bounce.status_code is 'Enhanced status code (RFC 3463): 5.1.1 is no such mailbox.';
comment on column ops.bounce.diagnostic is 'The server''s words, without the recipient.';
comment on column ops.bounce.received_at is 'Wall clock.';

create table ops.stop (
    recipient_code text not null,
    destination_sha256 text not null,
    reason_code text not null check (reason_code in ('unsubscribed', 'bounced')),
    stopped_at timestamptz not null default clock_timestamp(),
    told_at timestamptz,
    lifted_at timestamptz,
    primary key (recipient_code, destination_sha256)
);

comment on table ops.stop is
'People who get no more reports until it is lifted; it outlives the envelope. About people: who asked for no '
'more reports, or cannot be reached, by code and without the address; the analyst role cannot read it.';
comment on column ops.stop.recipient_code is 'The person.';
comment on column ops.stop.destination_sha256 is
'Hash of the address in lower case, so that the address is not kept: a new address gets reports again.';
comment on column ops.stop.reason_code is 'unsubscribed, or bounced three times.';
comment on column ops.stop.stopped_at is 'Wall clock.';
comment on column ops.stop.told_at is 'When the owner of the list was told.';
comment on column ops.stop.lifted_at is 'From then on the person gets reports again; null while stopped.';
