"""Rules of core.merge() that random histories do not meet: one clock twice, pins let go, nulls, provenance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import sql

from include import warehouse
from include.errors import ClockWentBack

START = datetime(2026, 1, 1, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
# name, part, value, note
Row = tuple[str, str, int | None, str]


@pytest.fixture
def probe(conn: psycopg.Connection) -> psycopg.Connection:
    """A fresh warehouse with a versioned table of two values and a day of release."""
    conn.execute(
        """create table core.probe (
            name text not null, part text not null, value integer, note text, released_at timestamptz,
            known_from timestamptz not null, known_to timestamptz not null default 'infinity',
            payload_id bigint not null);
        create unique index probe_current on core.probe (name) where known_to = 'infinity';"""
    )
    return conn


def at(day: float) -> datetime:
    return START + timedelta(days=day)


def publish(conn: psycopg.Connection, day: float, *rows: Row, scope: str | None = "true") -> int:
    """Merge rows of a new payload that was released at its clock; returns the payload's id."""
    batch = conn.execute(
        """with p as (
            insert into landing.payload (source_code, scope, sha256, bytes_count, media_type, url, location, fetched_at,
                parser_version)
            values ('probe', '{}', md5(random()::text) || md5(random()::text), 0, '', '', '', now(), '1')
            returning payload_id)
        insert into ops.batch (payload_id, clock) select payload_id, %s from p returning batch_id, payload_id""",
        (at(day),),
    ).fetchone()
    assert batch is not None
    values = [sql.SQL("({}, {}, {}::int, {}, {}::timestamptz)").format(*row, at(day)) for row in rows]
    query = sql.SQL("select * from (values {}) as v (name, part, value, note, released_at)")
    nothing = sql.SQL("select name, part, value, note, released_at from core.probe where false")
    with conn.transaction():
        warehouse.merge_rows(
            conn,
            target="core.probe",
            select=query.format(sql.SQL(", ").join(values)) if rows else nothing,
            batch_id=batch[0],
            payload_id=batch[1],
            clock=at(day),
            scope=scope,
            source_code="probe",
        )
    return int(batch[1])


def pin(conn: psycopg.Connection, day: float, state: str = "pinned") -> None:
    conn.execute(
        "insert into ops.report_run (report_code, period, as_of, state) values ('R', '2026-Q1', %s, %s)",
        (at(day), state),
    )


def known(conn: psycopg.Connection, moment: datetime) -> list[tuple[str, int | None]]:
    rows = conn.execute(
        "select name, value from core.probe where known_from <= %s and known_to > %s order by 1, 2", (moment, moment)
    ).fetchall()
    return [(name, value) for name, value in rows]


def test_of_two_payloads_of_one_clock_the_later_one_counts(probe: psycopg.Connection) -> None:
    publish(probe, 0, ("x", "a", 1, ""))
    publish(probe, 0, ("x", "a", 2, ""))
    assert known(probe, at(0)) == [("x", 2)]


def test_what_a_pin_pushed_forward_is_not_overtaken_once_the_pin_is_let_go(probe: psycopg.Connection) -> None:
    publish(probe, 0, ("x", "a", 1, ""))
    pin(probe, 5)
    publish(probe, 3, ("x", "a", 2, ""))
    probe.execute("update ops.report_run set state = 'held'")
    publish(probe, 4, ("x", "a", 3, ""))
    assert [known(probe, at(day)) for day in (4.5, 5, 6)] == [[("x", 1)], [("x", 1)], [("x", 3)]]


def test_a_held_issue_pins_nothing(probe: psycopg.Connection) -> None:
    pin(probe, 5, "held")
    publish(probe, 3, ("x", "a", 1, ""))
    assert known(probe, at(3)) == [("x", 1)]


@pytest.mark.parametrize("state", ["pinned", "rendered", "approved", "sent", "rejected"])
def test_any_other_issue_does(probe: psycopg.Connection, state: str) -> None:
    pin(probe, 5, state)
    publish(probe, 3, ("x", "a", 1, ""))
    assert (known(probe, at(5)), known(probe, at(5) + MOMENT)) == ([], [("x", 1)])


def test_the_record_of_a_merge_says_from_when_its_rows_are_known(probe: psycopg.Connection) -> None:
    pin(probe, 5)
    publish(probe, 3, ("x", "a", 1, ""))
    assert probe.execute("select known_from from ops.merge").fetchone() == (at(5) + MOMENT,)


