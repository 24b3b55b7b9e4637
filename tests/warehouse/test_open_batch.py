"""Which bytes are new to a scope at a clock, and which entity tag stands for what it holds."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest
from psycopg.types.json import Jsonb

from include import ledger, warehouse

SCOPE = {"file": "x.csv"}
# In the order in which they happened: (payload, day of the clock, state).
History = list[tuple[str, int, str]]


def day(number: int) -> datetime:
    return datetime(2026, 1, number, 9, tzinfo=UTC)


def payload(conn: psycopg.Connection, name: str, scope: dict[str, str] = SCOPE) -> int:
    """A payload whose bytes and entity tag are its name; the same name is the same payload."""
    return warehouse.number(
        conn,
        """insert into landing.payload (source_code, scope, sha256, bytes_count, media_type, url, location, fetched_at,
            etag, parser_version)
        values ('fit', %(scope)s, repeat(%(name)s, 64), 1, 'text/csv', '', '', now(), %(name)s, '1')
        on conflict (source_code, scope, sha256) do update set parser_version = '1' returning payload_id""",
        {"scope": Jsonb(scope), "name": name},
    )


def happened(conn: psycopg.Connection, history: History, scope: dict[str, str] = SCOPE) -> None:
    for name, number, state in history:
        conn.execute(
            "insert into ops.batch (payload_id, clock, state, error) values (%s, %s, %s, 'why')",
            (payload(conn, name, scope), day(number), state),
        )


def test_a_batch_is_opened_for_what_the_scope_does_not_say_already(
    conn: psycopg.Connection, subtests: pytest.Subtests
) -> None:
    for history, asked, is_new in [
        ([], ("a", 1), True),
        ([("a", 1, "loaded")], ("a", 2), False),
        ([("a", 1, "loaded")], ("a", 1), False),
        ([("a", 1, "loaded")], ("b", 2), True),
        ([("a", 1, "loaded"), ("b", 2, "loaded")], ("a", 3), True),
        ([("a", 1, "loaded"), ("b", 2, "loaded"), ("a", 3, "loaded")], ("a", 4), False),
        ([("b", 2, "loaded"), ("a", 1, "loaded")], ("b", 3), False),
        ([("a", 5, "loaded")], ("a", 3), True),
        ([("a", 1, "quarantined")], ("a", 2), True),
        ([("a", 1, "staged")], ("a", 2), True),
        ([("a", 1, "loaded"), ("b", 2, "quarantined")], ("a", 3), False),
        ([("a", 1, "loaded"), ("b", 1, "loaded")], ("a", 1), False),
    ]:
        with subtests.test(history=history, asked=asked, is_new=is_new), conn.transaction(force_rollback=True):
            happened(conn, history)
            opened = ledger.open_batch(conn, payload(conn, asked[0]), day(asked[1]), "run")
            assert (opened is not None) == is_new


def test_what_another_scope_holds_is_new_to_this_one(conn: psycopg.Connection) -> None:
    happened(conn, [("a", 1, "loaded")], {"file": "y.csv"})
    assert ledger.open_batch(conn, payload(conn, "a"), day(2), "run") is not None


def test_a_batch_that_did_not_arrive_is_taken_up_again_from_the_start(
    conn: psycopg.Connection, subtests: pytest.Subtests
) -> None:
    for state in ["landed", "staged", "checked", "quarantined"]:
        with subtests.test(state=state), conn.transaction(force_rollback=True):
            happened(conn, [("a", 1, state)])
            opened = ledger.open_batch(conn, payload(conn, "a"), day(1), "again")
            row = conn.execute("select batch_id, state, error, dag_run_id from ops.batch").fetchall()
            assert row == [(opened, "landed", None, "again")]


def test_the_tag_is_that_of_what_was_loaded_last_by_the_clock(
    conn: psycopg.Connection, subtests: pytest.Subtests
) -> None:
    for history, clock, tag in [
        ([], 1, None),
        ([("a", 1, "loaded"), ("b", 2, "loaded")], 3, "b"),
        ([("b", 2, "loaded"), ("a", 1, "loaded")], 3, "b"),
        ([("a", 1, "loaded"), ("b", 2, "quarantined")], 3, "a"),
        ([("a", 1, "quarantined")], 2, None),
        ([("a", 1, "loaded"), ("b", 5, "loaded")], 3, "a"),
        ([("a", 3, "loaded")], 3, "a"),
    ]:
        with subtests.test(history=history, clock=clock, tag=tag), conn.transaction(force_rollback=True):
            happened(conn, [("c", 1, "loaded")], {"file": "y.csv"})
            happened(conn, history)
            row = conn.execute(
                warehouse.load_query("ledger", "newest_etag").encode(),
                {"source": "fit", "scope": Jsonb(SCOPE), "clock": day(clock)},
            ).fetchone()
            assert (row[0] if row else None) == tag
