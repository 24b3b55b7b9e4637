"""Rows of ops.batch: a payload on its way through, with its checks and its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import sql

from include import warehouse
from include.register import source_of
from include.sources.source import Scope, Source


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


def set_batch(conn: psycopg.Connection, batch_id: int, **changes: object) -> None:
    """Write columns of a row of ops.batch; see end_batch() for how one ends."""
    assignments = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in changes
    )
    statement = sql.SQL("update ops.batch set {}, finished_at = null where batch_id = %(batch_id)s")
    conn.execute(statement.format(assignments), {**changes, "batch_id": batch_id})


def end_batch(conn: psycopg.Connection, batch_id: int, **changes: object) -> None:
    """The same for a state that ends a batch, loaded or quarantined: no report that is pinned knows it any more."""
    conn.execute("select pg_advisory_xact_lock_shared(hashtext('core.pin'))")
    set_batch(conn, batch_id, **changes)
    conn.execute(warehouse.query("load", "end_batch.sql").encode(), {"batch": batch_id})
