"""Who may do what, tried as each role on every relation; one that nobody has decided about fails."""

from __future__ import annotations

import csv
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from include.warehouse.roles import ANALYST, LOADER, PEOPLE, REPORTER

DECIDED = Path(__file__).with_name("privileges.csv")
RELATIONS = """
select c.relnamespace::regnamespace::text, c.relname, min(a.attname) filter (where a.attidentity = '')
from pg_class as c join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace::regnamespace::text in ('landing', 'staging', 'core', 'asof', 'mart', 'ops')
    and c.relkind in ('r', 'v', 'm', 'p', 'f')
group by c.oid order by 1, 2
"""
# Of every relation: s select, i insert, u update, d delete, t truncate, a alter or drop.
TRIES = {
    "s": "select * from {name} limit 0",
    "i": "insert into {name} default values",
    "u": "update {name} set {column} = null where false",
    "d": "delete from {name} where false",
    "t": "truncate {name}",
    "a": "alter table {name} rename to gone",
}
# What nobody can do with a view, whatever was granted.
NOT_FOR_VIEWS = (
    psycopg.errors.FeatureNotSupported,
    psycopg.errors.ObjectNotInPrerequisiteState,
    psycopg.errors.WrongObjectType,
)
FOR_ETL_ONLY = {"core.adopt_partition", "core.merge", "core.take_statistics"}
FOR_NOBODY = {"core.keep_payload"}


def decided() -> dict[str, dict[str, str]]:
    with DECIDED.open(encoding="utf-8", newline="") as lines:
        return {row["relation"]: row for row in csv.DictReader(lines)}


def allowed(table: dict[str, dict[str, str]], name: str, role: str) -> str | None:
    """What was decided for a relation; an as-of view may be read by who may read its table."""
    schema, _, relation = name.partition(".")
    if schema == "asof":
        return "s" if "s" in table[f"core.{relation}"][role] else ""
    row = table.get("mart.*" if schema == "mart" else name)
    return row and row[role]


def may(conn: psycopg.Connection, statement: sql.Composed) -> bool:
    """Whether a statement gets as far as being carried out; whatever it did is undone."""
    try:
        with conn.transaction(force_rollback=True):
            conn.execute("set transaction read write")
            conn.execute(statement)
    except (psycopg.errors.InsufficientPrivilege, *NOT_FOR_VIEWS):
        return False
    except psycopg.Error:
        return True
    return True


@pytest.mark.parametrize("role", PEOPLE)
def test_every_relation_lets_each_role_do_what_was_decided_and_no_more(conn, as_role, role: str) -> None:
    table, relations = decided(), conn.execute(RELATIONS).fetchall()
    with psycopg.connect(as_role(role), autocommit=True) as person:
        found = {}
        for schema, name, column in relations:
            words = {"name": sql.Identifier(schema, name), "column": sql.Identifier(column)}
            found[f"{schema}.{name}"] = "".join(
                letter for letter, text in TRIES.items() if may(person, sql.SQL(text).format(**words))
            )
    expected = {name: may_do for name in found if (may_do := allowed(table, name, role)) is not None}
    assert found.keys() - expected.keys() == set(), "add it to privileges.csv: who may do what with it?"
    assert {n: (found[n], "expected", expected[n]) for n in found if found[n] != expected[n]} == {}
    assert {n for n in table if n != "mart.*"} - found.keys() == set(), "privileges.csv names what is gone"


@pytest.mark.parametrize("role", PEOPLE)
def test_functions_that_write_are_for_the_role_that_loads(conn, role: str) -> None:
    rows = conn.execute(
        """select pronamespace::regnamespace || '.' || proname, has_function_privilege(%s, oid, 'execute')
        from pg_proc where pronamespace::regnamespace::text in ('core', 'mart', 'ops', 'landing', 'staging')""",
        (role,),
    ).fetchall()
    refused = FOR_NOBODY | (set() if role == LOADER else FOR_ETL_ONLY)
    assert {name for name, is_allowed in rows if not is_allowed} == refused
    assert len(rows) > len(refused)


@pytest.mark.parametrize("role", PEOPLE)
def test_nobody_makes_or_drops_a_schema_and_only_etl_makes_tables_and_those_in_staging(conn, as_role, role) -> None:
    schemas = ("landing", "staging", "core", "asof", "mart", "ops", "public")
    with psycopg.connect(as_role(role), autocommit=True) as person:
        assert not may(person, sql.SQL("create schema mine").format())
        assert not may(person, sql.SQL("create role mine").format())
        made = {n for n in schemas if may(person, sql.SQL("create table {} ()").format(sql.Identifier(n, "mine")))}
        dropped = {n for n in schemas if may(person, sql.SQL("drop schema {} cascade").format(sql.Identifier(n)))}
    assert (made, dropped) == ({"staging"} if role == LOADER else set(), set())


@pytest.mark.parametrize(("role", "allowed"), [(LOADER, "CT"), (REPORTER, "C"), (ANALYST, "C")])
def test_the_warehouse_itself_is_open_to_its_roles_and_temporary_tables_to_etl(conn, role, allowed) -> None:
    row = conn.execute(
        """select has_database_privilege(%(role)s, 'warehouse', 'connect'),
            has_database_privilege(%(role)s, 'warehouse', 'temporary'),
            has_database_privilege(%(role)s, 'warehouse', 'create'),
            (select rolsuper or rolcreaterole or rolcreatedb from pg_roles where rolname = %(role)s)""",
        {"role": role},
    ).fetchone()
    assert row == ("C" in allowed, "T" in allowed, False, False)


def test_an_analyst_only_reads_and_not_for_ever(as_role) -> None:
    with psycopg.connect(as_role(ANALYST)) as person:
        assert person.execute("show default_transaction_read_only").fetchone() == ("on",)
        assert person.execute("show statement_timeout").fetchone() == ("5min",)


def test_an_analyst_may_own_views_where_the_house_gives_a_schema_and_they_survive_new_marts(conn, as_role, dsn) -> None:
    from include.warehouse import SQL, marts

    conn.execute("create schema desk authorization analyst")
    with psycopg.connect(as_role(ANALYST), autocommit=True) as person:
        with person.transaction():
            person.execute("set transaction read write")
            person.execute("create view desk.exports as select sum(value_eur) as value_eur from mart.goods_trade")
        with psycopg.connect(dsn, autocommit=True) as owner:
            marts._make_anew(owner, marts.asof_views(owner) | marts.texts_of(SQL / "marts"))
        assert person.execute("select * from desk.exports").fetchall() == [(None,)]
    assert conn.execute("select viewowner from pg_views where schemaname = 'desk'").fetchall() == [("analyst",)]
