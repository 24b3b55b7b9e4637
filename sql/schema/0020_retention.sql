-- Housekeeping deletes as etl what is mailed, and can still read nobody's name, address or letter: of each table it
-- sees only what says how old a row is.

grant select (letter_id, clock), delete on ops.partner_letter to etl;
grant select (letter_id, report_run_id), delete on ops.outbox to etl;
grant delete on core.recipient to etl;

comment on table core.recipient is
'Who gets the report. The analyst role cannot read it. About people: name and address of who gets the report. Deleted by
the rule recipient.';
comment on table ops.outbox is
'One envelope per person and issue, or letter. The analyst role cannot read it. About people: name and address of who
was mailed. Deleted by the rules partner_letter and report_envelope.';
comment on table ops.partner_letter is
'Every mail to a partner about its reports, as it was made; the envelopes are in ops.outbox. The analyst role cannot
read it. About people: none asked for; the attachment, the partner''s own report, is deleted once it is sent. Deleted
by the rule partner_letter.';
comment on table landing.payload is
'The bytes received once from a source for a scope; same bytes, same row. About people: none in the row. The bytes are
what the source sent, and no role reads them here: of partner reports with enterprise numbers in full and who handed
them in, of the lists of contacts and recipients with names and addresses. Deleted by the rules partner_payload and
contact_payload.';
