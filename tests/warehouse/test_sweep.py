"""Housekeeping drops the staging tables that no batch on its way needs, and no other."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from include.ledger import open_batch
from include.load import staging
from include.load.staging import drop_abandoned


def batch(conn: psycopg.Connection, state: str, age: str) -> int:
    """A batch in a state that was opened a while ago, with both its tables; returns its id."""
    row = conn.execute(
        """with p as (
            insert into landing.payload (source_code, scope, sha256, bytes_count, media_type, url, location, fetched_at,
                parser_version)
            values ('fit', '{}', md5(random()::text) || md5(random()::text), 1, '', '', '', now(), '1')
            returning payload_id)
        insert into ops.batch (payload_id, clock, state, created_at)
        select payload_id, now(), %s, now() - %s::interval from p returning batch_id""",
        (state, age),
    ).fetchone()
    assert row is not None
    for table in (staging.raw_table(row[0]), staging.typed_table(row[0])):
        conn.execute(sql.SQL("create table {} (row_id bigint)").format(table))
    return int(row[0])


def left(conn: psycopg.Connection) -> list[str]:
    rows = conn.execute("select tablename from pg_tables where schemaname = 'staging' order by 1").fetchall()
    return [name for (name,) in rows]


@pytest.mark.parametrize("state", ["landed", "staged", "checked"])
def test_a_batch_on_its_way_keeps_its_tables(conn: psycopg.Connection, state: str) -> None:
    number = batch(conn, state, "6 days")
    assert drop_abandoned(conn) == []
    assert left(conn) == [f"b{number}", f"b{number}_raw"]


@pytest.mark.parametrize(("state", "age"), [("loaded", "1 hour"), ("quarantined", "1 hour"), ("staged", "8 days")])
def test_what_has_ended_or_stands_still_for_a_week_is_swept(conn: psycopg.Connection, state: str, age: str) -> None:
    number, alive = batch(conn, state, age), batch(conn, "staged", "1 hour")
    assert drop_abandoned(conn) == [f"b{number}", f"b{number}_raw"]
    assert left(conn) == [f"b{alive}", f"b{alive}_raw"]


def test_a_table_of_no_batch_is_swept(conn: psycopg.Connection) -> None:
    conn.execute("create table staging.b999 (row_id bigint); create table staging.note (row_id bigint)")
    assert drop_abandoned(conn) == ["b999", "note"]
    assert left(conn) == []


def test_a_batch_that_is_taken_up_again_is_on_its_way_again(conn: psycopg.Connection) -> None:
    payload = conn.execute(
        """insert into landing.payload (source_code, scope, sha256, bytes_count, media_type, url, location, fetched_at,
            parser_version) values ('probe', '{}', repeat('0', 64), 0, '', '', '', now(), '1') returning payload_id"""
    ).fetchone()
    assert payload is not None
    conn.execute(
        "insert into ops.batch (payload_id, clock, state, created_at) values (%s, now(), 'quarantined', '2026-01-01')",
        payload,
    )
    clock = conn.execute("select batch_id, clock from ops.batch").fetchone()
    assert clock is not None
    assert open_batch(conn, payload[0], clock[1], "again") == clock[0]
    conn.execute(f"create table staging.b{clock[0]} (row_id bigint)".encode())
    assert drop_abandoned(conn) == []
