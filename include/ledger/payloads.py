"""Rows of landing.payload: the bytes of a reply, where they are kept, and what the source said of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

import psycopg

from include import warehouse
from include.landing import Kept
from include.sources.source import Scope, Source


@dataclass(frozen=True, kw_only=True)
class Received:
    """What a source said of the bytes that it sent.

    Args:
        url: what was asked, without secrets.
        media_type: content type as received.
        etag: the mark to ask with next time: the entity tag, or "modified " and the time of publication.
        released_at: when the source says it published this.
    """

    url: str
    media_type: str
    etag: str | None
    released_at: datetime | None


def record_payload(
    conn: psycopg.Connection,
    source: Source,
    scope: Scope,
    received: Received,
    kept: Kept,
    clock: datetime,
    sample: bool,
) -> int:
    """Return the payload_id of bytes in landing: a new row of landing.payload, or the one that has them already."""
    parameters: dict[str, object] = {
        "source": source.code,
        "scope": json.dumps(dict(scope)),
        "sha256": kept.sha256,
        "bytes": kept.bytes_count,
        "media_type": received.media_type,
        "url": received.url,
        "location": kept.location,
        "clock": clock,
        "released_at": received.released_at,
        "etag": received.etag,
        "parser": source.parser_version,
        "sample": sample,
    }
    return warehouse.number(conn, warehouse.query("load", "keep_payload.sql"), parameters)
