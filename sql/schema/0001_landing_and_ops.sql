-- landing: what was received, untouched. ops: what was done with it, and what went wrong.
-- Applied once, by Alembic (versions/0001_*.py).

create schema landing;
create schema staging;
create schema core;
create schema mart;
create schema ops;

comment on schema landing is 'The payloads: bytes received once, kept untouched, forever replayable.';
comment on schema staging is 'One short-lived set of tables per batch on its way through; nothing here is knowledge.';
comment on schema core is
'The warehouse: every row carries when it was learned (known_from, known_to) and its payload.';
comment on schema mart is 'Views for people; each reads through core.as_of().';
comment on schema ops is 'Batches, check results, rejected rows, merges, report runs and the outbox.';

create table landing.payload (
    payload_id bigint generated always as identity primary key,
    source_code text not null,
    scope jsonb not null,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    bytes_count bigint not null check (bytes_count >= 0),
    media_type text not null,
    url text not null,
    location text not null,
    fetched_at timestamptz not null,
    released_at timestamptz,
    etag text,
    parser_version text not null,
    is_sample boolean not null default false,
    unique (source_code, scope, sha256)
);

comment on table landing.payload is 'The bytes received once from a source for a scope; same bytes, same row.';
comment on column landing.payload.payload_id is 'Surrogate key; every row of core names the payload it came from.';
comment on column landing.payload.source_code is 'The entry of the register (include/sources) that asked for it.';
comment on column landing.payload.scope is 'What was asked for: key filter and periods; decides what absence means.';
comment on column landing.payload.sha256 is 'SHA-256 of the bytes, in hex; also the name of the object in landing.';
comment on column landing.payload.bytes_count is 'Size of the bytes as received.';
comment on column landing.payload.media_type is 'Content type as the source sent it.';
comment on column landing.payload.url is 'Where it came from, without secrets.';
comment on column landing.payload.location is 'Path of the object below the landing root.';
comment on column landing.payload.fetched_at is 'Clock of the run that first received these bytes.';
comment on column landing.payload.released_at is 'When the source says it published this (Last-Modified), if it says.';
comment on column landing.payload.etag is 'The source''s entity tag, sent back to ask whether something new is there.';
comment on column landing.payload.parser_version is 'Version of our reader when the bytes were received.';
comment on column landing.payload.is_sample is
'True when the connection is marked as the sample world; every report then says so.';

create table ops.batch (
    batch_id bigint generated always as identity primary key,
    payload_id bigint not null references landing.payload,
    clock timestamptz not null,
    state text not null default 'landed'
    check (state in ('landed', 'staged', 'checked', 'loaded', 'quarantined')),
    read_row_count bigint,
    accepted_row_count bigint,
    rejected_row_count bigint,
    inserted_row_count bigint,
    closed_row_count bigint,
    error_class text,
    error text,
    dag_run_id text,
    created_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    unique (payload_id, clock)
);

comment on table ops.batch is 'One payload on its way through: landed, staged, checked, loaded or quarantined.';
comment on column ops.batch.batch_id is 'Surrogate key; staging tables are named after it.';
comment on column ops.batch.payload_id is 'The payload that this batch carries.';
comment on column ops.batch.clock is 'Clock of the run; becomes known_from of what the batch changes.';
comment on column ops.batch.state is 'How far it came.';
comment on column ops.batch.read_row_count is 'Rows read from the payload; always accepted plus rejected.';
comment on column ops.batch.accepted_row_count is 'Rows that passed every row rule.';
comment on column ops.batch.rejected_row_count is 'Rows in ops.rejected_row.';
comment on column ops.batch.inserted_row_count is 'Versions written by the merge, over all its targets.';
comment on column ops.batch.closed_row_count is 'Versions superseded by the merge, over all its targets.';
comment on column ops.batch.error_class is 'Class in include/errors.py, when quarantined; names the runbook.';
comment on column ops.batch.error is 'Which source, what was expected, what came, what to do.';
comment on column ops.batch.dag_run_id is 'The Airflow run that carried it.';
comment on column ops.batch.created_at is 'Wall clock, for engineers; never part of an answer.';
comment on column ops.batch.finished_at is 'Wall clock when it was loaded or quarantined.';

