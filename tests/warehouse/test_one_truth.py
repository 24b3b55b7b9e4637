"""What is installed is what the files of sql/ say, and each thing stands in exactly one of them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from include.warehouse import SQL, functions, marts
from sandbox.launcher import postgres

SCHEMAS = ["landing", "staging", "core", "part", "mart", "ops"]
# All of a function: text, arguments, result, language, volatility, security, settings, owner, privileges, comment.
FUNCTIONS = """
select p.oid::regprocedure::text, concat_ws(e'\\n', pg_get_functiondef(p.oid), pg_get_userbyid(p.proowner),
    (select string_agg(entry::text, ' ' order by entry::text) from unnest(p.proacl) as entry),
    obj_description(p.oid, 'pg_proc'))
from pg_proc as p where p.pronamespace::regnamespace::text = any(%s)
"""
VIEWS = """
select c.oid::regclass::text, concat_ws(e'\\n', pg_get_viewdef(c.oid), c.reloptions::text, pg_get_userbyid(c.relowner),
    obj_description(c.oid, 'pg_class'),
    (select string_agg(a.attname || ': ' || col_description(c.oid, a.attnum), e'\\n' order by a.attnum)
    from pg_attribute as a where a.attrelid = c.oid and a.attnum > 0))
from pg_class as c where c.relnamespace = 'mart'::regnamespace and c.relkind = 'v'
"""
RELATIONS = """
select c.oid::regclass::text, case c.relkind when 'v' then 'view' else 'table' end from pg_class as c
where c.relnamespace::regnamespace::text = any(%s) and c.relkind in ('r', 'p', 'v')
"""
DEFINED = re.compile(
    r"^create (?:or replace )?(table|view|function|materialized view) (?:if not exists )?(\w+\.\w+)", re.MULTILINE
)
FUNCTION_FILES = sorted((SQL / "functions").rglob("*.sql"))


@pytest.fixture
def scratch(server: postgres.Server) -> Iterator[psycopg.Connection]:
    """A database with nothing but our schemas."""
    name = f"s{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.dsn("postgres", postgres.SUPERUSER), autocommit=True) as admin:
        admin.execute(sql.SQL("create database {} owner steward").format(sql.Identifier(name)))
        with psycopg.connect(server.dsn(name), autocommit=True) as conn:
            conn.execute((SQL / "baseline" / "schemas.sql").read_bytes())
            yield conn
        admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def installed(conn: psycopg.Connection, question: str, *schemas: str) -> dict[str, str]:
    return dict(conn.execute(question.encode(), (list(schemas),) if schemas else None).fetchall())


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def patched_functions(conn: psycopg.Connection, scratch: psycopg.Connection) -> list[str]:
    """The functions that are not what their files alone make of an empty database."""
    texts = functions.texts_of(SQL / "functions")
    for name in functions.in_order(texts):
        scratch.execute(texts[name].encode())
    return differing(installed(conn, FUNCTIONS, *functions.SCHEMAS), installed(scratch, FUNCTIONS, *functions.SCHEMAS))


def patched_marts(conn: psycopg.Connection) -> list[str]:
    """The views and functions of schema mart that change when their files are applied again."""
    before = installed(conn, VIEWS) | installed(conn, FUNCTIONS, "mart")
    with conn.transaction(force_rollback=True):
        marts.create(conn, marts.texts_of(SQL / "marts"))
        return differing(before, installed(conn, VIEWS) | installed(conn, FUNCTIONS, "mart"))


def test_every_function_is_what_its_file_says(conn, scratch) -> None:
    assert patched_functions(conn, scratch) == []
    assert {name.partition("(")[0] for name in installed(conn, FUNCTIONS, *functions.SCHEMAS)} == set(
        functions.texts_of(SQL / "functions")
    )


def test_a_function_that_somebody_patched_is_named(conn, scratch) -> None:
    body = "create or replace function core.as_of() returns timestamptz language sql stable parallel safe as"
    for patch in (
        f"{body} 'select now()'",
        "alter function core.as_of() volatile",
        "alter function core.as_of() set work_mem = '1MB'",
        "alter function core.as_of() security definer",
        "grant execute on function core.as_of() to etl",
        "comment on function core.as_of() is 'Another.'",
    ):
        with conn.transaction(force_rollback=True):
            conn.execute(patch.encode())
            assert patched_functions(conn, scratch) == ["core.as_of()"], patch


def test_a_function_without_a_file_is_named(conn, scratch) -> None:
    conn.execute("create function ops.stray() returns integer language sql as 'select 1'")
    assert patched_functions(conn, scratch) == ["ops.stray()"]


def test_every_mart_is_what_its_file_says(conn) -> None:
    assert patched_marts(conn) == []
    assert len(installed(conn, VIEWS)) > 40


def test_a_mart_that_somebody_patched_is_named(conn) -> None:
    (text,) = conn.execute("select rtrim(pg_get_viewdef('mart.series'::regclass), ';')").fetchone()
    conn.execute(f"create or replace view mart.series as {text} limit 5".encode())
    conn.execute("comment on column mart.freshness.source_code is 'Another.'")
    conn.execute("alter function mart.evidence volatile")
    assert patched_marts(conn) == ["mart.evidence(text,text)", "mart.freshness", "mart.series"]


def test_every_table_view_and_function_is_defined_in_exactly_one_file(conn) -> None:
    files: dict[tuple[str, str], list[str]] = {}
    for path in sorted(SQL.rglob("*.sql")):
        for kind, name in DEFINED.findall(path.read_text(encoding="utf-8")):
            files.setdefault((kind, name), []).append(str(path.relative_to(SQL)))
    routines = {name.partition("(")[0]: "function" for name in installed(conn, FUNCTIONS, *SCHEMAS)}
    there = {(kind, name) for name, kind in (installed(conn, RELATIONS, *SCHEMAS) | routines).items()}
    assert files.keys() == there
    assert {name: paths for (_, name), paths in files.items() if len(paths) > 1} == {}


def test_a_function_stands_alone_in_the_file_of_its_name() -> None:
    for path in FUNCTION_FILES:
        defined = DEFINED.findall(path.read_text(encoding="utf-8"))
        assert defined == [("function", f"{path.parent.name}.{path.stem}")], path


def test_the_header_of_a_function_names_what_it_uses_and_nothing_else(conn) -> None:
    known = installed(conn, RELATIONS, *SCHEMAS).keys() | functions.texts_of(SQL / "functions").keys()
    assert len(FUNCTION_FILES) > 15
    for path in FUNCTION_FILES:
        text = path.read_text(encoding="utf-8")
        body = text[text.index("create or replace") : text.index("comment on function")]
        used = set(re.findall(r"\b(?:landing|core|part|ops|mart)\.\w+", body)) & known
        assert functions.uses_of(text) == used - {f"{path.parent.name}.{path.stem}"}, path


def test_no_sql_is_made_by_changing_the_text_of_a_function() -> None:
    texts = {
        path: path.read_text(encoding="utf-8")
        for path in [*SQL.rglob("*.sql"), *(SQL.parent / "include").rglob("*.py")]
    }
    assert [path for path, text in texts.items() if re.search(r"pg_get_functiondef|\bprosrc\b", text)] == []


def test_the_baseline_applies_each_of_its_files_once() -> None:
    applied = re.findall(
        r"^-- apply: baseline/(\w+)\.sql$", (SQL / "migrations" / "0001_baseline.sql").read_text(), re.M
    )
    assert sorted(applied) == sorted(path.stem for path in (SQL / "baseline").glob("*.sql"))


def test_migrations_are_numbered_one_by_one_and_say_what_they_do() -> None:
    paths = sorted((SQL / "migrations").iterdir())
    assert [path.name[:5] for path in paths] == [f"{number:04d}_" for number in range(1, len(paths) + 1)]
    for path in paths:
        assert path.suffix == ".sql"
        assert len(path.stem) <= 32, f"{path.name}: Alembic keeps 32 characters of a name"
        assert path.read_text(encoding="utf-8").startswith("-- ")
