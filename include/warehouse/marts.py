"""Install the views of a warehouse: asof.<table> from the catalog, mart.* from sql/marts.

A view may change its columns from one version to the next. Then all are made anew, what was granted on marts is granted
again, and analysts' own views on top of them are put back; one that reads what is no longer there stops it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from include.errors import WarehouseError
from include.warehouse import query

_READS = re.compile(r"^-- reads:\s*(.+)$", re.MULTILINE)
# Stands in mart.kpi_value, and in its header, for what each file of sql/marts/kpi adds.
_ALL_KPIS, _ALL_KPI_VIEWS = "{kpis}", "mart.kpi_*"
# A view or function that cannot keep its name with the columns that it has now.
_OTHER_SHAPE = (
    psycopg.errors.InvalidTableDefinition,
    psycopg.errors.InvalidFunctionDefinition,
    psycopg.errors.AmbiguousFunction,
)


def publish(conn: psycopg.Connection, folder: Path) -> None:
    """Install the as-of views and the marts of a folder; drop all other views of ours.

    A function of other arguments would stand beside the one of before, and neither be found by its name.

    Raises:
        WarehouseError: something of others reads what would go; it names it.
    """
    texts = asof_views(conn) | texts_of(folder)
    try:
        with conn.transaction():
            create(conn, texts)
    except _OTHER_SHAPE:
        _make_anew(conn, texts)
        return
    twice = "select from pg_proc where pronamespace = 'mart'::regnamespace group by proname having count(*) > 1"
    if _views(conn) - texts.keys() or conn.execute(twice).fetchall():
        _make_anew(conn, texts)


def create(conn: psycopg.Connection, texts: Mapping[str, str]) -> None:
    """Create or replace views (see asof_views() and texts_of()), each after those it reads."""
    reads = {name: _reads(text) & texts.keys() - {name} for name, text in texts.items()}
    for name in TopologicalSorter(reads).static_order():
        conn.execute(texts[name].encode())


def asof_views(conn: psycopg.Connection) -> dict[str, str]:
    """Return the SQL of each as-of view by its name, one for each versioned table of core."""
    return dict(conn.execute(query("asof", "views.sql").encode()).fetchall())


def texts_of(folder: Path) -> dict[str, str]:
    """Return the SQL of every mart by its name; mart.kpi_value unites all views of kpi/."""
    paths = {f"mart.{path.stem}": path for path in folder.glob("*.sql")}
    kpis = {f"mart.kpi_{path.stem}": path for path in sorted((folder / "kpi").glob("*.sql"))}
    texts = {name: path.read_text(encoding="utf-8") for name, path in (paths | kpis).items()}
    selects = [f"select kpi_code, period, value, is_provisional, known_from from {name}" for name in kpis]
    filled = {_ALL_KPIS: "\n    union all\n    ".join(selects), _ALL_KPI_VIEWS: ", ".join(kpis)}
    return {name: _fill(text, filled) for name, text in texts.items()}


def _fill(text: str, values: Mapping[str, str]) -> str:
    for place, value in values.items():
        text = text.replace(place, value)
    return text


def _make_anew(conn: psycopg.Connection, texts: Mapping[str, str]) -> None:
    with conn.transaction(), away(conn):
        create(conn, texts)


@contextmanager
def away(conn: psycopg.Connection) -> Iterator[None]:
    """Drop our views for a block; put back grants and the views of others after it."""
    if conn.execute("select to_regnamespace('mart')").fetchone() == (None,):
        yield
        return
    with conn.cursor(row_factory=namedtuple_row) as cursor:
        # With no path every name that PostgreSQL prints is a full one.
        cursor.execute("set local search_path to ''")
        readers: list[Any] = cursor.execute(query("publish", "readers.sql").encode()).fetchall()
        names = {"readers": [reader.name for reader in readers]}
        grants: list[Any] = cursor.execute(query("publish", "grants.sql").encode(), names).fetchall()
        drop(conn, readers)
        cursor.execute("set local search_path to default")
        yield
        for reader in readers:
            _put_back(conn, reader)
        there = _views(conn) | {reader.name for reader in readers}
        for grant in grants:
            if grant.relation in there:
                conn.execute(grant.statement.encode())


def drop(conn: psycopg.Connection, readers: Sequence[Any] = ()) -> None:
    """Drop the views of others, then our views and functions.

    Raises:
        WarehouseError: anything else reads them; it names it.
    """
    functions = conn.execute(
        "select oid::regprocedure::text from pg_proc where pronamespace = 'mart'::regnamespace"
    ).fetchall()
    drops = [f"drop {reader.kind} {reader.name}" for reader in reversed(readers)]
    drops += [f"drop view {', '.join(sorted(views))}"] if (views := _views(conn)) else []
    drops += [f"drop function {signature}" for (signature,) in functions]
    try:
        for statement in drops:
            conn.execute(statement.encode())
    except (psycopg.errors.DependentObjectsStillExist, psycopg.errors.InsufficientPrivilege) as error:
        raise WarehouseError(
            source="warehouse",
            expected="nothing but views that can be put back to read the marts that change",
            got=" ".join([str(error.diag.message_primary), *(error.diag.message_detail or "").splitlines()]),
            todo="Drop it, or ask its owner, then migrate again; the marts are as they were.",
        ) from error


def _put_back(conn: psycopg.Connection, reader: Any) -> None:
    """Create a view of somebody else again, as it was."""
    try:
        with conn.transaction():
            for statement in reader.statements:
                conn.execute(statement.encode())
    except psycopg.Error as error:
        raise WarehouseError(
            source="warehouse",
            expected=f"the {reader.kind} {reader.name} of {reader.owner} to fit the new marts",
            got=str(error).splitlines()[0],
            todo=f"Change or drop {reader.name}, then migrate again; the marts are as they were.",
        ) from error


def _views(conn: psycopg.Connection) -> set[str]:
    rows = conn.execute(
        """select n.nspname || '.' || c.relname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname in ('asof', 'mart') and c.relkind = 'v'"""
    )
    return {name for (name,) in rows}


def _reads(text: str) -> set[str]:
    """List the relations that a mart's header says it reads."""
    return {name.strip() for line in _READS.findall(text) for name in line.split(",")}
