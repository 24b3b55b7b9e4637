"""What goes out to a source over HTTP and what comes back, as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Literal

Nothing = Literal["absent", "unchanged"]
# A mark that is no entity tag: the time of publication, where a source says that alone.
MODIFIED = "modified "


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where a source is and how it wants to be asked; comes from an Airflow connection.

    Args:
        host: scheme, host and base path.
        headers: sent with every request; may hold a token.
        memento: send Accept-Datetime (RFC 7089), for servers that can answer as of a past moment.
        is_sample: its payloads are sample data, and every report made from them says so.
        seconds_between: at least so long from one question to the next, whoever asks; 0 for no limit, None for what
            the source is known to want.
        way: how its bytes are fetched; see include.feeds.
        options: what the way needs besides, such as a login; secret, so never printed.
    """

    host: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    memento: bool = False
    is_sample: bool = False
    seconds_between: float | None = None
    way: Literal["http", "pages", "folder"] = "http"
    options: Mapping[str, object] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer on its way in: metadata, and the body as a stream of decoded blocks.

    Args:
        url: what was asked, without secrets.
        media_type: content type as received.
        etag: the mark to ask with next time: the entity tag, or "modified " and the time of publication.
        released_at: when the source says it published this.
        head: the first bytes of the body, which blocks begin with.
        blocks: the body.
    """

    url: str
    media_type: str
    etag: str | None
    released_at: datetime | None
    blocks: Iterator[bytes]
    head: bytes = b""


def mark(received: Mapping[str, str]) -> str | None:
    """What in an answer's headers tells this publication from the next: entity tag, time of publication, or nothing."""
    modified = received.get("Last-Modified", "")
    return received.get("ETag") or (MODIFIED + modified if moment(modified) else None)


def headers(endpoint: Endpoint, accept: str, clock: datetime, etag: str | None) -> dict[str, str]:
    """The headers of a question; with the mark of what is held already, so that the answer can be 304."""
    asked_with = {"Accept": accept, "User-Agent": "accelerates/1 (+statistics warehouse)", **endpoint.headers}
    if endpoint.memento:
        asked_with["Accept-Datetime"] = format_datetime(clock.astimezone(UTC), usegmt=True)
    if etag and etag.startswith(MODIFIED):
        asked_with["If-Modified-Since"] = etag.removeprefix(MODIFIED)
    elif etag and etag.startswith(('"', "W/")):
        asked_with["If-None-Match"] = etag
    return asked_with


def moment(http_date: str | None) -> datetime | None:
    """The moment that an HTTP date says, or None when it says none."""
    try:
        return parsedate_to_datetime(http_date) if http_date else None
    except (ValueError, OverflowError):
        return None
