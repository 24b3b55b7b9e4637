-- A batch for a payload at a clock: none when the same run has loaded it already, or when the newest batch
-- loaded for its scope by then holds these very bytes, read as they are read today. One that was left half-way or
-- quarantined is taken up again.
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
returning batch_id
