-- Since when it counts what became of a batch: its clock, or later when a merge of it or a pinned report is.
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
where batch.batch_id = %(batch)s
