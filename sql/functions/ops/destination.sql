-- Recognises an address without keeping it.
create or replace function ops.destination(email text) returns text language sql immutable parallel safe as
$$ select encode(sha256(convert_to(lower(email), 'UTF8')), 'hex') $$;

comment on function ops.destination is 'The hash of an address, as ops.stop keeps it.';
