"""Set up the warehouse of a cluster: its roles, its databases, its schema and marts.

It is safe to run again.

`python -m include.warehouse.setup` with POSTGRES_URL (a superuser's), WAREHOUSE_URL (the steward's) and each role's
password in STEWARD_PASSWORD, ETL_PASSWORD and so on.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

import psycopg
from psycopg import sql

from include.warehouse import migrate
from include.warehouse.roles import AIRFLOW, DATABASES, OWNER, PEOPLE


def set_up_warehouse(environment: Mapping[str, str]) -> None:
    """Make the roles and databases of POSTGRES_URL and bring WAREHOUSE_URL up to date.

    Args:
        environment: POSTGRES_URL, WAREHOUSE_URL and the passwords of the roles.

    Raises:
        KeyError: a variable is missing.
        WarehouseError: views of others stand in the way of a migration; the message names them.
    """
    with psycopg.connect(environment["POSTGRES_URL"], autocommit=True) as conn:
        create_roles_and_databases(conn, lambda role: environment[f"{role.upper()}_PASSWORD"])
    migrate.migrate(environment["WAREHOUSE_URL"])


def create_roles_and_databases(conn: psycopg.Connection, password_of: Callable[[str], str]) -> None:
    """Create the roles and the databases that are missing.

    All objects of the warehouse belong to `steward`, who may administer the roles that use it, and no other: the schema
    sets their defaults.

    Args:
        conn: a superuser's connection, in autocommit.
        password_of: gives the password of a role.
    """
    for role in (*PEOPLE, OWNER, AIRFLOW):
        if not _exists(conn, "select from pg_roles where rolname = %s", role):
            name, word = sql.Identifier(role), sql.Literal(password_of(role))
            conn.execute(sql.SQL("create role {} login password {}").format(name, word))
    conn.execute("alter role steward createrole")
    conn.execute("alter role etl nocreaterole")
    for role in PEOPLE:
        conn.execute(sql.SQL("grant {} to steward with admin option").format(sql.Identifier(role)))
    for database, owner in DATABASES.items():
        if create_database(conn, database, owner):
            conn.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(database)))
    conn.execute("grant connect on database warehouse to analyst, etl, reporter")
    # A merge compares in temporary tables.
    conn.execute("grant temporary on database warehouse to etl")


def create_database(conn: psycopg.Connection, name: str, owner: str = OWNER) -> bool:
    """Create a database unless it is there; returns whether it is new."""
    if _exists(conn, "select from pg_database where datname = %s", name):
        return False
    conn.execute(sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(owner)))
    return True


def _exists(conn: psycopg.Connection, query: str, name: str) -> bool:
    return conn.execute(query.encode(), [name]).fetchone() is not None


if __name__ == "__main__":
    set_up_warehouse(os.environ)
