-- model: mart.open_problem
-- grain: problem_code, subject
-- reads: mart.correction, mart.freshness, ops.batch, ops.outbox, ops.rejected_row, landing.payload
-- why: everything that is broken and waits for somebody, in one place, with the page that says what to do. Only open
--      problems: a batch that a later batch made good is left out. Mails are counted, and nobody is named.
create or replace view mart.open_problem as
with newest_batch as (
    -- the newest batch of each source and scope
    select distinct on (payload.source_code, payload.scope)
        batch.batch_id,
        payload.source_code,
        payload.scope,
        batch.state,
        batch.error_class,
        batch.error,
        batch.clock
    from ops.batch as batch
    inner join landing.payload as payload on batch.payload_id = payload.payload_id
    where coalesce(batch.known_from, batch.clock) <= (select core.as_of())
    order by payload.source_code asc, payload.scope asc, batch.clock desc, batch.batch_id desc
),

quarantined as (
    select
        'quarantined_batch' as problem_code,
        source_code || coalesce(' ' || (scope ->> 'contract_code'), '') as subject,
        count(*) as item_count,
        min(clock) as since,
        (array_agg(error order by clock desc))[1] as detail,
        'docs/runbooks/' || (array_agg(error_class order by clock desc))[1] || '.md' as runbook
    from newest_batch
    where state = 'quarantined'
    group by source_code, scope ->> 'contract_code'
),

rejected as (
    select
        'rejected_rows' as problem_code,
        newest_batch.source_code || coalesce(' ' || (newest_batch.scope ->> 'contract_code'), '') as subject,
        count(distinct rejected_row.batch_id::text || ' ' || rejected_row.row_id::text) as item_count,
        min(newest_batch.clock) as since,
        string_agg(distinct rejected_row.reason_code, ', ') as detail,
        'docs/open-problems.md#rejected-rows' as runbook
    from newest_batch
    inner join ops.rejected_row as rejected_row on newest_batch.batch_id = rejected_row.batch_id
    group by newest_batch.source_code, newest_batch.scope ->> 'contract_code'
),

late as (
    select
        'late_source' as problem_code,
        source_code as subject,
        1 as item_count,
        next_release_date::timestamp at time zone 'Europe/Brussels' as since,
        release_pattern as detail,
        'docs/open-problems.md#a-source-is-late' as runbook
    from mart.freshness
    where is_late
),

correction as (
    -- corrections of ours that no longer replace the source's value
    select
        'correction_' || state as problem_code,
        dataset_code || ' ' || series_key || ' ' || period as subject,
        1 as item_count,
        known_from as since,
        reason as detail,
        'docs/open-problems.md#a-correction-no-longer-applies' as runbook
    from mart.correction
    where state <> 'applied'
),

mail as (
    select
        'mail_' || state as problem_code,
        'mail' as subject,
        count(*) as item_count,
        min(changed_at) as since,
        null as detail,
        'docs/open-problems.md#mails-that-did-not-arrive' as runbook
    from ops.outbox
    where
        state in ('in_doubt', 'refused', 'deferred')
        -- replaced by the mail of a correction
        and reply is distinct from 'superseded'
    group by state
)

select
    problem_code,
    subject,
    item_count,
    since,
    detail,
    runbook
from quarantined
union all
select
    problem_code,
    subject,
    item_count,
    since,
    detail,
    runbook
from rejected
union all
select
    problem_code,
    subject,
    item_count,
    since,
    detail,
    runbook
from late
union all
select
    problem_code,
    subject,
    item_count,
    since,
    detail,
    runbook
from correction
union all
select
    problem_code,
    subject,
    item_count,
    since,
    detail,
    runbook
from mail;

comment on view mart.open_problem is
'Problems that wait for somebody. Batches and sources as of the moment; mails as they stand now.';
comment on column mart.open_problem.problem_code is
'quarantined_batch, rejected_rows, late_source, correction_expired, _unmatched, mail_in_doubt, _refused or _deferred.';
comment on column mart.open_problem.subject is
'The source, with its contract for a partner''s report; the value that a correction is for; mail for mails.';
comment on column mart.open_problem.item_count is 'Batches, rows, sources, corrections or mails.';
comment on column mart.open_problem.since is
'Since when; for a late source the day that it was due. Null when nothing was ever loaded.';
comment on column mart.open_problem.detail is
'The newest error, the reasons of rejected rows or a correction, the release pattern; may hold what a partner wrote.';
comment on column mart.open_problem.runbook is 'The page that says what to do.';
