"""Ask one question until its bytes are there: is it new, and is its file ready.

A question that is too big raises TooBigNotice; extraction divides it, because every part has its own outcome.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import psycopg

from include.errors import SourceError, SourceUnavailable, TooBigNotice
from include.extract import error_bodies, http
from include.extract.error_bodies import Notice
from include.extract.http import NoReply, Reply
from include.extract.rate_limit import rate_limited
from include.extract.transports import folder, pagination
from include.sources.source import Endpoint, Probe, Request, Source

Transport = Callable[[Source, Endpoint, Request, datetime, str | None], AbstractContextManager[Reply | NoReply]]
# How bytes are fetched, by Endpoint.transport: one answer over HTTP, the pages of a JSON document, or a file of a
# folder (disk, object storage, SFTP). All three give a media type and the bytes, untouched.
TRANSPORTS: dict[str, Transport] = {"http": http.get, "pages": pagination.get_pages, "folder": folder.read_file}
# Eurostat asks to look "every 5 minutes or at your preference"; most files are there within one.
POLL_SECONDS, MAX_POLL_SECONDS = 2.0, 30.0
MAX_DELIVERY_SECONDS = 3600.0
PROBE_PREFIX = "probe "
PENDING_STATUSES = frozenset({"SUBMITTED", "PROCESSING", "PENDING"})


class _Publication(NamedTuple):
    """A publication as a probe saw it: its etag, and when the source says it was made."""

    etag: str
    released_at: datetime | None


class _File(NamedTuple):
    """A file that the source writes for later: the URL of its state, if any, and of its bytes."""

    status_url: str
    data_url: str


@contextmanager
def fetch_when_changed(
    conn: psycopg.Connection, source: Source, endpoint: Endpoint, request: Request, clock: datetime, held: str | None
) -> Iterator[Reply | NoReply]:
    """Fetch a request unless its publication is loaded; waits for a file written for later.

    Args:
        conn: the warehouse, where questions to one host take turns; committing every statement.
        source: whom to ask.
        endpoint: where it is.
        request: the question.
        clock: the run's clock.
        held: the etag of what is loaded already.

    Yields:
        The reply, or why there is none: 'absent' or 'unchanged'.

    Raises:
        SourceUnavailable, SourceRefused: as fetch(); also a file that never was ready.
        TooBigNotice: the answer is a notice, and the request can be split.
    """
    seen = None
    if request.freshness_probe is not None:
        with rate_limited(conn, source, endpoint):
            seen = _probe(source, endpoint, request.freshness_probe, clock)
        if seen is not None and seen.etag == held:
            yield "unchanged"
            return
    with rate_limited(conn, source, endpoint), fetch(source, endpoint, request, clock, held) as reply:
        notice = None if isinstance(reply, str) else error_bodies.parse(reply.head)
        if isinstance(reply, str) or notice is None:
            yield _with_probe(reply, seen)
        elif notice.kind == "deferred" and (file := _deferred_file(endpoint, request, notice)):
            with _wait_for_file(source, endpoint, request, clock, file, notice) as late:
                yield _with_probe(late, seen)
        elif notice.kind in {"too big", "deferred"} and request.split is not None:
            raise _too_big(source, notice)
        else:
            # The notice is kept in landing as evidence; staging raises its error.
            yield reply


@contextmanager
def fetch(
    source: Source, endpoint: Endpoint, request: Request, clock: datetime, etag: str | None
) -> Iterator[Reply | NoReply]:
    """Fetch by the transport of the connection; yields the reply, 'absent' or 'unchanged'.

    Raises:
        SourceUnavailable: no answer after several tries, or the transfer broke off.
        SourceRefused: the source said no.
        Both name the contract, where the request is about one.
    """
    try:
        with TRANSPORTS[endpoint.transport](source, endpoint, request, clock, etag) as reply:
            yield reply
    except SourceError as error:
        contract = request.scope.get("contract_code")
        if contract is None or contract in error.source:
            raise
        raise type(error)(
            source=f"{error.source} {contract}", expected=error.expected, got=error.got, todo=error.todo
        ) from error


def _probe(source: Source, endpoint: Endpoint, probe: Probe, clock: datetime) -> _Publication | None:
    """Ask what the source publishes now; None when the answer does not tell."""
    answer = http.probe(source, endpoint, probe, clock)
    if answer is None:
        return None
    etag, body = answer
    if probe.pattern is None:
        return _Publication(PROBE_PREFIX + etag, None) if etag else None
    found = re.findall(probe.pattern, body.decode("utf-8", errors="replace"), re.DOTALL)
    times = sorted(at for text in found if (at := _parse_time(text)) is not None)
    etag = PROBE_PREFIX + hashlib.sha256(repr(found).encode()).hexdigest()
    return _Publication(etag, times[-1] if times else None) if found else None


def _parse_time(text: str) -> datetime | None:
    """Parse a source's note of its last update; None unless it is a moment with an offset."""
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else None


