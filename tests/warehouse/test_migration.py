"""A migration brings a warehouse up to date whole or not at all, keeps its rows, and finds its way back."""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from include.errors import WarehouseError
from include.warehouse import SQL, migrate
from sandbox.launcher import postgres

ROOT = Path(__file__).parents[2]
BASELINE = "0001_baseline"
CATALOG = """
select 'relation', oid, xmin::text from pg_class where oid >= 16384 union all
select 'function', oid, xmin::text from pg_proc where oid >= 16384 union all
select 'schema', oid, xmin::text from pg_namespace where oid >= 16384 order by 1, 2
"""
COUNTED = """create or replace function core.counted({arguments}) returns {result} language sql
as $$ select {body} $$;
comment on function core.counted({types}) is 'Of this test.';
"""
MART = """-- reads: core.counted
create or replace view mart.counted as select core.counted({value}) as value;
comment on view mart.counted is 'Of this test.';
"""


@pytest.fixture
def loaded(full, dsn: str) -> str:
    """A small warehouse in which every mart has rows, for its owner."""
    return dsn


@pytest.fixture
def empty(server: postgres.Server) -> Iterator[str]:
    """An empty database, for its owner."""
    name = f"m{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.dsn("postgres", postgres.SUPERUSER), autocommit=True) as admin:
        admin.execute(sql.SQL("create database {} owner steward").format(sql.Identifier(name)))
        yield server.dsn(name)
        admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of sql/, to change."""
    return Path(shutil.copytree(SQL, tmp_path / "sql"))


@pytest.fixture
def counted(folder: Path) -> Callable[..., None]:
    """Write core.counted, a function of this test, with its arguments, result and body."""

    def write(arguments: str = "", types: str = "", result: str = "integer", body: str = "1") -> None:
        text = COUNTED.format(arguments=arguments, types=types, result=result, body=body)
        (folder / "functions" / "core" / "counted.sql").write_text(text)

    return write


def rows(dsn: str, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(dsn) as conn:
        return conn.execute(question.encode()).fetchall()


def counts(dsn: str) -> dict[str, object]:
    tables = rows(
        dsn, "select relname from pg_class where relnamespace = 'core'::regnamespace and relkind in ('r', 'p')"
    )
    return {str(name): rows(dsn, f"select count(*) from core.{name}")[0][0] for (name,) in tables}


def migrations(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / "migrations" / f"{name}.sql").write_text(text)


def test_the_example_of_contributing_goes_up_and_down_and_keeps_every_row(loaded: str, folder: Path) -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    ((name, text),) = re.findall(r"^```sql file=sql/migrations/(\w+)\.sql\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    migrations(folder, **{name: text})
    asked = """select attname from pg_attribute where attrelid = 'ops.request'::regclass and attnum > 0
        and not attisdropped order by attnum"""
    held, before = counts(loaded), rows(loaded, asked)
    for _ in range(2):
        migrate.migrate(loaded, folder)
        assert rows(loaded, asked) == [*before, ("duration_ms",)]
        assert rows(loaded, "select count(*) > 0 from mart.scorecard") == [(True,)]
        migrate.downgrade(loaded, BASELINE, folder)
        assert rows(loaded, asked) == before
        assert rows(loaded, "select count(*) from pg_class where relnamespace = 'mart'::regnamespace") == [(0,)]
    migrate.migrate(loaded)
    assert counts(loaded) == held


def test_migrating_again_changes_nothing(loaded: str) -> None:
    catalog = "select oid from pg_class where oid >= 16384 union all select oid from pg_proc where oid >= 16384"
    tables = "select oid, xmin::text from pg_class where relkind in ('r', 'p', 'i') and oid >= 16384 order by 1"
    before = sorted(rows(loaded, catalog)), rows(loaded, tables), counts(loaded)
    migrate.migrate(loaded)
    assert (sorted(rows(loaded, catalog)), rows(loaded, tables), counts(loaded)) == before


def test_two_migrations_at_once_make_one_warehouse(empty: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(migrate.migrate, [empty, empty]))
    assert rows(empty, "select version_num from public.alembic_version") == [(BASELINE,)]
    assert rows(empty, "select count(*) from mart.scorecard") == [(0,)]


@pytest.mark.parametrize(
    ("revision", "todo"), [("0021", "make clean"), ("0001", "make clean"), ("9999_newer", "with that code")]
)
def test_a_warehouse_of_another_time_stops_it_and_is_left_alone(empty: str, revision: str, todo: str) -> None:
    with psycopg.connect(empty) as conn:
        conn.execute("create schema core; create table core.observation (value numeric)")
        conn.execute("create table public.alembic_version (version_num varchar(32) primary key)")
        conn.execute("insert into public.alembic_version values (%s)", (revision,))
    before = rows(empty, CATALOG)
    for step in (migrate.migrate, lambda dsn: migrate.downgrade(dsn, BASELINE)):
        with pytest.raises(WarehouseError) as caught:
            step(empty)
        assert revision in caught.value.got
        assert todo in caught.value.todo
    assert rows(empty, CATALOG) == before
    assert rows(empty, "select version_num from public.alembic_version") == [(revision,)]


def test_a_migration_that_fails_leaves_nothing_of_itself_or_of_those_before_it(loaded: str, folder: Path) -> None:
    bad = "-- Bad.\nalter table ops.none add x text;\n"
    migrations(folder, **{"0002_good": "-- Good.\ncreate table ops.good ();\n", "0003_bad": bad})
    before = rows(loaded, CATALOG)
    with pytest.raises(psycopg.errors.UndefinedTable):
        migrate.migrate(loaded, folder)
    assert rows(loaded, CATALOG) == before
    assert rows(loaded, "select version_num from public.alembic_version") == [(BASELINE,)]


def test_going_down_stops_for_a_view_that_would_be_lost(loaded: str) -> None:
    with psycopg.connect(loaded) as conn:
        conn.execute("create schema desk; create view desk.jobs as select * from mart.fdi_annual")
    with pytest.raises(WarehouseError, match=r"desk\.jobs"):
        migrate.downgrade(loaded, BASELINE)
    assert rows(loaded, "select count(*) > 0 from desk.jobs") == [(True,)]


def test_no_way_leads_below_the_baseline_or_a_migration_without_a_way_down(dsn: str, folder: Path) -> None:
    migrations(folder, **{"0002_only_up": "-- Only up.\ncreate table ops.kept ();\n"})
    migrate.migrate(dsn, folder)
    with pytest.raises(WarehouseError, match=r"a part `-- down` in sql/migrations/0002_only_up\.sql"):
        migrate.downgrade(dsn, BASELINE, folder)
    with pytest.raises(ValueError, match="base"):
        migrate.downgrade(dsn, "base", folder)
    assert rows(dsn, "select to_regclass('ops.kept')::text, to_regclass('mart.scorecard')::text") == [
        ("ops.kept", "mart.scorecard")
    ]


def test_a_function_that_a_mart_reads_may_change_its_arguments_and_views_of_others_stay(
    dsn: str, folder: Path, counted
) -> None:
    mart = folder / "marts" / "counted.sql"
    counted()
    mart.write_text(MART.format(value=""))
    migrate.migrate(dsn, folder)
    with psycopg.connect(dsn) as conn:
        conn.execute("create schema desk; create view desk.mine as select value from mart.counted")
    counted("number integer", "integer", body="number + 1")
    mart.write_text(MART.format(value="41"))
    migrate.migrate(dsn, folder)
    assert rows(dsn, "select value from desk.mine") == [(42,)]
    assert rows(dsn, "select oid::regprocedure::text from pg_proc where proname = 'counted'") == [
        ("core.counted(integer)",)
    ]


def test_a_function_may_change_its_result_and_goes_with_its_file(dsn: str, folder: Path, counted) -> None:
    counted()
    migrate.migrate(dsn, folder)
    counted(result="text", body="'many'")
    migrate.migrate(dsn, folder)
    assert rows(dsn, "select core.counted()") == [("many",)]
    (folder / "functions" / "core" / "counted.sql").unlink()
    migrate.migrate(dsn, folder)
    assert rows(dsn, "select from pg_proc where proname = 'counted'") == []


def test_a_function_that_something_needs_as_it_was_stops_it_and_is_named(dsn: str, folder: Path, counted) -> None:
    counted()
    migrate.migrate(dsn, folder)
    with psycopg.connect(dsn) as conn:
        conn.execute("create schema desk; create table desk.mine (value integer default core.counted())")
    before = rows(dsn, CATALOG)
    counted("number integer", "integer")
    with pytest.raises(WarehouseError, match=r"column value of table desk\.mine depends on function core\.counted\(\)"):
        migrate.migrate(dsn, folder)
    assert rows(dsn, CATALOG) == before


def test_a_migration_may_use_a_function_as_it_is_now(dsn: str, folder: Path, counted) -> None:
    """Its column needs the function before all functions are installed; later the column makes way for another one."""
    counted("number integer", "integer", body="number + 1")
    applied = "-- apply: functions/core/counted.sql\n"
    column = "alter table ops.marked add counted integer generated always as (core.counted(n{more})) stored;\n"
    counted_file = folder / "functions" / "core" / "counted.sql"
    counted_file.write_text(counted_file.read_text().replace("language sql", "language sql immutable"))
    text = "create table ops.marked (n integer);\ninsert into ops.marked values (1);\n"
    migrations(folder, **{"0002_marked": f"-- Marked.\n{applied}{text}{column.format(more='')}"})
    migrate.migrate(dsn, folder)
    assert rows(dsn, "select counted from ops.marked") == [(2,)]
    counted("number integer, more integer", "integer, integer", body="number + more")
    counted_file.write_text(counted_file.read_text().replace("language sql", "language sql immutable"))
    migrations(
        folder,
        **{
            "0003_unmarked": "-- The column makes way.\nalter table ops.marked drop column counted;\n",
            "0004_marked_again": f"-- And comes back.\n{applied}{column.format(more=', 5')}",
        },
    )
    migrate.migrate(dsn, folder)
    assert rows(dsn, "select counted from ops.marked") == [(6,)]
