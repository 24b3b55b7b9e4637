"""What core.merge() promises, over random histories of publications, on a real server.

The model is a dictionary: what a reader knew after each publication. A publication speaks for one part of the
table or for all of it; what it leaves out of its part is withdrawn.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from include import warehouse
from include.errors import ClockWentBack

START = datetime(2026, 1, 1, tzinfo=UTC)
PARTS = ("a", "b")
Rows = dict[tuple[str, int], int | None]
Publication = tuple[str | None, Rows]

cells = st.dictionaries(st.tuples(st.sampled_from(PARTS), st.integers(1, 4)), st.none() | st.integers(0, 2))


@st.composite
def publications(draw: st.DrawFn) -> Publication:
    part = draw(st.none() | st.sampled_from(PARTS))
    return part, {key: value for key, value in draw(cells).items() if part in (None, key[0])}


histories = st.lists(publications(), min_size=1, max_size=6)
calm = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def probe(server, template) -> Iterator[str]:
    """A warehouse with one more versioned table, made like those of core."""
    admin = server.dsn("postgres", "postgres")
    with psycopg.connect(admin, autocommit=True) as conn:
        conn.execute(f"create database probe template {template} owner steward")
    dsn = server.dsn("probe")
    with psycopg.connect(dsn) as conn:
        conn.execute(
            """create table core.probe (
                part text not null, name integer not null, value integer, known_from timestamptz not null,
                known_to timestamptz not null default 'infinity', payload_id bigint not null);
            create unique index probe_current on core.probe (part, name) where known_to = 'infinity';"""
        )
    yield dsn
    with psycopg.connect(admin, autocommit=True) as conn:
        conn.execute("drop database probe with (force)")


def emptied(dsn: str) -> psycopg.Connection:
    conn = psycopg.connect(dsn, autocommit=True)
    conn.execute("truncate core.probe, ops.merge, ops.batch, ops.report_run, landing.payload cascade")
    return conn


def at(day: int) -> datetime:
    return START + timedelta(days=day)


def new_batch(conn: psycopg.Connection, clock: datetime) -> tuple[int, int]:
    row = conn.execute(
        """with p as (
            insert into landing.payload (source_code, scope, sha256, bytes_count, media_type, url, location,
                                         fetched_at, parser_version)
            values ('probe', jsonb_build_object('n', clock_timestamp()), repeat('0', 64), 0, '', '', '', %s, '1')
            returning payload_id)
        insert into ops.batch (payload_id, clock) select payload_id, %s from p returning batch_id, payload_id""",
        (clock, clock),
    ).fetchone()
    assert row is not None
    return row


def publish(conn: psycopg.Connection, publication: Publication, clock: datetime, batch: tuple[int, int]) -> None:
    part, rows = publication
    values = [sql.SQL("({}, {}, {}::int)").format(*key, value) for key, value in rows.items()]
    select = (
        sql.SQL("select * from (values {}) as v (part, name, value)").format(sql.SQL(", ").join(values))
        if values
        else sql.SQL("select ''::text as part, 0 as name, 0 as value where false")
    )
    with conn.transaction():
        warehouse.merge_rows(
            conn,
            target="core.probe",
            select=select,
            batch_id=batch[0],
            payload_id=batch[1],
            clock=clock,
            scope="true" if part is None else f"part = '{part}'",
            source_code="probe",
        )


def applied(known: Rows, publication: Publication) -> Rows:
    part, rows = publication
    return {key: value for key, value in known.items() if part not in (None, key[0])} | rows


def as_of(conn: psycopg.Connection, moment: datetime) -> Rows:
    rows = conn.execute(
        "select part, name, value from core.probe where known_from <= %s and known_to > %s", (moment, moment)
    ).fetchall()
    assert len({row[:2] for row in rows}) == len(rows), "two versions of one row at one moment"
    return {(part, name): value for part, name, value in rows}


def table(conn: psycopg.Connection) -> list[tuple[object, ...]]:
    return conn.execute(
        "select part, name, value, known_from, known_to::text from core.probe order by 1, 2, 4, 5, 3"
    ).fetchall()


@calm
@given(history=histories)
def test_as_of_any_past_moment_is_what_had_been_published_by_then(probe: str, history: list[Publication]) -> None:
    with emptied(probe) as conn:
        known: Rows = {}
        expected = {at(-1): known}
        for day, publication in enumerate(history):
            publish(conn, publication, at(day), new_batch(conn, at(day)))
            known = applied(known, publication)
            expected[at(day)] = known
        for moment, rows in expected.items():
            assert as_of(conn, moment) == rows
            assert as_of(conn, moment + timedelta(hours=23)) == rows


@calm
@given(history=histories, data=st.data())
def test_replaying_any_publication_changes_nothing(probe: str, history: list[Publication], data: st.DataObject) -> None:
    with emptied(probe) as conn:
        batches = []
        for day, publication in enumerate(history):
            batches.append(new_batch(conn, at(day)))
            publish(conn, publication, at(day), batches[-1])
        before = table(conn)
        day = data.draw(st.integers(0, len(history) - 1))
        try:
            publish(conn, history[day], at(day), batches[day])
        except ClockWentBack:
            assert day < len(history) - 1, "the newest publication may always be loaded again"
        assert table(conn) == before


@calm
@given(history=histories)
def test_in_one_go_or_in_pieces_ends_the_same(probe: str, history: list[Publication]) -> None:
    with emptied(probe) as conn:
        for day, publication in enumerate(history):
            publish(conn, publication, at(day), new_batch(conn, at(day)))
        whole = table(conn)
    with emptied(probe) as conn:
        for day, (part, rows) in enumerate(history):
            for piece in PARTS if part is None else (part,):
                portion = {key: value for key, value in rows.items() if key[0] == piece}
                publish(conn, (piece, portion), at(day), new_batch(conn, at(day)))
        assert table(conn) == whole


Batches = list[tuple[int, int]]


def started(conn: psycopg.Connection, base: Publication) -> Batches:
    publish(conn, base, at(0), new_batch(conn, at(0)))
    return [new_batch(conn, at(day)) for day in (1, 2)]


def publish_if_in_time(conn: psycopg.Connection, pair: tuple[Publication, ...], which: int, batches: Batches) -> None:
    try:
        publish(conn, pair[which], at(which + 1), batches[which])
    except ClockWentBack:
        assert which == 0, "the later of the two is never refused"


def race(dsn: str, pair: tuple[Publication, ...], batches: Batches) -> list[BaseException]:
    gate, failures = threading.Barrier(2), []

    def run(which: int) -> None:
        try:
            with psycopg.connect(dsn, autocommit=True) as mine:
                gate.wait()
                publish_if_in_time(mine, pair, which, batches)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(which,)) for which in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


@settings(calm, max_examples=15)
@given(base=publications(), pair=st.tuples(publications(), publications()))
def test_two_merges_at_once_end_as_if_one_after_the_other(
    probe: str, base: Publication, pair: tuple[Publication, Publication]
) -> None:
    serial = []
    for order in ((0, 1), (1, 0)):
        with emptied(probe) as conn:
            batches = started(conn, base)
            for which in order:
                publish_if_in_time(conn, pair, which, batches)
            serial.append(table(conn))
    with emptied(probe) as conn:
        assert race(probe, pair, started(conn, base)) == []
        assert table(conn) in serial


def test_nothing_changes_behind_a_pinned_report(probe: str) -> None:
    with emptied(probe) as conn:
        publish(conn, (None, {("a", 1): 1}), at(0), new_batch(conn, at(0)))
        conn.execute("insert into ops.report_run (report_code, period, as_of) values ('R', '2026-Q1', %s)", (at(5),))
        publish(conn, (None, {("a", 1): 2}), at(3), new_batch(conn, at(3)))
        publish(conn, (None, {("a", 1): 3}), at(5), new_batch(conn, at(5)))
        assert as_of(conn, at(5)) == {("a", 1): 1}
        assert as_of(conn, at(6)) == {("a", 1): 3}


def test_a_payload_older_than_what_is_known_is_refused(probe: str) -> None:
    with emptied(probe) as conn:
        publish(conn, (None, {("a", 1): 1}), at(2), new_batch(conn, at(2)))
        with pytest.raises(ClockWentBack, match=r"comes too late.*replay them in order"):
            publish(conn, (None, {("a", 1): 2}), at(1), new_batch(conn, at(1)))
        assert as_of(conn, at(2)) == {("a", 1): 1}


def test_a_withdrawal_cannot_be_undone_by_an_older_payload(probe: str) -> None:
    with emptied(probe) as conn:
        publish(conn, (None, {("a", 1): 1}), at(0), new_batch(conn, at(0)))
        publish(conn, (None, {}), at(2), new_batch(conn, at(2)))
        with pytest.raises(ClockWentBack):
            publish(conn, (None, {("a", 1): 1}), at(1), new_batch(conn, at(1)))
        assert as_of(conn, at(3)) == {}
