"""Bring a warehouse up to date: tables by Alembic, functions, views; in one transaction.

A migration is one file, sql/migrations/<number>_<name>.sql: the way up, and after a line `-- down` the way back. A line
`-- apply: functions/core/event_key.sql` runs another file below sql/ before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import psycopg

from include.errors import WarehouseError
from include.warehouse import SQL, functions, marts

if TYPE_CHECKING:
    from alembic.script import Script

_APPLY = re.compile(r"^-- apply: (\S+)$", re.MULTILINE)
# There was no release before the baseline, so nothing leads from there to it.
_START_ANEW = (
    "Start anew. On a laptop: make clean, then make run."
    " On a server: load again from landing, as docs/decisions/0022-one-truth-for-sql.md says."
)


def migrate(dsn: str, folder: Path = SQL) -> None:
    """Bring tables, functions and marts up to date; safe to run again, and by two at once.

    Args:
        dsn: the warehouse, for its owner.
        folder: holds migrations/, functions/ and marts/.

    Raises:
        WarehouseError: the warehouse is older than the baseline, or something of others reads what would go; nothing
            has changed.
    """
    with _locked(dsn, folder) as (conn, chain):
        if chain.is_at_head() and _functions_fit(conn, folder):
            marts.publish(conn, folder / "marts")
            return
        # A table may not change under the views that read it.
        with marts.away(conn):
            chain.upgrade()
            functions.publish(conn, folder / "functions")
            marts.create(conn, marts.asof_views(conn) | marts.texts_of(folder / "marts"))


def downgrade(dsn: str, revision: str, folder: Path = SQL) -> None:
    """Take the tables back to a migration, without marts and functions; older code makes them.

    Raises:
        WarehouseError: views of others read the marts, or a migration has no way down; nothing has changed.
    """
    with _locked(dsn, folder) as (conn, chain):
        marts.drop(conn)
        chain.downgrade(revision)


def _functions_fit(conn: psycopg.Connection, folder: Path) -> bool:
    """Install the functions below the marts that read them; otherwise leave all as they are."""
    try:
        with conn.transaction():
            functions.publish(conn, folder / "functions")
    except WarehouseError:
        return False
    return True


class _Chain:
    """The migrations of a folder as revisions of Alembic, on one connection."""

    def __init__(self, connection: Any, conn: psycopg.Connection, folder: Path) -> None:
        from alembic.runtime.migration import MigrationContext
        from alembic.script.revision import RevisionMap

        self._configure = partial(MigrationContext.configure, connection)
        self._scripts = _scripts(conn, folder)
        self._map = RevisionMap(lambda: self._scripts)
        self._head = self._map.get_current_head()
        self._names = [script.revision for script in self._scripts]
        self._done = self._count_done()

    def is_at_head(self) -> bool:
        return self._done == len(self._scripts)

    def upgrade(self) -> None:
        from alembic.runtime.migration import MigrationStep

        self._run([MigrationStep.upgrade_from_script(self._map, script) for script in self._scripts[self._done :]])

    def downgrade(self, revision: str) -> None:
        from alembic.runtime.migration import MigrationStep

        kept = self._names.index(revision) + 1
        scripts = self._scripts[kept : self._done]
        self._run([MigrationStep.downgrade_from_script(self._map, script) for script in reversed(scripts)])

    def _run(self, steps: list[Any]) -> None:
        self._context(fn=lambda heads, context: steps).run_migrations()

    def _context(self, **options: Any) -> Any:
        return self._configure(opts={"version_table_schema": "public", **options})

    def _count_done(self) -> int:
        """Return how many migrations the warehouse has; refuse one of another chain."""
        current = self._context().get_current_revision()
        if current is None or current in self._names:
            return 0 if current is None else self._names.index(current) + 1
        is_old = re.fullmatch(r"\d{4}", current)
        raise WarehouseError(
            source="warehouse",
            expected=f"a warehouse of the baseline or later, up to {self._head}",
            got=f"one of revision {current}, {'from before the first release' if is_old else 'made by newer code'}",
            todo=(_START_ANEW if is_old else "Migrate with that code.") + " Nothing has changed.",
        )


def _scripts(conn: psycopg.Connection, folder: Path) -> list[Script]:
    """Make a revision of each file of migrations/, named after it, in the order of numbers."""
    from alembic.script import Script

    scripts: list[Script] = []
    for path in sorted((folder / "migrations").glob("*.sql")):
        up, _, down = path.read_text(encoding="utf-8").partition("\n-- down\n")
        module = ModuleType(path.stem, up.splitlines()[0].removeprefix("-- "))
        vars(module).update(
            down_revision=scripts[-1].revision if scripts else None,
            upgrade=partial(_apply, conn, folder, path.stem, up),
            downgrade=partial(_apply, conn, folder, path.stem, down),
        )
        scripts.append(Script(module, path.stem, path))
    return scripts


def _apply(conn: psycopg.Connection, folder: Path, name: str, text: str) -> None:
    """Run the files that one way of a migration names, then its own statements."""
    if not text.strip():
        raise WarehouseError(
            source="warehouse",
            expected=f"a part `-- down` in sql/migrations/{name}.sql",
            got="none",
            todo="Go back no further than this migration; nothing changed.",
        )
    for file in _APPLY.findall(text):
        part = folder / file
        if part.is_relative_to(folder / "functions"):
            functions.install(conn, {f"{part.parent.name}.{part.stem}": part.read_text(encoding="utf-8")})
        else:
            conn.execute(part.read_bytes())
    conn.execute(text.encode())


@contextmanager
def _locked(dsn: str, folder: Path) -> Iterator[tuple[psycopg.Connection, _Chain]]:
    """Open one transaction, seen by psycopg and by Alembic, that no second migration can share."""
    # It takes half a second to import, and only a migration needs it.
    import sqlalchemy as sa

    engine = sa.create_engine(dsn.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("select pg_advisory_xact_lock(hashtext('warehouse.migrate'))")
        conn = connection.connection.driver_connection
        assert isinstance(conn, psycopg.Connection)
        yield conn, _Chain(connection, conn, folder)
    engine.dispose()
