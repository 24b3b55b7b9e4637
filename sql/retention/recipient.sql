-- Recipients, and versions of them, that left the list before a moment.
delete from core.recipient as recipient
where recipient.known_to < %(before)s
returning null::text as location
