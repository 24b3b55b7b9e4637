"""Where a source is and how it wants to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


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
        way: how its bytes are fetched; see include.extract.transports.
        options: what the way needs besides, such as a login; secret, so never printed.
    """

    host: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    memento: bool = False
    is_sample: bool = False
    seconds_between: float | None = None
    way: Literal["http", "pages", "folder"] = "http"
    options: Mapping[str, object] = field(default_factory=dict, repr=False)
