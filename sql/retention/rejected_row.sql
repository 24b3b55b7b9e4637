-- Rejected rows of partner reports that were loaded before a moment: they are kept as the partner wrote them.
delete from ops.rejected_row as rejected
using ops.batch as batch
inner join landing.payload as payload on batch.payload_id = payload.payload_id
where
    rejected.batch_id = batch.batch_id
    and payload.source_code = 'partner_activity'
    and batch.clock < %(before)s
returning null::text as location
