-- The ledger of requests, payloads and batches, in landing.payload and ops.*. Used by include.ledger.

-- query: newest_etag
-- The etag of what is loaded for a scope (entity tag, time of publication or what a probe saw); the next request sends
-- it, so that the source may answer "unchanged".
select p.etag
from ops.batch as b
join landing.payload as p using (payload_id)
where p.source_code = %(source)s and p.scope = %(scope)s and b.state = 'loaded' and b.clock <= %(clock)s
order by b.clock desc, b.batch_id desc
limit 1;

-- query: record_request
-- The outcome of a question, known from its clock, or from just after the newest pinned report.
insert into ops.request (source_code, scope, clock, outcome, payload_id, dag_run_id, error, known_from)
select
    %(source)s,
    %(scope)s as asked_scope,
    %(clock)s,
    %(outcome)s,
    %(payload)s,
    %(dag_run_id)s,
    %(error)s,
    greatest(%(clock)s, max(as_of) + interval '1 microsecond') as known_from
from ops.report_run
where state <> 'held';

-- query: record_payload
-- The row of landing.payload for received bytes; the same bytes for the same scope keep their row.
with inserted as (
    insert into landing.payload (
        source_code, scope, sha256, bytes_count, media_type, url, location, fetched_at, released_at, etag,
        parser_version, is_sample
    )
    values (
        %(source)s, %(scope)s, %(sha256)s, %(bytes)s, %(media_type)s, %(url)s, %(location)s, %(clock)s,
        %(released_at)s, %(etag)s, %(parser)s, %(sample)s
    )
    on conflict (source_code, scope, sha256) do update
        set parser_version = excluded.parser_version, etag = excluded.etag, deleted_at = null
    returning payload_id
)

select payload_id from inserted;

-- query: open_batch
-- A new batch for a payload at a clock, unless the same run has loaded it already, or the newest batch loaded for its
-- scope by then holds the same bytes, read by the same version of the reader. A batch that was left half-way or
-- quarantined starts again.
with

payload as (

    select
        payload_id,
        source_code,
        scope
    from landing.payload
    where payload_id = %(payload)s

),

newest as (

    select
        b.payload_id,
        coalesce(b.parser_version, %(parser)s) as parser_version
    from ops.batch as b
    join landing.payload as p using (payload_id)
    join payload as asked using (source_code, scope)
    where b.state = 'loaded' and b.clock <= %(clock)s
    order by b.clock desc, b.batch_id desc
    limit 1

)

insert into ops.batch (payload_id, clock, dag_run_id, parser_version)
select
    payload_id,
    %(clock)s,
    %(dag_run_id)s,
    %(parser)s
from payload
where
    not exists (
        select
        from newest
        where newest.payload_id = payload.payload_id and newest.parser_version = %(parser)s
    )
on conflict (payload_id, clock) do update
    set
        state = 'landed',
        error_class = null,
        error = null,
        created_at = clock_timestamp(),
        dag_run_id = excluded.dag_run_id,
        parser_version = excluded.parser_version
    where ops.batch.state <> 'loaded'
returning batch_id;

-- query: end_batch
-- The end of a batch, known from its clock, or from later when its merge or a pinned report is later.
with

merged as (

    select max(known_from) as known_from
    from ops.merge
    where batch_id = %(batch)s

),

pinned as (

    select max(as_of) + interval '1 microsecond' as known_from
    from ops.report_run
    where state <> 'held'

)

update ops.batch
set
    finished_at = clock_timestamp(),
    known_from = greatest(batch.clock, merged.known_from, pinned.known_from),
    quarantined_from = coalesce(
        batch.quarantined_from,
        case batch.state when 'quarantined' then greatest(batch.clock, pinned.known_from) end
    )
from merged, pinned
where batch.batch_id = %(batch)s;
