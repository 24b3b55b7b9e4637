-- Bytes of partner reports that were fetched before a moment.
update landing.payload as payload set deleted_at = %(clock)s
where
    payload.source_code = 'partner_activity'
    and payload.fetched_at < %(before)s
    and payload.deleted_at is null
returning payload.location
