"""Install the functions of the warehouse: one file each below sql/functions.

`create or replace` cannot change the arguments or the result of a function. Then the old one is dropped first; whatever
still depends on it stops the migration, and is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

import psycopg

from include.errors import WarehouseError

# Schemas whose functions all come from these files; those of schema mart are marts.
SCHEMAS = ["landing", "staging", "core", "part", "ops"]
_USES = re.compile(r"^-- uses:\s*(.+)$", re.MULTILINE)
# Errors of `create or replace` when a function of that name has another shape.
_OTHER_SHAPE = (psycopg.errors.InvalidFunctionDefinition, psycopg.errors.AmbiguousFunction)


def publish(conn: psycopg.Connection, folder: Path) -> None:
    """Install every function of a folder and drop those without a file.

    Raises:
        WarehouseError: something depends on a function that would go; it names it.
    """
    texts = texts_of(folder)
    install(conn, {name: texts[name] for name in in_order(texts)})
    for name, signatures in _installed(conn).items():
        if name not in texts:
            _drop(conn, signatures)


def install(conn: psycopg.Connection, texts: Mapping[str, str]) -> None:
    """Create or replace functions in their order; drop namesakes with other arguments.

    Raises:
        WarehouseError: something depends on an older one; it names it.
    """
    before = _installed(conn)
    for name, text in texts.items():
        try:
            with conn.transaction():
                conn.execute(text.encode())
        except _OTHER_SHAPE:
            _drop(conn, before.get(name, []))
            conn.execute(text.encode())
    for name, signatures in _installed(conn).items():
        if name in texts and len(signatures) > 1:
            _drop(conn, before[name])


def texts_of(folder: Path) -> dict[str, str]:
    """Return the SQL of every function by its name: core/merge.sql holds core.merge."""
    return {f"{path.parent.name}.{path.stem}": path.read_text(encoding="utf-8") for path in folder.glob("*/*.sql")}


def in_order(texts: Mapping[str, str]) -> Iterable[str]:
    """Sort functions so that each follows those that its header says it uses."""
    uses = {name: uses_of(text) & texts.keys() for name, text in sorted(texts.items())}
    return TopologicalSorter(uses).static_order()


def uses_of(text: str) -> set[str]:
    """Return the tables and functions that the header of a function names."""
    return {name.strip() for line in _USES.findall(text) for name in line.split(",")}


def _installed(conn: psycopg.Connection) -> dict[str, list[str]]:
    """Return the signatures of the installed functions by name."""
    rows = conn.execute(
        """select nspname || '.' || proname, array_agg(pg_proc.oid::regprocedure::text)
        from pg_proc join pg_namespace on pg_namespace.oid = pronamespace where nspname = any(%s) group by 1""",
        (SCHEMAS,),
    ).fetchall()
    return dict(rows)


def _drop(conn: psycopg.Connection, signatures: Iterable[str]) -> None:
    try:
        for signature in signatures:
            conn.execute(f"drop function {signature}".encode())
    except psycopg.errors.DependentObjectsStillExist as error:
        raise WarehouseError(
            source="warehouse",
            expected="nothing to depend on a function whose arguments or result change, or whose file is gone",
            got=" ".join([str(error.diag.message_primary), *(error.diag.message_detail or "").splitlines()]),
            todo="Drop what depends on it (ours: in a migration of its own), then migrate again; nothing has changed.",
        ) from error