def test_a_merge_that_changes_nothing_is_recorded_too(probe: psycopg.Connection) -> None:
    publish(probe, 0, ("x", "a", 1, ""), ("y", "a", 1, ""))
    publish(probe, 1, ("x", "a", 1, ""), ("y", "a", 1, ""))
    said = probe.execute(
        "select known_from, inserted_row_count, closed_row_count, unchanged_row_count from ops.merge order by merge_id"
    ).fetchall()
    assert said == [(at(0), 2, 0, 0), (at(1), 0, 0, 2)]


@pytest.mark.parametrize(
    ("before", "after"),
    [((1, "n"), (2, "n")), ((1, "n"), (1, "m")), ((1, "n"), (None, "n")), ((None, "n"), (1, "n"))],
    ids=["first column", "last column", "to null", "from null"],
)
def test_every_value_is_compared(
    probe: psycopg.Connection, before: tuple[int | None, str], after: tuple[int | None, str]
) -> None:
    publish(probe, 0, ("x", "a", *before))
    publish(probe, 1, ("x", "a", *after))
    assert probe.execute("select value, note from core.probe where known_to = 'infinity'").fetchall() == [after]


def test_the_day_of_release_is_carried_but_not_compared(probe: psycopg.Connection) -> None:
    publish(probe, 0, ("x", "a", 1, ""))
    publish(probe, 1, ("x", "a", 1, ""))
    publish(probe, 2, ("x", "a", 2, ""))
    said = probe.execute("select value, released_at from core.probe order by known_from").fetchall()
    assert said == [(1, at(0)), (2, at(2))]


def test_each_version_names_the_payload_that_brought_it(probe: psycopg.Connection) -> None:
    first = publish(probe, 0, ("x", "a", 1, ""), ("y", "a", 1, ""))
    second = publish(probe, 1, ("x", "a", 2, ""), ("y", "a", 1, ""))
    said = probe.execute("select name, value, payload_id from core.probe order by 1, 2").fetchall()
    assert said == [("x", 1, first), ("x", 2, second), ("y", 1, first)]


def test_without_a_scope_absence_says_nothing(probe: psycopg.Connection) -> None:
    publish(probe, 0, ("x", "a", 1, ""), ("y", "a", 1, ""))
    publish(probe, 1, ("x", "a", 2, ""), scope=None)
    assert known(probe, at(1)) == [("x", 2), ("y", 1)]


def test_a_late_payload_of_one_part_is_not_refused_for_a_withdrawal_in_another(probe: psycopg.Connection) -> None:
    publish(probe, 0, ("x", "a", 1, ""), ("y", "b", 1, ""))
    publish(probe, 2, scope="part = 'b'")
    publish(probe, 1, ("x", "a", 2, ""), scope="part = 'a'")
    assert [known(probe, at(day)) for day in (0, 1, 2)] == [[("x", 1), ("y", 1)], [("x", 2), ("y", 1)], [("x", 2)]]


def test_another_fault_of_a_merge_is_not_called_a_clock_that_went_back(probe: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        publish(probe, 0, ("x", "a", 1, ""), ("x", "a", 2, ""))


def test_two_merges_into_one_table_wait_for_each_other(probe: psycopg.Connection, dsn: str) -> None:
    with psycopg.connect(dsn) as other:
        other.execute("select pg_advisory_xact_lock(hashtext('core.merge'), 'core.probe'::regclass::oid::bigint::int)")
        probe.execute("set lock_timeout = '100ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            publish(probe, 0, ("x", "a", 1, ""))
    publish(probe, 0, ("x", "a", 1, ""))


def test_a_merge_waits_while_a_moment_is_pinned(probe: psycopg.Connection, dsn: str) -> None:
    with psycopg.connect(dsn) as pinning:
        pinning.execute("select pg_advisory_xact_lock(hashtext('core.pin'))")
        probe.execute("set lock_timeout = '100ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            publish(probe, 0, ("x", "a", 1, ""))


def test_only_a_late_payload_is_called_late(probe: psycopg.Connection) -> None:
    publish(probe, 2, ("x", "a", 1, ""))
    with pytest.raises(ClockWentBack):
        publish(probe, 1, ("x", "a", 2, ""))
    publish(probe, 1, ("x", "a", 1, ""))
    assert known(probe, at(2)) == [("x", 1)]
