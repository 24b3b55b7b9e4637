"""Requests and replies of HTTP as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Literal

from include.ledger.payloads import Received
from include.sources.endpoint import Endpoint

Nothing = Literal["absent", "unchanged"]
# A mark that is no entity tag: the time of publication, where a source says that alone.
MODIFIED = "modified "


@dataclass(frozen=True, kw_only=True)
class Reply(Received):
    """An answer on its way in: metadata, and the body as a stream of decoded blocks.

    Args:
        head: the first bytes of the body, which blocks begin with.
        blocks: the body.
    """

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
