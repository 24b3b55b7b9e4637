-- The way of each payload into the warehouse, and what went wrong.

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
    covers_until_date date,
    parser_version text,
    code_version text,
    known_from timestamptz,
    quarantined_from timestamptz,
    unique (payload_id, clock)
);

comment on table ops.batch is
'One payload on its way through: landed, staged, checked, loaded or quarantined. About people: none.';
comment on column ops.batch.batch_id is 'Surrogate key; staging tables are named after it.';
comment on column ops.batch.payload_id is 'The payload that this batch carries.';
comment on column ops.batch.clock is 'Clock of the run; becomes known_from of the rows that the batch changes.';
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
comment on column ops.batch.covers_until_date is
'Last day of the newest period that the payload has a figure for, also under embargo; null when its source has none.';
comment on column ops.batch.parser_version is
'Version of our reader that the batch was opened for; null before this was recorded.';
comment on column ops.batch.code_version is
'The code that loaded it, a hash over include/ and sql/: python -m include.ledger prints the hash of a checkout.';
comment on column ops.batch.known_from is
'Since when it counts as loaded or quarantined: its clock, or just after the newest pinned report, made without it.';
comment on column ops.batch.quarantined_from is
'When it was first quarantined; kept when a later try loads it, so that reports made in between stay as they were.';

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

comment on table ops.check_result is
'Results of Great Expectations for a batch, one row per expectation. About people: none.';
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

comment on table ops.rejected_row is
'Rows that were not loaded, each with its reasons, beside the accepted ones. About people: none is asked for; the row '
'is kept as the partner wrote it. See the rule rejected_row.';
comment on column ops.rejected_row.batch_id is 'The batch it came in.';
comment on column ops.rejected_row.row_id is 'Row number in the payload, 1 is the first data row.';
comment on column ops.rejected_row.reason_code is 'Code of the row rule that it broke.';
comment on column ops.rejected_row.column_name is 'The column at fault.';
comment on column ops.rejected_row.value is 'The value in that column.';
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

comment on table ops.merge is 'Rows that each merge wrote, one row per batch and target. About people: none.';
comment on column ops.merge.merge_id is 'Surrogate key.';
comment on column ops.merge.batch_id is 'The batch that was merged.';
comment on column ops.merge.target is 'The table of core.';
comment on column ops.merge.known_from is 'The moment that the new versions are known from.';
comment on column ops.merge.inserted_row_count is 'New versions written.';
comment on column ops.merge.closed_row_count is 'Versions superseded or withdrawn.';
comment on column ops.merge.unchanged_row_count is 'Rows equal to their current version.';

create table ops.request (
    request_id bigint generated always as identity primary key,
    source_code text not null,
    scope jsonb not null,
    clock timestamptz not null,
    outcome text not null check (outcome in ('new', 'unchanged', 'absent', 'refused')),
    payload_id bigint references landing.payload,
    dag_run_id text,
    error text,
    known_from timestamptz not null
);

comment on table ops.request is
'Every request that got an answer: something new, nothing new, or not published yet. About people: none.';
comment on column ops.request.request_id is 'Surrogate key.';
comment on column ops.request.source_code is 'The source that was asked.';
comment on column ops.request.scope is 'What was asked for.';
comment on column ops.request.clock is 'Clock of the run.';
comment on column ops.request.outcome is
'new: a payload to load. unchanged: we hold it already. absent: not published yet. refused: too large.';
comment on column ops.request.payload_id is 'The payload, when bytes came.';
comment on column ops.request.dag_run_id is 'The Airflow run that asked.';
comment on column ops.request.error is 'Why it was refused.';
comment on column ops.request.known_from is
'Since when it counts as asked: its clock, or just after the newest pinned report, made without it.';

-- A change to how texts are typed (core.to_numeric() and the like) needs a migration with: truncate ops.slice.
create table ops.slice (
    dataset_code text not null,
    scope_key text not null,
    period text not null,
    fingerprint text not null,
    row_count bigint not null,
    digest numeric not null,
    broken_counts bigint[] not null,
    primary key (dataset_code, scope_key, period)
);

comment on table ops.slice is
'The text behind the current rows of a dataset, key filter and period, as a digest; deleted once the rows change. '
'About people: none.';
comment on column ops.slice.dataset_code is 'Agency and dataflow.';
comment on column ops.slice.scope_key is 'The key filter that was asked for; part of the key.';
comment on column ops.slice.period is 'SDMX period.';
comment on column ops.slice.fingerprint is 'Hash of the typing, rules and checks of the source at that time.';
comment on column ops.slice.row_count is 'Rows in the slice.';
comment on column ops.slice.digest is 'Sum of a 64-bit hash of each row''s text: independent of order.';
comment on column ops.slice.broken_counts is 'Rows that broke each check counted by slice, in the order of the checks.';

create table ops.impact (
    batch_id bigint not null references ops.batch,
    kpi_code text not null,
    period text not null,
    kind_code text not null check (kind_code in ('new_period', 'revision', 'definition', 'target')),
    before_value numeric,
    after_value numeric,
    before_planned_value numeric,
    after_planned_value numeric,
    before_target_value numeric,
    after_target_value numeric,
    sent_reports text[] not null,
    known_from timestamptz not null,
    primary key (batch_id, kpi_code, period)
);

comment on table ops.impact is
'Figures that a batch changes, and the sent reports that had shown them, from the first sent report on. '
'About people: none.';
comment on column ops.impact.batch_id is 'The batch.';
comment on column ops.impact.kpi_code is 'The KPI.';
comment on column ops.impact.period is 'Period at the grain of the KPI.';
comment on column ops.impact.kind_code is
'new_period: no figure before. revision: the source changed it. definition: we changed how we count, or how we define '
'the figure. target: only plan or target changed.';
comment on column ops.impact.before_value is 'Figure to date before the batch.';
comment on column ops.impact.after_value is 'Figure to date with it; null when it is withdrawn.';
comment on column ops.impact.before_planned_value is 'Plan to date before the batch.';
comment on column ops.impact.after_planned_value is 'Plan to date with it.';
comment on column ops.impact.before_target_value is 'Target of that year, before the batch.';
comment on column ops.impact.after_target_value is 'Target of that year, with it.';
comment on column ops.impact.sent_reports is
'Sent issues whose scorecard showed this period of the KPI: KPI-2026-Q3 v1.';
comment on column ops.impact.known_from is 'When the change was learned; figures show it since then.';
