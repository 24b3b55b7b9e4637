"""Ask a source over HTTP, politely and with limits; hand on its bytes untouched.

Status 200 is not success here, only an answer: what the bytes are worth is decided when they are staged.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import chain, islice
from urllib.parse import urlsplit

import requests
from upath import UPath

from include.errors import SourceRefused, SourceUnavailable, TooBigNotice
from include.extract import error_bodies, tls
from include.extract.http_types import Nothing, Reply, headers, mark, moment
from include.sources.endpoint import Endpoint
from include.sources.source import Probe, Request, Source

__all__ = ["Endpoint", "Reply", "asked", "probed"]

TRIES = 4
# A task that waits longer keeps others from their turn; the run asks again by its own retries.
LONGEST_WAIT_SECONDS = 300.0
CONNECT_SECONDS, SILENCE_SECONDS = 10.0, 120.0
# Not the time limit of a request: a source that drips a byte a minute is ended by this.
LONGEST_TRANSFER_SECONDS = 3600.0
BLOCK_BYTES = 1 << 20
# A structure message is kilobytes; a source that sends more than this to a cheap question has no cheap question.
PROBE_BYTES = 4 << 20
BUSY = frozenset({429, 502, 503, 504})


@contextmanager
def asked(
    source: Source, endpoint: Endpoint, request: Request, clock: datetime, etag: str | None
) -> Iterator[Reply | Nothing]:
    """The reply to a request, or the word for why there is none: 'absent' (not there yet) or 'unchanged'.

    Raises:
        SourceUnavailable: no answer after several tries, or the transfer broke off.
        SourceRefused: the source said no.
        TooBigNotice: the source said that it is too much.
    """
    if endpoint.host.startswith("file:"):
        yield _file(endpoint, request)
        return
    with tls.Session(endpoint) as session:
        response = _send(session, "GET", source, endpoint, request, headers(endpoint, request.accept, clock, etag))
        with response:
            if response.status_code == requests.codes.not_modified:
                yield "unchanged"
            elif response.status_code in {200, 202}:
                yield _reply(source, response)
            else:
                _refuse(source, response, request)
                yield "absent"


def probed(source: Source, endpoint: Endpoint, probe: Probe, clock: datetime) -> tuple[str | None, bytes] | None:
    """The mark and the body, none where it was not asked for, of a cheap question; None when it got no plain answer.

    Raises:
        SourceUnavailable: nobody answered.
    """
    request = Request(path=probe.path, params=probe.params, scope={})
    with tls.Session(endpoint) as session:
        method = "HEAD" if probe.pattern is None else "GET"
        sent = headers(endpoint, probe.accept, clock, None)
        with _send(session, method, source, endpoint, request, sent) as response:
            if response.status_code != requests.codes.ok:
                return None
            body = b"" if probe.pattern is None else _start(response)
            return mark(response.headers), body


def _start(response: requests.Response) -> bytes:
    """What was sent, up to the size that a cheap answer may have; nothing when it broke off."""
    try:
        return b"".join(islice(response.iter_content(1 << 16), PROBE_BYTES >> 16))
    except requests.RequestException:
        return b""


def _send(
    session: requests.Session, method: str, source: Source, endpoint: Endpoint, request: Request, sent: dict[str, str]
) -> requests.Response:
    """The first answer that is not "busy", or one that asks for a longer wait; the body is not read yet.

    Raises:
        SourceUnavailable: nobody answered.
        SourceRefused: whoever answered shows a certificate that is not trusted.
    """
    url = request.path
    if not url.startswith(("http://", "https://")):
        url = endpoint.host.rstrip("/") + "/" + request.path.lstrip("/")
    params, timeout = dict(request.params), (CONNECT_SECONDS, SILENCE_SECONDS)
    # Said with each request: of what a session trusts, the environment's REQUESTS_CA_BUNDLE would win.
    trusted = tls.authorities(source.code, endpoint)
    for attempt in range(1, TRIES + 1):
        try:
            response = session.request(
                method, url, params=params, headers=sent, stream=True, timeout=timeout, verify=trusted
            )
        except requests.RequestException as error:
            refused = tls.untrusted(source.code, endpoint, urlsplit(url).netloc, error)
            raise refused or _unavailable(source, url, type(error).__name__) from error
        pause = _wait(response, attempt)
        if response.status_code not in BUSY or attempt == TRIES or pause > LONGEST_WAIT_SECONDS:
            return response
        response.close()
        time.sleep(pause)
    raise AssertionError("unreachable: the last attempt returns")


def _file(endpoint: Endpoint, request: Request) -> Reply:
    """What ships with the code, read as if it were served."""
    path = UPath(endpoint.host) / request.path
    body = path.read_bytes()
    return Reply(url=path.as_uri(), media_type="text/csv", etag=None, released_at=None, blocks=iter([body]))


def _reply(source: Source, response: requests.Response) -> Reply:
    blocks = _blocks(source, response)
    first = next(blocks, b"")
    return Reply(
        url=response.url,
        media_type=response.headers.get("Content-Type", "application/octet-stream"),
        etag=mark(response.headers),
        released_at=moment(response.headers.get("Last-Modified")),
        head=first[: error_bodies.HEAD_BYTES],
        blocks=chain([first], blocks),
    )


def _wait(response: requests.Response, attempt: int) -> float:
    """Seconds until the next try: what Retry-After asks for, as seconds or as a date, else doubling."""
    asked_for = response.headers.get("Retry-After", "")
    until = moment(asked_for)
    seconds = 2.0**attempt / 2
    if re.fullmatch("[0-9]{1,9}", asked_for):
        seconds = float(asked_for)
    elif until is not None:
        seconds = (until - datetime.now(until.tzinfo)).total_seconds()
    return max(seconds, 0.0)


def _refuse(source: Source, response: requests.Response, request: Request) -> None:
    """Name what the source meant by a status that is no success; return when it means "not there"."""
    status = response.status_code
    notice = error_bodies.heard(_head(response))
    said = f": {notice.text!r}" if notice else ""
    if status == requests.codes.request_entity_too_large or (notice and notice.kind == "too big"):
        todo = "Ask for fewer periods or codes in the source's requests, or let them have halves."
        raise TooBigNotice(source=source.code, expected="data", got=f"status {status}, too big{said}", todo=todo)
    is_absent = status == requests.codes.not_found or (notice and notice.kind == "no results" and status < 500)
    if is_absent and request.may_be_absent:
        return
    if status in BUSY or status >= 500:
        raise _unavailable(source, response.url, f"status {status}{said}")
    raise SourceRefused(
        source=source.code,
        expected=f"status 200 from {response.url}",
        got=f"status {status}{said}",
        todo=f"Check address, access and parameters of the connection {source.conn_id}; a retry does not help.",
    )


def _head(response: requests.Response) -> bytes:
    """The first bytes of a refusal, as far as they come: its words help, its status is enough."""
    try:
        return next(response.iter_content(error_bodies.HEAD_BYTES), b"")
    except requests.RequestException:
        return b""


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
