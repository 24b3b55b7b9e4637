"""asof.<table>: the rows of every versioned table of core as known at a moment, and the one place that says so."""

from __future__ import annotations

import re

import psycopg

from include.warehouse import SQL
from include.warehouse.marts import asof_views, away, create, publish, texts_of

VERSIONED = (
    """select table_name from information_schema.columns where table_schema = 'core' and column_name = 'known_to'"""
)
COLUMNS = """select attname, format_type(atttypid, atttypmod), col_description(attrelid, attnum) from pg_attribute
    where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum"""


def names(conn: psycopg.Connection, question: str) -> set[str]:
    return {name for (name,) in conn.execute(question.encode())}


def test_every_versioned_table_has_its_view_with_all_columns_and_what_they_mean(conn: psycopg.Connection) -> None:
    tables = names(conn, VERSIONED)
    assert len(tables) > 25
    assert names(conn, "select relname from pg_class where relnamespace = 'asof'::regnamespace") == tables
    alike = {t: [conn.execute(COLUMNS, (f"{schema}.{t}",)).fetchall() for schema in ("core", "asof")] for t in tables}
    assert {table for table, (core, asof) in alike.items() if core != asof} == set()


def test_a_row_is_known_from_its_first_moment_until_before_its_last(given) -> None:
    """Of a table of many rows and of one of few, which are compared with the moment in two ways."""
    known = {"known_from": "2026-02-01 09:00+01", "known_to": "2026-03-01 09:00+01"}
    given.trade("DE", "2026-07", 1, **known)
    given.row("status_threshold", threshold_code="on_track", value=1, note="", **known)
    for moment, count in (
        ("2026-02-01 08:59:59.999999+01", 0),
        ("2026-02-01 09:00+01", 1),
        ("2026-03-01 08:59:59.999999+01", 1),
        ("2026-03-01 09:00+01", 0),
    ):
        given.as_of(moment)
        for table in ("observation", "status_threshold"):
            assert given.conn.execute(f"select count(*) from asof.{table}".encode()).fetchone() == (count,), moment


def test_no_other_sql_writes_by_hand_what_is_known_at_a_moment() -> None:
    """A view of several moments reads the table: it says from when, and not until when."""
    pair = re.compile(r"known_from <= (.{0,9})core\.as_of\(\)\)?\s+and (\w+\.)?known_to > ")
    paths = (*SQL.rglob("*.sql"), *SQL.parent.joinpath("include").rglob("*.py"))
    assert [path.name for path in paths if pair.search(path.read_text(encoding="utf-8"))] == ["views.sql"]


def test_who_may_read_a_table_may_read_its_view_and_nobody_else(conn: psycopg.Connection) -> None:
    may = "select has_table_privilege('analyst', %s, 'select')"
    for granted in ("revoke select on core.kpi from analyst", "grant select on core.kpi to analyst"):
        conn.execute(granted.encode())
        conn.execute("grant select on asof.recipient to analyst")
        publish(conn, SQL / "marts")
        allowed = [conn.execute(may, (name,)).fetchone() for name in ("core.kpi", "asof.kpi", "asof.recipient")]
        assert allowed == [(granted.startswith("grant"),)] * 2 + [(False,)]


def test_a_table_that_comes_or_goes_takes_its_view_with_it(conn: psycopg.Connection) -> None:
    conn.execute("create table core.tide (level integer, known_from timestamptz, known_to timestamptz)")
    publish(conn, SQL / "marts")
    assert names(conn, "select attname from pg_attribute where attrelid = 'asof.tide'::regclass and attnum > 0") == {
        "level", "known_from", "known_to"
    }  # fmt: skip
    conn.execute("alter table core.tide rename to ebb")
    publish(conn, SQL / "marts")
    assert "asof.tide" not in asof_views(conn)
    assert conn.execute("select to_regclass('asof.tide'), to_regclass('asof.ebb') is not null").fetchone() == (
        None,
        True,
    )


def test_an_analysts_view_on_an_asof_view_survives_a_change_of_the_table(conn: psycopg.Connection) -> None:
    conn.execute("create schema desk")
    conn.execute("create view desk.partners as select partner_code from asof.partner")
    with conn.transaction(), away(conn):
        conn.execute("alter table core.partner drop column known_from, add column size text")
        conn.execute("alter table core.partner add column known_from timestamptz")
        create(conn, asof_views(conn) | texts_of(SQL / "marts"))
    columns = [name for name, _, _ in conn.execute(COLUMNS, ("asof.partner",)).fetchall()]
    assert columns[-2:] == ["size", "known_from"]
    assert conn.execute("select count(*) from desk.partners").fetchone() == (0,)
