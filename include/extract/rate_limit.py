"""The rate limit of a host: one question at a time, so many seconds apart.

The seconds are those of the connection's extra (`seconds_between`), else those of the source's entry in the register;
the sample world needs none.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg

from include.sources.source import Endpoint, Source


@contextmanager
def rate_limited(conn: psycopg.Connection, source: Source, endpoint: Endpoint) -> Iterator[None]:
    """Wait for the turn to ask a host; hold it until the next question may follow.

    The turn is a lock of the database session: it counts for every process on every machine that loads this warehouse,
    and ends with the connection. It needs no table; the price is that the last question of a run waits too.
    """
    distance = endpoint.seconds_between
    if distance is None:
        distance = 0.0 if endpoint.is_sample else source.seconds_between
    if not distance:
        yield
        return
    lock = {"host": urlsplit(endpoint.host).netloc}
    conn.execute("select pg_advisory_lock(hashtext('source.turn'), hashtext(%(host)s))", lock)
    started = time.monotonic()
    try:
        yield
    finally:
        time.sleep(max(0.0, started + distance - time.monotonic()))
        conn.execute("select pg_advisory_unlock(hashtext('source.turn'), hashtext(%(host)s))", lock)
