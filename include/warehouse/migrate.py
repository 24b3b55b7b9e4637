"""Bringing a warehouse up to date: the schema by Alembic and every mart, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from include.warehouse import SQL, marts


def migrate(dsn: str) -> None:
    """Bring schema and marts up to date, in one transaction; safe to run again, and by two at once.

    Raises:
        WarehouseError: something of others reads what would go; it names it, and nothing has changed.
    """
    with _alembic(dsn) as (conn, alembic):
        if alembic.is_at_head():
            marts.publish(conn, SQL / "marts")
            return
        # A table may not change under the views that read it.
        with marts.away(conn):
            alembic.upgrade()
            marts.create(conn, marts.texts_of(SQL / "marts"))


def downgrade(dsn: str, revision: str) -> None:
    """Take the schema back to a revision, without marts: the code of that time makes its own.

    Raises:
        WarehouseError: views of others read the marts; it names them, and nothing has changed.
    """
    with _alembic(dsn) as (conn, alembic):
        marts.drop(conn)
        alembic.downgrade(revision)


class _Alembic:
    """The schema's revisions on one connection."""

    def __init__(self, connection: Any) -> None:
        from alembic.config import Config

        self._config = Config()
        self._config.set_main_option("script_location", str(SQL / "schema"))
        self._config.attributes["connection"] = connection

    def is_at_head(self) -> bool:
        from alembic.runtime.migration import MigrationContext
        from alembic.script import ScriptDirectory

        options = {"version_table_schema": "public"}
        now = MigrationContext.configure(self._config.attributes["connection"], opts=options).get_current_revision()
        return now == ScriptDirectory.from_config(self._config).get_current_head()

    def upgrade(self) -> None:
        from alembic import command

        command.upgrade(self._config, "head")

    def downgrade(self, revision: str) -> None:
        from alembic import command

        command.downgrade(self._config, revision)


@contextmanager
def _alembic(dsn: str) -> Iterator[tuple[psycopg.Connection, _Alembic]]:
    """One transaction, seen by psycopg and by Alembic, that no second migration can share."""
    # It takes half a second to import, and only a migration needs it.
    import sqlalchemy as sa

    engine = sa.create_engine(dsn.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("select pg_advisory_xact_lock(hashtext('warehouse.migrate'))")
        conn = connection.connection.driver_connection
        assert isinstance(conn, psycopg.Connection)
        yield conn, _Alembic(connection)
    engine.dispose()
