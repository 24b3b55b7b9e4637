"""Every mart answers for a moment of the past as it answered then, whatever has been learned since."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from include import ledger
from include.periods import clock_from
from include.reports.issue import report_run

THEN, LEARNED, NOW = "2026-10-15 09:00+02", "2026-11-20 09:00+01", "2026-12-01 09:00+01"
# A mart that cannot travel, and why.
STAYS: dict[str, str] = {}
VERSIONED = """
select c.oid::regclass::text, array_agg(a.attname order by a.attnum), array_agg(format_type(a.atttypid, null)
    order by a.attnum), core.key_columns(c.oid)
from pg_class as c
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
where c.relnamespace = 'core'::regnamespace and c.relkind in ('r', 'p')
    and exists (select from pg_attribute as k where k.attrelid = c.oid and k.attname = 'known_to')
group by c.oid order by 1
"""
CHANGED = {
    "numeric": "{column} * 0.9", "integer": "{column} + 1", "bigint": "{column} + 1", "smallint": "{column} + 1",
    "text": "{column} || ' changed'", "date": "{column} + 1", "boolean": "not {column}",
}  # fmt: skip
# One figure of each kind of evidence.
EVIDENCE = (
    ("exports_eur", "2026-07"), ("revision_size", "2026-07"), ("exporters_count", "2024"), ("fdi_jobs", "2026-Q1"),
    ("activities", "2026-Q1"), ("confirmed_exports_eur", "2026-Q1"), ("report_completeness", "2026-Q3"),
)  # fmt: skip
SAID = {"known_from", "known_to", "payload_id"}


def marts(conn: psycopg.Connection) -> list[str]:
    rows = conn.execute(
        """select 'mart.' || relname from pg_class where relnamespace = 'mart'::regnamespace and relkind in ('v', 'm')
        union all select 'mart.' || proname || '(core.as_of())' from pg_proc
        where pronamespace = 'mart'::regnamespace and pronargs - pronargdefaults = 1 order by 1"""
    ).fetchall()
    return [name for (name,) in rows] + [f"mart.evidence{asked}" for asked in EVIDENCE]


def seen(conn: psycopg.Connection, moment: str) -> dict[str, list[str]]:
    """The rows of every mart as of a moment, as text."""
    conn.execute("select set_config('warehouse.as_of', %s, false)", (moment,))
    names = marts(conn)
    return {
        name: sorted(str(row) for (row,) in conn.execute(f"select m::text from {name} as m".encode())) for name in names
    }


def columns(conn: psycopg.Connection) -> Iterator[tuple[str, list[str], list[tuple[str, str]]]]:
    """Each versioned table with all its columns, and those that may change with how."""
    for table, names, types, key in conn.execute(VERSIONED).fetchall():
        kinds = dict(zip(names, types, strict=True))
        yield table, names, [(n, CHANGED[kinds[n]]) for n in names if n not in {*key, *SAID} and kinds[n] in CHANGED]


def learn(conn: psycopg.Connection) -> None:
    """Close every current row, and follow all but every fifth by one that differs in all columns that may."""
    for table, names, changes in columns(conn):
        kept = sql.SQL(", ").join(sql.Identifier(n) for n in names if n not in {"known_from", "known_to"})
        said = {"table": sql.SQL(table), "kept": kept}
        closed = sql.SQL(
            """with closed as (update {table} set known_to = {at} where known_to = 'infinity' returning *),
            numbered as (select *, row_number() over (order by closed::text) as row_place from closed)
            insert into {table} ({kept}, known_from) select {kept}, {at} from numbered where row_place % 5 > 0"""
        )
        conn.execute(closed.format(**said, at=sql.Literal(LEARNED)))
        for column, how in changes:
            change(conn, table, column, how)


def change(conn: psycopg.Connection, table: str, column: str, how: str) -> None:
    """Change a column of the new rows, where its constraints let it."""
    value = sql.SQL(how).format(column=sql.Identifier(column))
    try:
        with conn.transaction():
            conn.execute(
                sql.SQL("update {} set {} = {} where known_from = {}").format(
                    sql.SQL(table), sql.Identifier(column), value, sql.Literal(LEARNED)
                )
            )
    except (psycopg.errors.IntegrityError, psycopg.errors.DataError):
        return


@pytest.fixture
def states(full) -> tuple[dict[str, list[str]], dict[str, list[str]], dict[str, list[str]]]:
    """What every mart said then, what it says of then now, and what it says now."""
    before = seen(full.conn, THEN)
    with full.conn.transaction():
        learn(full.conn)
    for source in ("fit_fdi_project", "fit_headline", "partner_activity"):
        full.merged(source, "core.fdi_project", LEARNED)
    full.batch("partner_activity", LEARNED, "quarantined", contract_code="agoria-2022", period="2026-Q3")
    full.impact("fit_fdi_project", LEARNED)
    full.trade("DE", "2026-08", 7, known_from=LEARNED)
    full.trade("DE", "2026-09", 7, embargo_until=LEARNED)
    return before, seen(full.conn, THEN), seen(full.conn, NOW)


def test_every_mart_says_of_then_what_it_said_then(states) -> None:
    before, again, now = states
    assert len(before) > 30
    assert {name for name in before if before[name] != again[name]} == STAYS.keys()
    same = {name for name in before if before[name] == now[name]}
    assert same == set(), "a mart that the second state does not change proves nothing"


def test_what_becomes_of_a_batch_after_an_issue_is_pinned_is_none_of_that_issue(given) -> None:
    """Its clock may be the earlier one: the run was late, was tried again, or was cleared."""
    conn = given.conn
    given.contract("agoria")
    batch = given.batch("partner_activity", THEN, "landed", contract_code="agoria-2022", period="2026-Q2")
    run = report_run.pin_issue(conn, "2026-Q3", clock_from(THEN))

    def state(moment: str) -> str:
        conn.execute("select set_config('warehouse.as_of', %s, false)", (moment,))
        row = conn.execute("select state from mart.partner_report where period = '2026-Q2'").fetchone()
        return row[0] if row else ""

    ledger.end_batch(conn, batch, state="quarantined")
    assert (state(run.as_of.isoformat()), state(NOW)) == ("missing", "quarantined")
    later = report_run.pin_issue(conn, "2026-Q4", clock_from(LEARNED))
    ledger.update_batch(conn, batch, state="landed")
    ledger.end_batch(conn, batch, state="loaded")
    assert (state(later.as_of.isoformat()), state(NOW)) == ("quarantined", "missing")
    assert conn.execute("select batch_id from mart.data_quality").fetchall() == [(batch,)]
    conn.execute("select set_config('warehouse.as_of', %s, false)", (later.as_of.isoformat(),))
    assert conn.execute("select batch_id from mart.data_quality").fetchall() == []


def test_a_question_after_an_issue_was_pinned_is_none_of_that_issue(conn, loader) -> None:
    """Its clock may be the earlier one; that nothing was new is knowledge of the day on which it was asked."""
    early, asked, late = "2026-07-20T10:00:00+02:00", "2026-07-20T20:00:00+02:00", "2026-10-01T09:00:00+02:00"
    loader("reference_release_calendar", early)
    loader("fit_fdi_project", early)
    run = report_run.pin_issue(conn, "2026-Q3", clock_from(late))

    def read() -> list[tuple[object, ...]]:
        conn.execute("select set_config('warehouse.as_of', %s, false)", (run.as_of.isoformat(),))
        return conn.execute(
            "select checked_at::text, (select max(period) from mart.fdi_quarter) from mart.freshness"
            " where source_code = 'fit_fdi_project'"
        ).fetchall()

    before = read()
    assert loader("fit_fdi_project", asked) == {"inserted": 0, "closed": 0, "unchanged": 0}
    assert read() == before
    conn.execute("select set_config('warehouse.as_of', '', false)")
    assert conn.execute(
        "select checked_at = %s from mart.freshness where source_code = 'fit_fdi_project'", (asked,)
    ).fetchone() == (True,)
