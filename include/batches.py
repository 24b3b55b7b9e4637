"""Batches: one payload each on its way through, and what becomes of one that cannot go on."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import sql

from include import staging, warehouse
from include.errors import AlreadyQuarantined, DataError
from include.exchange import Endpoint, Reply
from include.landing import Kept
from include.sources import source_of
from include.sources.source import Request, Scope, Source

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A payload on its way through, as the steps need it."""

    batch_id: int
    payload_id: int
    source: Source
    scope: Scope
    media_type: str
    location: str
    clock: datetime
    state: str
    rejected_row_count: int


def batch_of(conn: psycopg.Connection, batch_id: int) -> Batch:
    """A row of ops.batch with its payload and its source."""
    row = conn.execute(
        """select b.payload_id, p.source_code, p.scope, p.media_type, p.location, b.clock, b.state,
            coalesce(b.rejected_row_count, 0)
        from ops.batch as b join landing.payload as p using (payload_id) where b.batch_id = %s""",
        (batch_id,),
    ).fetchone()
    assert row is not None, f"batch {batch_id} is not in ops.batch"
    return Batch(
        batch_id=batch_id,
        payload_id=row[0],
        source=source_of(row[1]),
        scope={**row[2], "source": row[1], "media_type": row[3]},
        media_type=row[3],
        location=row[4],
        clock=row[5],
        state=row[6],
        rejected_row_count=row[7],
    )


def record_payload(
    conn: psycopg.Connection,
    source: Source,
    endpoint: Endpoint,
    request: Request,
    reply: Reply,
    kept: Kept,
    clock: datetime,
) -> int:
    """The payload_id of bytes in landing: a new row of landing.payload, or the one that has them already."""
    parameters: dict[str, object] = {
        "source": source.code,
        "scope": json.dumps(dict(request.scope)),
        "sha256": kept.sha256,
        "bytes": kept.bytes_count,
        "media_type": reply.media_type,
        "url": reply.url,
        "location": kept.location,
        "clock": clock,
        "released_at": reply.released_at,
        "etag": reply.etag,
        "parser": source.parser_version,
        "sample": endpoint.is_sample,
    }
    return warehouse.number(conn, warehouse.query("load", "keep_payload.sql"), parameters)


def open_batch(
    conn: psycopg.Connection, payload_id: int, clock: datetime, dag_run_id: str, parser_version: str = "1"
) -> int | None:
    """A batch for a payload at a clock, or None when its scope already holds what it says, as it is read today."""
    parameters: dict[str, object] = {
        "payload": payload_id,
        "clock": clock,
        "dag_run_id": dag_run_id,
        "parser": parser_version,
    }
    row = conn.execute(warehouse.query("load", "open_batch.sql").encode(), parameters).fetchone()
    return None if row is None else int(row[0])


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a list of batches in a step.

    Args:
        alive: those that passed, now or in an earlier try.
        failures: why others are quarantined, of sources whose quarantine fails the task.
    """

    alive: list[int]
    failures: list[DataError]


def each(dsn: str, batch_ids: Sequence[int], step: Callable[[psycopg.Connection, Batch], None]) -> Outcome:
    """Run a step for each batch in a transaction of its own; one that meets a DataError is quarantined."""
    outcome = Outcome(alive=[], failures=[])
    with warehouse.connect(dsn, autocommit=True) as conn:
        for batch_id in batch_ids:
            batch = batch_of(conn, batch_id)
            try:
                if batch.state == "quarantined":
                    raise _again(batch)
                if batch.state != "loaded":
                    with conn.transaction():
                        step(conn, batch)
                outcome.alive.append(batch_id)
            except DataError as error:
                quarantine(conn, batch, error)
                outcome.failures.extend([error] if batch.source.quarantine_fails else [])
    return outcome


def _again(batch: Batch) -> AlreadyQuarantined:
    return AlreadyQuarantined(
        source=batch.source.code,
        expected=f"batch {batch.batch_id} to be on its way",
        got="one that is quarantined; ops.batch says why",
        todo="Mend the cause, then clear the run from its task extract.",
    )


def quarantine(conn: psycopg.Connection, batch: Batch, error: DataError) -> None:
    """Set a batch aside: its payload and the first reason are kept, nothing of it is loaded."""
    kind = type(error).__name__
    log.error("%s batch %s is quarantined: %s: %s", batch.source.code, batch.batch_id, kind, error)
    if batch.state == "quarantined":
        return
    with conn.transaction():
        staging.drop(conn, batch.batch_id)
        warehouse.end_batch(conn, batch.batch_id, state="quarantined", error_class=kind, error=str(error))


def record_checks(conn: psycopg.Connection, batch: Batch, results: Sequence[tuple[object, ...]]) -> None:
    """Write what the suite said of a batch, replacing what an earlier try wrote.

    Args:
        conn: open transaction.
        batch: the batch.
        results: (expectation, column_name, severity, is_success, unexpected_count, observed) each.
    """
    conn.execute("delete from ops.check_result where batch_id = %s", (batch.batch_id,))
    with conn.cursor() as cursor:
        cursor.executemany(
            "insert into ops.check_result (batch_id, checked_at, expectation, column_name, severity, is_success,"
            " unexpected_count, observed) values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [(batch.batch_id, batch.clock, *result) for result in results],
        )


def sweep(conn: psycopg.Connection) -> list[str]:
    """Drop the staging tables that no batch on its way needs; returns their names.

    A batch that has not moved for a week is given up; clearing its run stages it again from landing.
    """
    rows = conn.execute(
        """select t.relname from pg_class as t
        left join ops.batch as b
            on b.batch_id = substring(t.relname from '^b([0-9]+)')::bigint
            and b.state not in ('loaded', 'quarantined') and b.created_at > clock_timestamp() - interval '7 days'
        where t.relnamespace = 'staging'::regnamespace and t.relkind = 'r' and b.batch_id is null
        order by t.relname"""
    ).fetchall()
    for (name,) in rows:
        conn.execute(sql.SQL("drop table if exists {} cascade").format(sql.Identifier("staging", name)))
    return [name for (name,) in rows]
