-- The row of landing.payload for bytes that were received; the same bytes for the same scope keep their row.
with inserted as (
    insert into landing.payload (
        source_code, scope, sha256, bytes_count, media_type, url, location, fetched_at, released_at, etag,
        parser_version, is_sample
    )
    values (
        %(source)s, %(scope)s, %(sha256)s, %(bytes)s, %(media_type)s, %(url)s, %(location)s, %(clock)s,
        %(released_at)s, %(etag)s, %(parser)s, %(sample)s
    )
    on conflict (source_code, scope, sha256) do update
        set parser_version = excluded.parser_version, etag = excluded.etag, deleted_at = null
    returning payload_id
)

select payload_id from inserted
