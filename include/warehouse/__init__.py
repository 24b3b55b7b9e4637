"""The warehouse: connections, the queries of sql/, and the versioned merge into core."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import psycopg
from psycopg import sql

from include.errors import ClockWentBack

SQL = Path(__file__).parents[2] / "sql"
SECTION_MARK = "-- query: "
# SQLSTATE that core.merge() raises for a payload older than what its rows hold.
CAME_TOO_LATE = "W0001"


@dataclass(frozen=True, kw_only=True)
class Merged:
    """Rows that a merge inserted, closed and left unchanged."""

    inserted: int
    closed: int
    unchanged: int


@contextmanager
def connect(dsn: str, *, autocommit: bool = False) -> Iterator[psycopg.Connection]:
    """Open a connection that commits on leaving, or rolls back on an error."""
    with psycopg.connect(dsn, autocommit=autocommit) as conn:
        yield conn


def query(*parts: str) -> str:
    """Read the text of a file below sql/."""
    return SQL.joinpath(*parts).read_text(encoding="utf-8")


def load_query(file: str, name: str, *, fallback: str | None = None) -> str:
    """Read a query of sql/load/<file>.sql: the text below its line `-- query: <name>`.

    Args:
        file: name of the file, without its suffix.
        name: name of the query.
        fallback: file that has the query when this one has none.

    Raises:
        KeyError: no query of that name.
    """
    _, *sections = ("\n" + query("load", f"{file}.sql")).split("\n" + SECTION_MARK)
    for section in sections:
        title, _, text = section.partition("\n")
        if title.strip() == name:
            statement, _, rest = text.rpartition(";")
            return statement + rest
    if fallback is None:
        raise KeyError(f"sql/load/{file}.sql has no query {name}")
    return load_query(fallback, name)


def merge_rows(
    conn: psycopg.Connection,
    *,
    target: str,
    select: sql.Composable,
    batch_id: int,
    payload_id: int,
    clock: datetime,
    scope: str | None,
    source_code: str,
    staged_as: Literal["table", "view"] = "table",
    options: tuple[object, ...] = (),
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
        staged_as: whether the rows are copied first, or read where they are.
        options: the further arguments of core.merge().

    Raises:
        ClockWentBack: the rows already hold newer knowledge.
        psycopg.errors.UniqueViolation: a key comes twice.
    """
    on_commit = " on commit drop" if staged_as == "table" else ""
    conn.execute(sql.SQL(f"create temp {staged_as} staged{on_commit} as {{}}").format(select))
    arguments = (target, batch_id, payload_id, clock, scope, *options)
    placeholders = ", ".join(["%s"] * (len(arguments) - 1))
    statement = f"select * from core.merge(%s::regclass, 'pg_temp.staged'::regclass, {placeholders})"
    with _clock_errors(source_code):
        row = conn.execute(statement.encode(), arguments).fetchone()
    conn.execute(f"drop {staged_as} staged".encode())
    assert row is not None
    return Merged(inserted=row[0], closed=row[1], unchanged=row[2])


@contextmanager
def _clock_errors(source_code: str) -> Iterator[None]:
    """Translate the error of core.merge() for a payload that came too late."""
    try:
        yield
    except psycopg.Error as error:
        if error.sqlstate != CAME_TOO_LATE:
            raise
        raise ClockWentBack(
            source=source_code,
            expected="a payload newer than what is known",
            got=str(error).splitlines()[0],
            todo="To load old publications, replay them in order of date into an empty warehouse.",
        ) from error


def lock(conn: psycopg.Connection, target: str) -> None:
    """Wait for the turn to merge into a table, by core.merge()'s own locks, until the commit."""
    conn.execute("select pg_advisory_xact_lock_shared(hashtext('core.pin'))")
    conn.execute(
        "select pg_advisory_xact_lock(hashtext('core.merge'), %s::regclass::oid::bigint::int)",
        (target,),
    )


def number(conn: psycopg.Connection, statement: str, parameters: Mapping[str, object]) -> int:
    """Run a query that returns one whole number."""
    row = conn.execute(statement.encode(), parameters).fetchone()
    assert row is not None, "a query for a number gave no row"
    return int(row[0])
