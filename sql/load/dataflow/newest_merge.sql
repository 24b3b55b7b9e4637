-- The newest merge that changed what is current of the periods that a payload speaks for; 0 for none.
select coalesce(max(merged.merge_id), 0) as merge_id
from ops.merge as merged
inner join ops.batch as batch on merged.batch_id = batch.batch_id
inner join landing.payload as payload on batch.payload_id = payload.payload_id
where
    merged.target = 'core.observation'
    and merged.inserted_row_count + merged.closed_row_count > 0
    and coalesce(payload.scope ->> 'dataset', {scope_dataset}) = {scope_dataset}
    and coalesce(payload.scope ->> 'start_period', '') <= {scope_end_period}
    and coalesce(payload.scope ->> 'end_period', {scope_end_period}) >= {scope_start_period}
