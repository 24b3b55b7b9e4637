"""The warehouse: connecting, and merging a batch into core."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
from psycopg import sql

from include.errors import ClockWentBack

SQL = Path(__file__).parents[1] / "sql"
# SQLSTATE that core.merge() raises for a payload older than what its rows hold.
CAME_TOO_LATE = "W0001"


@dataclass(frozen=True, kw_only=True)
class Merged:
    """What a merge wrote, in rows."""

    inserted: int
    closed: int
    unchanged: int


@contextmanager
def connect(dsn: str, *, autocommit: bool = False) -> Iterator[psycopg.Connection]:
    """A connection that commits on leaving, or rolls back on an error."""
    with psycopg.connect(dsn, autocommit=autocommit) as conn:
        yield conn


def query(*parts: str) -> str:
    """The text of a file below sql/."""
    return SQL.joinpath(*parts).read_text(encoding="utf-8")


def merge(
    conn: psycopg.Connection,
    *,
    target: str,
    select: sql.Composable,
    batch_id: int,
    payload_id: int,
    clock: datetime,
    scope: str | None,
    source_code: str,
) -> Merged:
    """Merge the rows of a query into a table of core, within the caller's transaction.

    Args:
        conn: an open transaction; nothing is visible to others before it commits.
        target: 'core.observation'.
        select: query for the target's columns, one row per key.
        batch_id: the batch.
        payload_id: its payload; new versions name it.
        clock: known_from of the new versions.
        scope: predicate on the target's rows that the payload speaks for, or None.
        source_code: for the message.

    Raises:
        ClockWentBack: the rows already hold newer knowledge.
    """
    conn.execute(sql.SQL("create temp table staged on commit drop as {}").format(select))
    try:
        row = conn.execute(
            "select * from core.merge(%s::regclass, 'pg_temp.staged'::regclass, %s, %s, %s, %s)",
            (target, batch_id, payload_id, clock, scope),
        ).fetchone()
    except psycopg.Error as error:
        if error.sqlstate != CAME_TOO_LATE:
            raise
        raise ClockWentBack(
            source=source_code,
            expected="a payload newer than what is known",
            got=str(error).splitlines()[0],
            todo="To load old publications, replay them in order of date into an empty warehouse.",
        ) from error
    conn.execute("drop table staged")
    assert row is not None
    return Merged(inserted=row[0], closed=row[1], unchanged=row[2])


def set_batch(conn: psycopg.Connection, batch_id: int, **changes: object) -> None:
    """Write columns of a row of ops.batch; a state that ends it stamps finished_at."""
    assignments = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in changes
    )
    conn.execute(
        sql.SQL("update ops.batch set {}, finished_at = {} where batch_id = %(batch_id)s").format(
            assignments,
            sql.SQL("clock_timestamp()" if changes.get("state") in {"loaded", "quarantined"} else "null"),
        ),
        {**changes, "batch_id": batch_id},
    )


def number(conn: psycopg.Connection, statement: str, parameters: Mapping[str, object]) -> int:
    """The one whole number that a query answers."""
    row = conn.execute(statement.encode(), parameters).fetchone()
    assert row is not None, "a query for a number gave no row"
    return int(row[0])
