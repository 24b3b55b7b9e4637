"""Ask a source over HTTP, politely and with limits; hand on its bytes untouched.

Status 200 is not success here, only an answer: what the bytes are worth is decided when they are staged.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Literal

import requests
from upath import UPath

from include.errors import SourceRefused, SourceUnavailable
from include.sources.source import Request, Source

TRIES = 4
LONGEST_WAIT_SECONDS = 60.0
CONNECT_SECONDS, SILENCE_SECONDS = 10.0, 120.0
# Not the time limit of a request: a source that drips a byte a minute is ended by this.
LONGEST_TRANSFER_SECONDS = 3600.0
BLOCK_BYTES = 1 << 20
Nothing = Literal["absent", "unchanged"]
BUSY = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where a source is and how it wants to be asked; comes from an Airflow connection.

    Args:
        host: scheme, host and base path.
        headers: sent with every request; may hold a token.
        memento: send Accept-Datetime (RFC 7089), for servers that can answer as of a past moment.
        is_sample: its payloads are sample data, and every report made from them says so.
        way: how its bytes are fetched; see include.feeds.
        options: what the way needs besides, such as a login; secret, so never printed.
    """

    host: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    memento: bool = False
    is_sample: bool = False
    way: Literal["http", "pages", "folder"] = "http"
    options: Mapping[str, object] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer on its way in: metadata, and the body as a stream of decoded blocks."""

    url: str
    media_type: str
    etag: str | None
    released_at: datetime | None
    blocks: Iterator[bytes]


@contextmanager
def asked(
    source: Source, endpoint: Endpoint, request: Request, clock: datetime, etag: str | None
) -> Iterator[Reply | Nothing]:
    """The reply to a request, or the word for why there is none: 'absent' (not there yet) or 'unchanged'.

    Raises:
        SourceUnavailable: no answer after several tries, or the transfer broke off.
        SourceRefused: the source said no.
    """
    if endpoint.host.startswith("file:"):
        yield _file(endpoint, request)
        return
    with requests.Session() as session:
        response = _send(session, source, endpoint, request, _headers(endpoint, request, clock, etag))
        with response:
            if response.status_code == requests.codes.not_modified:
                yield "unchanged"
                return
            if response.status_code == requests.codes.not_found and request.may_be_absent:
                yield "absent"
                return
            _refuse(source, response)
            yield Reply(
                url=response.url,
                media_type=response.headers.get("Content-Type", "application/octet-stream"),
                etag=response.headers.get("ETag"),
                released_at=_moment(response.headers.get("Last-Modified")),
                blocks=_blocks(source, response),
            )


def _file(endpoint: Endpoint, request: Request) -> Reply:
    """What ships with the code, read as if it were served."""
    path = UPath(endpoint.host) / request.path
    return Reply(
        url=path.as_uri(), media_type="text/csv", etag=None, released_at=None, blocks=iter([path.read_bytes()])
    )


def _headers(endpoint: Endpoint, request: Request, clock: datetime, etag: str | None) -> dict[str, str]:
    headers = {"Accept": request.accept, "User-Agent": "accelerates/1 (+statistics warehouse)", **endpoint.headers}
    if endpoint.memento:
        headers["Accept-Datetime"] = format_datetime(clock.astimezone(UTC), usegmt=True)
    if etag:
        headers["If-None-Match"] = etag
    return headers


def _send(
    session: requests.Session, source: Source, endpoint: Endpoint, request: Request, headers: dict[str, str]
) -> requests.Response:
    url = endpoint.host.rstrip("/") + "/" + request.path.lstrip("/")
    for attempt in range(1, TRIES + 1):
        try:
            response = session.get(
                url,
                params=dict(request.params),
                headers=headers,
                stream=True,
                timeout=(CONNECT_SECONDS, SILENCE_SECONDS),
            )
        except requests.RequestException as error:
            raise _unavailable(source, url, type(error).__name__) from error
        if response.status_code not in BUSY or attempt == TRIES:
            return response
        response.close()
        time.sleep(_wait(response, attempt))
    raise AssertionError("unreachable: the last attempt returns")


def _wait(response: requests.Response, attempt: int) -> float:
    """Seconds until the next try: what Retry-After asks for, as seconds or as a date, else doubling.

    A longer wait than LONGEST_WAIT_SECONDS is left to the task's own retries.
    """
    asked_for = response.headers.get("Retry-After", "")
    moment = _moment(asked_for)
    seconds = 2.0**attempt / 2
    if re.fullmatch("[0-9]{1,9}", asked_for):
        seconds = float(asked_for)
    elif moment is not None:
        seconds = (moment - datetime.now(moment.tzinfo)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT_SECONDS)


def _refuse(source: Source, response: requests.Response) -> None:
    status = response.status_code
    if status == requests.codes.ok:
        return
    if status in BUSY or status >= 500:
        raise _unavailable(source, response.url, f"status {status}")
    raise SourceRefused(
        source=source.code,
        expected=f"status 200 from {response.url}",
        got=f"status {status}",
        todo=f"Check address, access and parameters of the connection {source.conn_id}; a retry does not help.",
    )


def _blocks(source: Source, response: requests.Response) -> Iterator[bytes]:
    deadline = time.monotonic() + LONGEST_TRANSFER_SECONDS
    try:
        for block in response.iter_content(BLOCK_BYTES):
            if time.monotonic() > deadline:
                raise _unavailable(source, response.url, f"no end after {LONGEST_TRANSFER_SECONDS:.0f} s")
            yield block
    except requests.RequestException as error:
        raise _unavailable(source, response.url, f"a transfer that broke off ({type(error).__name__})") from error


def _unavailable(source: Source, url: str | None, got: str) -> SourceUnavailable:
    return SourceUnavailable(
        source=source.code,
        expected=f"an answer from {url}",
        got=got,
        todo="Nothing to do yet: the run tries again. If it goes on, ask the source.",
    )


def _moment(http_date: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(http_date) if http_date else None
    except ValueError:
        return None
