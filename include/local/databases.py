"""The roles and databases of a cluster; the same in every cluster, embedded or on a server."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
from psycopg import sql

OWNER = "etl"
ANALYST = "analyst"
AIRFLOW = "airflow"
DATABASES = {"warehouse": OWNER, "airflow": AIRFLOW}


def prepare(conn: psycopg.Connection, password: Callable[[str], str]) -> None:
    """Makes the roles `etl`, `analyst`, `airflow` and the databases `warehouse`, `airflow` where they are missing.

    `conn` is a superuser's, in autocommit; `password` gives the password of a role. `etl` may administer `analyst`,
    and no other role: the schema sets defaults of `analyst`, and all objects belong to `etl`.
    """
    for role in (ANALYST, OWNER, AIRFLOW):
        if not _exists(conn, "select from pg_roles where rolname = %s", role):
            name, word = sql.Identifier(role), sql.Literal(password(role))
            conn.execute(sql.SQL("create role {} login password {}").format(name, word))
    conn.execute("alter role etl createrole")
    conn.execute("grant analyst to etl with admin option")
    for database, owner in DATABASES.items():
        if not _exists(conn, "select from pg_database where datname = %s", database):
            names = sql.Identifier(database), sql.Identifier(owner)
            conn.execute(sql.SQL("create database {} owner {}").format(*names))
            conn.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(database)))
    conn.execute("grant connect on database warehouse to analyst")


def _exists(conn: psycopg.Connection, query: str, name: str) -> bool:
    return conn.execute(query.encode(), [name]).fetchone() is not None
