-- Envelopes of KPI reports whose figures were pinned before a moment: they hold name and address of the recipient.
delete from ops.outbox as outbox
where
    outbox.report_run_id in (
        select run.report_run_id from ops.report_run as run
        where run.as_of < %(before)s
    )
returning null::text as location
