-- What each issue was made by and corrects, who let it go out, the exact bytes of every mail, when a mail is tried
-- again, and what comes back: bounces, and readers who want no more.

alter table ops.report_run add column previous_run_id bigint references ops.report_run;
alter table ops.report_run add column is_correction boolean not null default false;
alter table ops.report_run add column approved_by text;
alter table ops.report_run add column approved_at timestamptz;

comment on column ops.report_run.previous_run_id is
'The issue that readers had before this one: what changed is counted from it, and a correction stands in for it.';
comment on column ops.report_run.is_correction is
'Whether it goes, as an answer, to exactly those whom the version before reached.';
comment on column ops.report_run.approved_by is 'Who let it go out, by the name that Airflow knows.';
comment on column ops.report_run.approved_at is 'When, by the wall clock.';

alter table ops.report_artifact add column body bytea;
alter table ops.report_artifact add column body_sha256 text;
alter table ops.report_artifact add column template_version text;
alter table ops.report_artifact add column code_version text;

comment on column ops.report_artifact.body is
'The mail from its first part to its last, as it is sent to everyone; before it comes ops.outbox.head.';
comment on column ops.report_artifact.body_sha256 is 'Its hash.';
comment on column ops.report_artifact.template_version is 'Hash of the templates and words that it was rendered by.';
comment on column ops.report_artifact.code_version is 'Hash of the code and marts that it was made by.';

alter table ops.outbox add column purpose_code text not null default 'report'
check (purpose_code in ('report', 'preview'));
alter table ops.outbox add column replies_to text;
alter table ops.outbox add column next_attempt_at timestamptz;
alter table ops.outbox add column head text;
alter table ops.outbox add column sha256 text;
alter table ops.outbox drop constraint outbox_report_run_id_recipient_code_key;
alter table ops.outbox add constraint outbox_issue_once unique (report_run_id, purpose_code, recipient_code);

comment on column ops.outbox.purpose_code is 'report, or preview for whoever approves it; report too for a letter.';
comment on column ops.outbox.replies_to is 'Message-ID of the mail that this one corrects.';
comment on column ops.outbox.next_attempt_at is
'A deferred mail is not tried again before; wall clock; null until it is tried.';
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
'What mail servers reported afterwards: this mail could not be delivered. About people: whose mailbox failed, by the '
'number of an envelope; the analyst role cannot read it.';
comment on column ops.bounce.bounce_id is 'Surrogate key.';
comment on column ops.bounce.outbox_id is 'The envelope that did not arrive.';
comment on column ops.bounce.sha256 is 'Hash of the report as it came: the same one counts once.';
comment on column ops.bounce.status_code is 'Its enhanced status (RFC 3463): 5.1.1 is no such mailbox.';
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
'Who gets no report any more, until lifted; it outlives the envelope that was answered. About people: who asked for no '
'more, or cannot be reached, by code and without the address; the analyst role cannot read it.';
comment on column ops.stop.recipient_code is 'The person.';
comment on column ops.stop.destination_sha256 is
'Hash of the address in lower case, that it need not be kept: at another address the person gets reports again.';
comment on column ops.stop.reason_code is 'unsubscribed, or bounced three times.';
comment on column ops.stop.stopped_at is 'Wall clock.';
comment on column ops.stop.told_at is 'When the owner of the list was told.';
comment on column ops.stop.lifted_at is 'From then on the person gets reports again; null while stopped.';

create function ops.destination(email text) returns text language sql immutable parallel safe as
$$ select encode(sha256(convert_to(lower(email), 'UTF8')), 'hex') $$;
comment on function ops.destination is 'An address as ops.stop has it.';

revoke all on ops.bounce, ops.stop from analyst;
grant select, insert on ops.bounce to reporter;
grant select, insert, update on ops.stop to reporter;
