-- Letters to partners that were made before a moment, with the envelopes that hold name and address.
with old as (
    select letter.letter_id
    from ops.partner_letter as letter
    where letter.clock < %(before)s
),

envelope as (
    delete from ops.outbox as outbox
    where outbox.letter_id in (select old.letter_id from old)
)

delete from ops.partner_letter as letter
where letter.letter_id in (select old.letter_id from old)
returning null::text as location
