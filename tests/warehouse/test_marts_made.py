"""Marts change their columns without taking away what others built on them."""

from __future__ import annotations

import shutil
from pathlib import Path

import psycopg
import pytest

from include.errors import WarehouseError
from include.warehouse import SQL
from include.warehouse.marts import publish

OLD = """-- reads: core.partner
create or replace view mart.sizes as select partner_code, name, theme from core.partner;
comment on view mart.sizes is 'Old.';
"""
NEW = """-- reads: core.partner
create or replace view mart.sizes as select theme, partner_code from core.partner;
comment on view mart.sizes is 'New.';
"""


@pytest.fixture
def marts(conn: psycopg.Connection, tmp_path: Path) -> Path:
    """The folder of the marts with one more, published."""
    folder = shutil.copytree(SQL / "marts", tmp_path / "marts")
    (folder / "sizes.sql").write_text(OLD)
    publish(conn, folder)
    conn.execute("create schema desk")
    return folder


@pytest.fixture
def change(conn: psycopg.Connection, marts: Path):
    """Publish other columns of the mart."""

    def published() -> None:
        (marts / "sizes.sql").write_text(NEW)
        publish(conn, marts)

    return published


def columns(conn: psycopg.Connection, relation: str) -> list[str]:
    rows = conn.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 order by attnum", (relation,)
    ).fetchall()
    return [name for (name,) in rows]


def value(conn: psycopg.Connection, question: str) -> object:
    row = conn.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def test_publishing_the_same_again_drops_nothing(conn, marts) -> None:
    before = conn.execute("select oid from pg_class where relnamespace = 'mart'::regnamespace order by 1").fetchall()
    publish(conn, marts)
    assert (
        before
        == conn.execute("select oid from pg_class where relnamespace = 'mart'::regnamespace order by 1").fetchall()
    )


def test_a_mart_may_change_its_columns(conn, change) -> None:
    change()
    assert columns(conn, "mart.sizes") == ["theme", "partner_code"]
    assert value(conn, "select obj_description('mart.sizes'::regclass)") == "New."
    assert value(conn, "select count(*) from mart.scorecard") == 0


def test_a_function_may_change_its_arguments(conn, marts: Path) -> None:
    file = marts / "twice_of.sql"
    for more in ("", ", times integer default 2"):
        file.write_text(
            f"create or replace function mart.twice_of(number integer{more}) returns integer language sql"
            f" as $$ select number * {'times' if more else 2} $$;"
        )
        (marts / "doubled.sql").write_text(
            "-- reads: mart.twice_of\n"
            f"create or replace view mart.doubled as select mart.twice_of({5 + len(more)}) as n;"
        )
        publish(conn, marts)
    assert value(conn, "select mart.twice_of(4)") == 8
    assert value(conn, "select n from mart.doubled") == 2 * (5 + len(more))


def test_grants_on_marts_are_kept(conn, change) -> None:
    conn.execute("do $$ begin create role desk_reader; exception when duplicate_object then null; end $$")
    conn.execute("grant select on mart.sizes to desk_reader with grant option")
    conn.execute("grant select on mart.scorecard to public")
    change()
    assert value(conn, "select has_table_privilege('desk_reader', 'mart.sizes', 'select with grant option')")
    assert value(conn, "select relacl::text ~ '[{,]=r/' from pg_class where oid = 'mart.scorecard'::regclass")
    assert value(conn, "select has_table_privilege('analyst', 'mart.sizes', 'select')")


def test_an_analysts_views_survive_with_all_that_hangs_on_them(conn, change) -> None:
    conn.execute("create view desk.codes with (security_barrier = true) as select partner_code from mart.sizes")
    conn.execute("create materialized view desk.counted as select partner_code, count(*) from desk.codes group by 1")
    conn.execute("create unique index counted_key on desk.counted (partner_code)")
    conn.execute("comment on view desk.codes is 'Mine; it''s used.'")
    conn.execute("comment on column desk.codes.partner_code is 'The code.'")
    conn.execute("grant select on desk.codes to analyst")
    change()
    assert columns(conn, "desk.codes") == ["partner_code"]
    assert value(conn, "select obj_description('desk.codes'::regclass)") == "Mine; it's used."
    assert value(conn, "select col_description('desk.codes'::regclass, 1)") == "The code."
    assert value(conn, "select reloptions::text from pg_class where oid = 'desk.codes'::regclass") == (
        "{security_barrier=true}"
    )
    assert value(conn, "select has_table_privilege('analyst', 'desk.codes', 'select')")
    assert value(conn, "select count(*) from desk.counted") == 0
    assert value(conn, "select to_regclass('desk.counted_key')::text") == "desk.counted_key"


def test_a_view_that_reads_what_goes_stops_the_migration_and_is_named(conn, change) -> None:
    conn.execute("create view desk.names as select name from mart.sizes")
    with pytest.raises(WarehouseError, match=r'desk\.names .*column "name" does not exist'):
        change()
    assert columns(conn, "mart.sizes") == ["partner_code", "name", "theme"]
    assert columns(conn, "desk.names") == ["name"]


def test_what_is_no_view_and_reads_a_mart_stops_it_too(conn, change) -> None:
    conn.execute("create function desk.how_many() returns bigint begin atomic select count(*) from mart.sizes; end")
    with pytest.raises(WarehouseError, match=r"desk\.how_many\(\) depends on view mart\.sizes"):
        change()
    assert columns(conn, "mart.sizes") == ["partner_code", "name", "theme"]
    assert value(conn, "select desk.how_many()") == 0


def test_a_mart_whose_file_is_gone_is_gone(conn, marts) -> None:
    (marts / "sizes.sql").unlink()
    publish(conn, marts)
    assert value(conn, "select to_regclass('mart.sizes')") is None


def test_the_session_finds_its_names_again_afterwards(conn, change) -> None:
    before = value(conn, "show search_path")
    change()
    assert value(conn, "show search_path") == before
