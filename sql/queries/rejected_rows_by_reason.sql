-- question: what goes wrong most in what we receive, and what should the sender write instead?
select
    payload.source_code,
    rejected.reason_code,
    rejected.column_name,
    count(*) as rows_count,
    max(batch.clock) as last_seen_at,
    min(rejected.value) as example_value,
    min(rejected.fix) as example_fix
from ops.rejected_row as rejected
inner join ops.batch as batch on rejected.batch_id = batch.batch_id
inner join landing.payload as payload on batch.payload_id = payload.payload_id
group by payload.source_code, rejected.reason_code, rejected.column_name
order by rows_count desc, payload.source_code asc, rejected.reason_code asc;
