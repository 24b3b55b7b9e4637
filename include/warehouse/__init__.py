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

SQL = Path(__file__).parents[2] / "sql"
# SQLSTATE that core.merge() raises for a payload older than what its rows hold.
CAME_TOO_LATE = "W0001"


@dataclass(frozen=True, kw_only=True)
class Merged:
    """What a merge wrote, in rows."""

    inserted: int
    closed: int
    unchanged: int


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """Rows of a bulk payload that are known to be current, and are no part of what is merged.

    Args:
        predicate: on the target, true for their current versions; None when nothing is skipped.
        row_count: their number.
        rest_count: the number of the rows that are merged.
        dataset: the one that all of them are of.
    """

    predicate: str | None
    row_count: int
    rest_count: int
    dataset: str


@contextmanager
def connect(dsn: str, *, autocommit: bool = False) -> Iterator[psycopg.Connection]:
    """A connection that commits on leaving, or rolls back on an error."""
    with psycopg.connect(dsn, autocommit=autocommit) as conn:
        yield conn


def query(*parts: str) -> str:
    """The text of a file below sql/."""
    return SQL.joinpath(*parts).read_text(encoding="utf-8")


def nearest(*parts: str) -> str:
    """The text of a file below sql/, or of the one of its name in the folder above when the folder has none."""
    *folder, name = parts
    own = SQL.joinpath(*parts)
    return query(*parts) if own.exists() else query(*folder[:-1], name)


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
    skipped: Skipped | None = None,
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
        skipped: for a bulk payload, whose rows are read where they are instead of copied, and whose keys nobody has
            checked yet.

    Raises:
        ClockWentBack: the rows already hold newer knowledge.
        psycopg.errors.UniqueViolation: a key comes twice.
    """
    kind = sql.SQL("table staged on commit drop" if skipped is None else "view staged")
    conn.execute(sql.SQL("create temp {} as {}").format(kind, select))
    more = () if skipped is None else (skipped.predicate, skipped.row_count, skipped.rest_count, skipped.dataset)
    words = ", ".join(["%s"] * (4 + len(more)))
    try:
        row = conn.execute(
            sql.SQL(f"select * from core.merge(%s::regclass, 'pg_temp.staged'::regclass, {words})"),
            (target, batch_id, payload_id, clock, scope, *more),
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
    conn.execute(f"drop {'table' if skipped is None else 'view'} staged")
    assert row is not None
    return Merged(inserted=row[0], closed=row[1], unchanged=row[2])


def lock(conn: psycopg.Connection, target: str) -> None:
    """Wait for the turn to merge into a table, in the order in which core.merge() waits; until the transaction ends."""
    conn.execute("select pg_advisory_xact_lock_shared(hashtext('core.pin'))")
    conn.execute(
        "select pg_advisory_xact_lock(hashtext('core.merge'), %s::regclass::oid::bigint::int)",
        (target,),
    )


def number(conn: psycopg.Connection, statement: str, parameters: Mapping[str, object]) -> int:
    """The one whole number that a query answers."""
    row = conn.execute(statement.encode(), parameters).fetchone()
    assert row is not None, "a query for a number gave no row"
    return int(row[0])
