"""A reply of the sample world, and the helpers that all its sources use."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

# The token that the connection partner_api must send. No secret: this world is on loopback and holds nothing.
PARTNER_API_TOKEN = "sample-token"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """Status, media type and bytes of a reply, and when its source published it."""

    body: bytes
    content_type: str
    released_at: datetime | None = None
    status: int = 200

    @cached_property
    def etag(self) -> str:
        """Strong entity tag: the same bytes have the same one, whenever and wherever they are made."""
        return f'"{hashlib.sha256(self.body).hexdigest()}"'


def not_found(text: str) -> Reply:
    """Answer 404 in plain text, as NBB and web servers do."""
    return Reply(body=text.encode(), content_type="text/plain; charset=utf-8", status=404)


def morning_of(day: str) -> datetime:
    """Return eight o'clock in Brussels on a day, when everything in this world is published.

    The European rule is spelled out because a bare machine may have no time zone database.
    """
    on = date.fromisoformat(day)
    is_summer = _last_sunday(on.year, 3) <= on < _last_sunday(on.year, 10)
    return datetime.fromisoformat(f"{day}T08:00:00{'+02:00' if is_summer else '+01:00'}")


def _last_sunday(year: int, month: int) -> date:
    end = date(year, month, 31)
    return end - timedelta(days=(end.weekday() + 1) % 7)
