"""The warehouse: connecting, bringing schema and marts up to date, and merging a batch into core."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from graphlib import TopologicalSorter
from pathlib import Path

import psycopg
from psycopg import sql

from include.errors import ClockWentBack

SQL = Path(__file__).parents[1] / "sql"
# SQLSTATE that core.merge() raises for a payload older than what its rows hold.
CAME_TOO_LATE = "W0001"
_READS = re.compile(r"^-- reads:\s*(.+)$", re.MULTILINE)


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


def migrate(dsn: str) -> None:
    """Bring schema and marts up to date; safe to run again, and by two at once."""
    # Both take half a second to import and only this function needs them.
    import sqlalchemy as sa
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SQL / "schema"))
    engine = sa.create_engine(dsn.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("select pg_advisory_xact_lock(hashtext('warehouse.migrate'))")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()
    with connect(dsn) as conn:
        conn.execute("select pg_advisory_xact_lock(hashtext('warehouse.migrate'))")
        create_marts(conn, SQL / "marts")


def create_marts(conn: psycopg.Connection, folder: Path) -> None:
    """Create or replace every mart of a folder in the order of what they read, in one transaction."""
    kpis = sorted(path.stem for path in (folder / "kpi").glob("*.sql"))
    union = "\n    union all\n    ".join(
        f"select '{kpi}' as kpi_code, period, value, is_provisional, known_from from mart.kpi_{kpi}" for kpi in kpis
    )
    marts = {f"mart.{path.stem}": path for path in folder.glob("*.sql")}
    marts |= {f"mart.kpi_{kpi}": folder / "kpi" / f"{kpi}.sql" for kpi in kpis}
    texts = {name: path.read_text(encoding="utf-8").replace("{kpis}", union) for name, path in marts.items()}
    reads = {name: _reads(text, kpis) & texts.keys() for name, text in texts.items()}
    for name in TopologicalSorter(reads).static_order():
        conn.execute(texts[name].encode())


def _reads(text: str, kpis: Sequence[str]) -> set[str]:
    found = _READS.search(text)
    names = {name.strip() for name in found.group(1).split(",")} if found else set()
    return names | ({f"mart.kpi_{kpi}" for kpi in kpis} if "mart.kpi_*" in names else set())


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
