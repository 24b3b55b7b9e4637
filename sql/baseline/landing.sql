-- The payloads as received, untouched.

create table landing.payload (
    payload_id bigint generated always as identity primary key,
    source_code text not null,
    scope jsonb not null,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    bytes_count bigint not null check (bytes_count >= 0),
    media_type text not null,
    url text not null,
    location text not null,
    fetched_at timestamptz not null,
    released_at timestamptz,
    etag text,
    parser_version text not null,
    is_sample boolean not null default false,
    deleted_at timestamptz,
    unique (source_code, scope, sha256)
);

comment on table landing.payload is
'The bytes received once from a source for a scope; same bytes, same row. About people: none in the row. The bytes are
as the source sent them, and no role reads them here: partner reports hold enterprise numbers in full and who handed
them in, lists of contacts and recipients hold names and addresses. Deleted by the rules partner_payload and
contact_payload.';
comment on column landing.payload.payload_id is 'Surrogate key; every row of core names the payload it came from.';
comment on column landing.payload.source_code is 'The entry of the register (include/sources) that asked for it.';
comment on column landing.payload.scope is 'What was asked for: key filter and periods; decides what absence means.';
comment on column landing.payload.sha256 is 'SHA-256 of the bytes, in hex; also the name of the object in landing.';
comment on column landing.payload.bytes_count is 'Size of the bytes as received.';
comment on column landing.payload.media_type is 'Content type as the source sent it.';
comment on column landing.payload.url is 'Where it came from, without secrets.';
comment on column landing.payload.location is 'Path of the object below the landing root.';
comment on column landing.payload.fetched_at is 'Clock of the run that first received these bytes.';
comment on column landing.payload.released_at is 'When the source says it published this (Last-Modified), if it says.';
comment on column landing.payload.etag is
'Names this publication when we ask for a newer one: the source''s entity tag, else its time of '
'publication, or the result of a cheaper request (probe ...).';
comment on column landing.payload.parser_version is 'Version of our reader when the bytes were received.';
comment on column landing.payload.is_sample is
'True when the connection is marked as the sample world; every report then says so.';
comment on column landing.payload.deleted_at is
'When a retention rule deleted its bytes; null while they can be replayed.';
