"""The documents that can be wrong are generated: they say what the database and the register say."""

from __future__ import annotations

from pathlib import Path

import psycopg

from sandbox.launcher import documentation

DOCS = Path(__file__).parents[2] / "docs"
STALE = "is out of date; run `make docs` and commit what changes"


def test_the_data_dictionary_says_what_the_database_says(conn: psycopg.Connection) -> None:
    written = (DOCS / "data-dictionary.md").read_text(encoding="utf-8")
    assert written == documentation.build_data_dictionary(conn), f"docs/data-dictionary.md {STALE}"


def test_the_sources_page_says_what_the_register_says() -> None:
    written = (DOCS / "sources.md").read_text(encoding="utf-8")
    assert written == documentation.build_sources_page(), f"docs/sources.md {STALE}"


def test_both_pages_can_be_written_again(dsn: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(documentation, "DOCS", tmp_path)
    monkeypatch.setenv("WAREHOUSE_URL", dsn)
    assert documentation.main() == 0
    assert {path.name for path in tmp_path.iterdir()} == {"data-dictionary.md", "sources.md"}


def test_every_table_view_and_column_has_a_comment(conn: psycopg.Connection) -> None:
    silent = conn.execute(
        """select format('%%I.%%I', c.relnamespace::regnamespace, c.relname), a.attname
        from pg_class as c
        join pg_attribute as a on a.attrelid = c.oid and not a.attisdropped and (a.attnum > 0 or a.attname = 'tableoid')
        where c.relkind in ('r', 'p', 'v') and c.relnamespace::regnamespace::text = any(%s)
            and case a.attname when 'tableoid' then obj_description(c.oid, 'pg_class') is null
                else col_description(c.oid, a.attnum) is null end
        order by 1, 2""",
        (list(documentation.SCHEMAS),),
    ).fetchall()
    assert silent == []


def test_every_function_and_schema_has_a_comment(conn: psycopg.Connection) -> None:
    silent = conn.execute(
        """select p.oid::regprocedure::text from pg_proc as p
        where p.pronamespace::regnamespace::text = any(%(schemas)s) and obj_description(p.oid, 'pg_proc') is null
        union all
        select nspname from pg_namespace where nspname = any(%(schemas)s)
            and obj_description(oid, 'pg_namespace') is null""",
        {"schemas": list(documentation.SCHEMAS)},
    ).fetchall()
    assert silent == []


def test_current_keys_are_enforced_by_the_database(conn: psycopg.Connection) -> None:
    """A unique index, over current rows or all versions, guards the key of every table of core; the merge reads it."""
    unguarded = conn.execute(
        """select c.relname, count(i.indexrelid) from pg_class as c
        left join pg_index as i on i.indrelid = c.oid and i.indisunique and (
            pg_get_expr(i.indpred, c.oid) like '%known_to = ''infinity''%'
            or pg_get_indexdef(i.indexrelid) like '%(%known_to, %)')
        where c.relnamespace::regnamespace::text in ('core', 'part') and c.relkind = 'r'
        group by c.oid having count(i.indexrelid) <> 1 or cardinality(core.key_columns(c.oid)) = 0"""
    ).fetchall()
    assert unguarded == []