@contextmanager
def _wait_for_file(
    source: Source, endpoint: Endpoint, request: Request, clock: datetime, file: _File, first: Notice
) -> Iterator[Reply]:
    """Look for a file that the source writes for later, in growing intervals, until it is there."""
    started, pause, last = time.monotonic(), POLL_SECONDS, first
    while time.monotonic() - started < MAX_DELIVERY_SECONDS:
        time.sleep(pause)
        pause = min(pause * 1.5, MAX_POLL_SECONDS)
        if file.status_url:
            with http.get(source, endpoint, _at_url(request, file.status_url), clock, None) as reply:
                state = None if isinstance(reply, str) else error_bodies.parse(reply.head)
            if state is not None and state.status in PENDING_STATUSES:
                continue
            if state is None or state.status != "AVAILABLE":
                raise _never_delivered(source, state or last)
        with http.get(source, endpoint, _at_url(request, file.data_url), clock, None) as reply:
            state = None if isinstance(reply, str) else error_bodies.parse(reply.head)
            if not isinstance(reply, str) and state is None:
                yield reply
                return
            last = state or last
    raise _never_delivered(source, last)


def _at_url(request: Request, url: str) -> Request:
    return replace(request, path=url, params={}, may_be_absent=True)


def _deferred_file(endpoint: Endpoint, request: Request, notice: Notice) -> _File | None:
    """Find where the promised file will be; None when it is on another host than ours."""
    if notice.status:
        # Eurostat: beside the service that was asked, '.../dissemination/1.0/async' for '.../dissemination/sdmx/2.1'.
        base = f"{endpoint.host.rstrip('/')}/{request.path}".partition("/sdmx/")[0]
        return _File(f"{base}/1.0/async/status/{notice.where}", f"{base}/1.0/async/data/{notice.where}")
    own, named = urlsplit(endpoint.host), urlsplit(notice.where)
    # The connection's headers may hold a token: it goes to no other host, and not over a weaker scheme.
    return _File("", named._replace(scheme=own.scheme).geturl()) if named.netloc == own.netloc else None


def _with_probe(reply: Reply | NoReply, seen: _Publication | None) -> Reply | NoReply:
    """Add the probe's etag to a reply, and its time unless the reply has one."""
    if isinstance(reply, str) or seen is None:
        return reply
    return replace(reply, etag=seen.etag, released_at=reply.released_at or seen.released_at)


def _too_big(source: Source, notice: Notice) -> TooBigNotice:
    return TooBigNotice(
        source=source.code,
        expected="data",
        got=f"a notice that the extraction is too big: {notice.text!r}",
        todo="Ask for fewer periods or codes in the source's requests.",
    )


def _never_delivered(source: Source, last: Notice) -> SourceUnavailable:
    return SourceUnavailable(
        source=source.code,
        expected=f"the file that it promised for later, within {MAX_DELIVERY_SECONDS:.0f} s",
        got=f"{last.status or last.kind}: {last.text!r}",
        todo="Nothing to do yet: the run tries again, and the source may have the file by then.",
    )
