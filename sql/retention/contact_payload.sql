-- Bytes of lists of people that were fetched before a moment, when a newer list is there.
update landing.payload as payload set deleted_at = %(clock)s
where
    payload.source_code in ('reference_partner_contact', 'reference_recipient')
    and payload.fetched_at < %(before)s
    and payload.deleted_at is null
    and exists (
        select 1 from landing.payload as newer
        where newer.source_code = payload.source_code and newer.payload_id > payload.payload_id
    )
returning payload.location