create table ops.check_result (
    batch_id bigint not null references ops.batch,
    expectation text not null,
    column_name text not null default '',
    severity text not null check (severity in ('critical', 'warning')),
    is_success boolean not null,
    unexpected_count bigint,
    observed jsonb,
    checked_at timestamptz not null,
    primary key (batch_id, expectation, column_name)
);

comment on table ops.check_result is 'What Great Expectations said of a batch, one row per expectation.';
comment on column ops.check_result.batch_id is 'The batch that was checked.';
comment on column ops.check_result.expectation is 'Expectation type, in Great Expectations'' words.';
comment on column ops.check_result.column_name is 'The column it is about; empty for the table as a whole.';
comment on column ops.check_result.severity is 'critical quarantines the batch; warning loads it and shows.';
comment on column ops.check_result.is_success is 'Whether it held.';
comment on column ops.check_result.unexpected_count is 'Number of rows that broke it, where it counts rows.';
comment on column ops.check_result.observed is 'What was observed, as Great Expectations reports it.';
comment on column ops.check_result.checked_at is 'Clock of the run.';

create table ops.rejected_row (
    batch_id bigint not null references ops.batch,
    row_id bigint not null,
    reason_code text not null,
    column_name text not null,
    value text,
    reason text not null,
    fix text not null,
    raw jsonb not null,
    primary key (batch_id, row_id, reason_code)
);

comment on table ops.rejected_row is 'Rows that were not loaded, each with its reasons, beside the accepted ones.';
comment on column ops.rejected_row.batch_id is 'The batch it came in.';
comment on column ops.rejected_row.row_id is 'Row number in the payload, 1 is the first data row.';
comment on column ops.rejected_row.reason_code is 'Code of the row rule that it broke.';
comment on column ops.rejected_row.column_name is 'The column at fault.';
comment on column ops.rejected_row.value is 'What stood there.';
comment on column ops.rejected_row.reason is 'What is wrong, in words.';
comment on column ops.rejected_row.fix is 'What to write instead.';
comment on column ops.rejected_row.raw is 'The whole row as received.';

create table ops.merge (
    merge_id bigint generated always as identity primary key,
    batch_id bigint not null references ops.batch,
    target text not null,
    known_from timestamptz not null,
    inserted_row_count bigint not null,
    closed_row_count bigint not null,
    unchanged_row_count bigint not null
);

comment on table ops.merge is 'What each merge wrote, one row per batch and target.';
comment on column ops.merge.merge_id is 'Surrogate key.';
comment on column ops.merge.batch_id is 'The batch that was merged.';
comment on column ops.merge.target is 'The table of core.';
comment on column ops.merge.known_from is 'The moment that the new versions are known from.';
comment on column ops.merge.inserted_row_count is 'New versions written.';
comment on column ops.merge.closed_row_count is 'Versions superseded or withdrawn.';
comment on column ops.merge.unchanged_row_count is 'Rows that said what was already known.';

create table ops.request (
    request_id bigint generated always as identity primary key,
    source_code text not null,
    scope jsonb not null,
    clock timestamptz not null,
    outcome text not null check (outcome in ('new', 'unchanged', 'absent', 'refused')),
    payload_id bigint references landing.payload,
    dag_run_id text,
    error text
);

comment on table ops.request is 'Every question that got an answer: something new, nothing new, or not there yet.';
comment on column ops.request.request_id is 'Surrogate key.';
comment on column ops.request.source_code is 'The source asked.';
comment on column ops.request.scope is 'What was asked for.';
comment on column ops.request.clock is 'Clock of the run.';
comment on column ops.request.outcome is
'new: a payload to load. unchanged: what we hold already. absent: not published yet. refused: too large.';
comment on column ops.request.payload_id is 'The payload, when bytes came.';
comment on column ops.request.dag_run_id is 'The Airflow run that asked.';
comment on column ops.request.error is 'Why it was refused.';
