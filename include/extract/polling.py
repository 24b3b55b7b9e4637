"""One question to a source until its bytes are there: is there news, whose turn is it, is the file ready yet.

What is too big is said as TooBigNotice; dividing it is left to extraction, where every part has its own outcome.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import psycopg

from include.errors import SourceUnavailable, TooBigNotice
from include.extract import error_bodies, http, transports
from include.extract.error_bodies import Notice
from include.extract.http_types import Nothing, Reply
from include.sources.endpoint import Endpoint
from include.sources.source import Probe, Request, Source

# Eurostat asks to look "every 5 minutes or at your preference"; most files are there within one.
POLL_SECONDS, LONGEST_POLL_SECONDS = 2.0, 30.0
LONGEST_DELIVERY_SECONDS = 3600.0
PROBED = "probe "
PENDING = frozenset({"SUBMITTED", "PROCESSING", "PENDING"})


class _Seen(NamedTuple):
    """What a cheap question saw: what tells this publication from the next, and when the source says it was made."""

    mark: str
    released_at: datetime | None


@contextmanager
def answered(
    conn: psycopg.Connection, source: Source, endpoint: Endpoint, request: Request, clock: datetime, held: str | None
) -> Iterator[Reply | Nothing]:
    """The reply to a request, waited for if need be, or the word for why there is none.

    Args:
        conn: the warehouse, where askers of one host take turns; committing every statement.
        source: whom to ask.
        endpoint: where it is.
        request: the question.
        clock: the run's clock.
        held: the mark of what is loaded already.

    Raises:
        SourceUnavailable, SourceRefused: as fetching.asked(); also a file that never was ready.
        TooBigNotice: the answer is a notice, and the request has halves to ask instead.
    """
    seen = None
    if request.probe is not None:
        with turn(conn, source, endpoint):
            seen = _probed(source, endpoint, request.probe, clock)
        if seen is not None and seen.mark == held:
            yield "unchanged"
            return
    with turn(conn, source, endpoint), transports.asked(source, endpoint, request, clock, held) as reply:
        notice = None if isinstance(reply, str) else error_bodies.heard(reply.head)
        if isinstance(reply, str) or notice is None:
            yield _marked(reply, seen)
        elif notice.kind == "deferred" and (file := _file(endpoint, request, notice)):
            with _delivered(source, endpoint, request, clock, file, notice) as late:
                yield _marked(late, seen)
        elif notice.kind in {"too big", "deferred"} and request.halves is not None:
            raise _too_big(source, notice)
        else:
            # Kept as evidence; staging names it.
            yield reply


@contextmanager
def turn(conn: psycopg.Connection, source: Source, endpoint: Endpoint) -> Iterator[None]:
    """Hold a host for oneself, and let nobody ask it again before so many seconds have passed since this question.

    As many as the connection says; else as the source is known to want, which the sample world does not.

    A lock of the database's session: it counts for every process on every machine that loads this warehouse, and
    ends with the connection. It wants no table, and costs the last asker of a run that little wait.
    """
    distance = endpoint.seconds_between
    if distance is None:
        distance = 0.0 if endpoint.is_sample else source.seconds_between
    if not distance:
        yield
        return
    lock = {"host": urlsplit(endpoint.host).netloc}
    conn.execute("select pg_advisory_lock(hashtext('source.turn'), hashtext(%(host)s))", lock)
    since = time.monotonic()
    try:
        yield
    finally:
        time.sleep(max(0.0, since + distance - time.monotonic()))
        conn.execute("select pg_advisory_unlock(hashtext('source.turn'), hashtext(%(host)s))", lock)


def _probed(source: Source, endpoint: Endpoint, probe: Probe, clock: datetime) -> _Seen | None:
    """The mark of the source's present publication and its time, or None when it does not tell."""
    told = http.probed(source, endpoint, probe, clock)
    if told is None:
        return None
    mark, body = told
    if probe.pattern is None:
        return _Seen(PROBED + mark, None) if mark else None
    found = re.findall(probe.pattern, body.decode("utf-8", errors="replace"), re.DOTALL)
    times = sorted(at for text in found if (at := _time(text)) is not None)
    mark = PROBED + hashlib.sha256(repr(found).encode()).hexdigest()
    return _Seen(mark, times[-1] if times else None) if found else None


def _time(text: str) -> datetime | None:
    """The moment that a source's note of its last update says, if it is one with an offset."""
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else None


@contextmanager
def _delivered(
    source: Source, endpoint: Endpoint, request: Request, clock: datetime, file: tuple[str, str], first: Notice
) -> Iterator[Reply]:
    """The file that the source writes for later, looked for with growing patience."""
    status, data = file
    started, pause, said = time.monotonic(), POLL_SECONDS, first
    while time.monotonic() - started < LONGEST_DELIVERY_SECONDS:
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_POLL_SECONDS)
        if status:
            with http.asked(source, endpoint, _later(request, status), clock, None) as reply:
                state = None if isinstance(reply, str) else error_bodies.heard(reply.head)
            if state is not None and state.status in PENDING:
                continue
            if state is None or state.status != "AVAILABLE":
                raise _never(source, state or said)
        with http.asked(source, endpoint, _later(request, data), clock, None) as reply:
            state = None if isinstance(reply, str) else error_bodies.heard(reply.head)
            if not isinstance(reply, str) and state is None:
                yield reply
                return
            said = state or said
    raise _never(source, said)


def _later(request: Request, url: str) -> Request:
    return replace(request, path=url, params={}, may_be_absent=True)


def _file(endpoint: Endpoint, request: Request, notice: error_bodies.Notice) -> tuple[str, str] | None:
    """Where to look and where to fetch; None when the notice points to another host than the connection's."""
    if notice.status:
        # Eurostat: beside the service that was asked, '.../dissemination/1.0/async' for '.../dissemination/sdmx/2.1'.
        base = f"{endpoint.host.rstrip('/')}/{request.path}".partition("/sdmx/")[0]
        return f"{base}/1.0/async/status/{notice.where}", f"{base}/1.0/async/data/{notice.where}"
    own, named = urlsplit(endpoint.host), urlsplit(notice.where)
    # The connection's headers may hold a token: it goes to no other host, and not over a weaker scheme.
    return ("", named._replace(scheme=own.scheme).geturl()) if named.netloc == own.netloc else None


def _marked(reply: Reply | Nothing, seen: _Seen | None) -> Reply | Nothing:
    """The reply, to be asked for next time by what the probe saw; released then, unless the reply itself says when."""
    if isinstance(reply, str) or seen is None:
        return reply
    return replace(reply, etag=seen.mark, released_at=reply.released_at or seen.released_at)


def _too_big(source: Source, notice: error_bodies.Notice) -> TooBigNotice:
    return TooBigNotice(
        source=source.code,
        expected="data",
        got=f"a notice that the extraction is too big: {notice.text!r}",
        todo="Ask for fewer periods or codes in the source's requests.",
    )


def _never(source: Source, said: error_bodies.Notice) -> SourceUnavailable:
    return SourceUnavailable(
        source=source.code,
        expected=f"the file that it promised for later, within {LONGEST_DELIVERY_SECONDS:.0f} s",
        got=f"{said.status or said.kind}: {said.text!r}",
        todo="Nothing to do yet: the run tries again, and the source may have the file by then.",
    )
