"""The roles and databases of a cluster; the same in every cluster, embedded or on a server."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
from psycopg import sql

# Owns schema and marts; only migrations log in as it.
OWNER = "steward"
LOADER = "etl"
REPORTER = "reporter"
ANALYST = "analyst"
AIRFLOW = "airflow"
DATABASES = {"warehouse": OWNER, "airflow": AIRFLOW}
# What each role is granted is in sql/baseline/roles.sql; here only who it may connect as.
PEOPLE = (LOADER, REPORTER, ANALYST)
# A warehouse from before there was a steward belongs to etl, which keeps what it makes itself: staging.
HANDED_OVER = """
do $$
declare name text;
begin
    reassign owned by etl to steward;
    for name in select oid::regclass::text from pg_class
        where relnamespace = to_regnamespace('staging') and relkind in ('r', 'v')
    loop
        execute format('alter table %s owner to etl', name);
    end loop;
end $$
"""


def prepare(conn: psycopg.Connection, password: Callable[[str], str]) -> None:
    """Makes the roles and the databases `warehouse`, `airflow` where they are missing.

    `conn` is a superuser's, in autocommit; `password` gives the password of a role. All objects of the warehouse
    belong to `steward`, who may administer the roles that use it, and no other: the schema sets their defaults.
    """
    for role in (*PEOPLE, OWNER, AIRFLOW):
        if not _exists(conn, "select from pg_roles where rolname = %s", role):
            name, word = sql.Identifier(role), sql.Literal(password(role))
            conn.execute(sql.SQL("create role {} login password {}").format(name, word))
    conn.execute("alter role steward createrole")
    conn.execute("alter role etl nocreaterole")
    for role in PEOPLE:
        conn.execute(sql.SQL("grant {} to steward with admin option").format(sql.Identifier(role)))
    for database, owner in DATABASES.items():
        if not _exists(conn, "select from pg_database where datname = %s", database):
            names = sql.Identifier(database), sql.Identifier(owner)
            conn.execute(sql.SQL("create database {} owner {}").format(*names))
            conn.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(database)))
    _hand_over(conn)
    conn.execute("grant connect on database warehouse to analyst, etl, reporter")
    # A merge compares in temporary tables.
    conn.execute("grant temporary on database warehouse to etl")


def _hand_over(conn: psycopg.Connection) -> None:
    """Gives a warehouse that still belongs to etl to its steward."""
    query = "select from pg_database where datname = 'warehouse' and pg_get_userbyid(datdba) = %s"
    if _exists(conn, query, LOADER):
        address = psycopg.conninfo.make_conninfo(conn.info.dsn, dbname="warehouse", password=conn.info.password)
        with psycopg.connect(address, autocommit=True) as inside:
            inside.execute("revoke analyst from etl")
            inside.execute(HANDED_OVER)


def _exists(conn: psycopg.Connection, query: str, name: str) -> bool:
    return conn.execute(query.encode(), [name]).fetchone() is not None
