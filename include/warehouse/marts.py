"""The marts of a warehouse: every view and function of sql/marts, made in the order of what they read.

A mart may change its columns from one version to the next. Then all marts are made anew, what was granted on them is
granted again, and analysts' own views on top of them are put back; one that reads what is no longer there stops it.
"""

from __future__ import annotations

import json
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
_MART = re.compile(r"\bmart\.(\w+)")
# What mart.kpi_value computes once for all KPIs that read it.
_ONCE = re.compile(r"^-- once:\s*(.+)$", re.MULTILINE)
# What mart.evidence lists for a KPI.
_EVIDENCE = re.compile(r"^-- evidence:\s*(.+)$", re.MULTILINE)
# What it writes out itself in their stead.
_HERE = re.compile(r"^-- here:\s*(.+)$", re.MULTILINE)
# A view or function that cannot keep its name with the columns that it has now.
_OTHER_SHAPE = (
    psycopg.errors.InvalidTableDefinition,
    psycopg.errors.InvalidFunctionDefinition,
    psycopg.errors.AmbiguousFunction,
)


def publish(conn: psycopg.Connection, folder: Path) -> None:
    """Make schema mart what a folder says, in the caller's transaction: what it no longer names is dropped.

    A function of other arguments would stand beside the one of before, and neither be found by its name.

    Raises:
        WarehouseError: something of others reads what would go; it names it.
    """
    texts = texts_of(folder)
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
    """Create or replace every mart in the order of what they read; see texts_of()."""
    reads = {name: _reads(text) & texts.keys() - {name} for name, text in texts.items()}
    for name in TopologicalSorter(reads).static_order():
        conn.execute(texts[name].encode())


def _make_anew(conn: psycopg.Connection, texts: Mapping[str, str]) -> None:
    with conn.transaction(), away(conn):
        create(conn, texts)


@contextmanager
def away(conn: psycopg.Connection) -> Iterator[None]:
    """For the block there are no marts; afterwards their grants are back, and the views of others that read them."""
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
    """A view of somebody else, as it was."""
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
        "select 'mart.' || relname from pg_class where relnamespace = 'mart'::regnamespace and relkind = 'v'"
    )
    return {name for (name,) in rows}


def texts_of(folder: Path) -> dict[str, str]:
    """The SQL of every mart by its name, with what stands for all KPIs filled in."""
    paths = {f"mart.{path.stem}": path for path in folder.glob("*.sql")}
    kpis = {f"mart.kpi_{path.stem}": path for path in sorted((folder / "kpi").glob("*.sql"))}
    texts = {name: path.read_text(encoding="utf-8") for name, path in (paths | kpis).items()}
    once = [name for name in _listed(_ONCE, texts.get("mart.kpi_value", "")) if name in texts]
    bare = once + _listed(_HERE, texts.get("mart.kpi_value", ""))
    shared = [f"{name.removeprefix('mart.')} as materialized (\n{_select(name, texts[name], bare)}\n)" for name in once]
    selects = [
        f"select '{path.stem}' as kpi_code, period, value, is_provisional, known_from\n"
        f"from (\n{_select(name, texts[name], bare)}\n) as kpi_{path.stem}"
        for name, path in kpis.items()
    ]
    all_kpis = ("with " + ",\n".join(shared) + "\n" if shared else "") + "\nunion all\n".join(selects)
    subjects = json.dumps({path.stem: _subject(name, texts[name]) for name, path in kpis.items()}, indent=1)
    filled = {"{kpis}": all_kpis, "{subjects}": subjects, "mart.kpi_*": ", ".join(kpis)}
    return {name: _filled(text, filled) for name, text in texts.items()}


def _filled(text: str, values: Mapping[str, str]) -> str:
    for place, value in values.items():
        text = text.replace(place, value)
    return text


def _subject(name: str, text: str) -> dict[str, Any]:
    """What the header of a KPI says that it is made of."""
    found = _EVIDENCE.search(text)
    try:
        subject: dict[str, Any] = json.loads(found[1] if found else "")
    except json.JSONDecodeError as error:
        raise WarehouseError(
            source="warehouse",
            expected=f'the header of {name} to say what it is made of: -- evidence: {{"of": ["project"]}}',
            got=found[0] if found else "no such line",
            todo="Write it as CONTRIBUTING.md shows, then migrate again.",
        ) from error
    return subject


def _select(name: str, text: str, bare: Sequence[str]) -> str:
    """The select of a view, reading by its bare name what mart.kpi_value has computed before."""
    found = re.search(rf"^create or replace view {re.escape(name)} as\n(.*?);\n", text, re.MULTILINE | re.DOTALL)
    if not found:
        raise WarehouseError(
            source="warehouse",
            expected=f"the SQL of {name} to be one `create or replace view {name} as` and its select",
            got="another text",
            todo="Write it as CONTRIBUTING.md shows, then migrate again.",
        )
    return _MART.sub(lambda mart: mart[1] if mart[0] in bare else mart[0], found[1])


def _reads(text: str) -> set[str]:
    """What a mart's header says that it reads."""
    return set(_listed(_READS, text))


def _listed(word: re.Pattern[str], text: str) -> list[str]:
    """The names on the lines of a header's word, in their order."""
    return [name.strip() for line in word.findall(text) for name in line.split(",")]
