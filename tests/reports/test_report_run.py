"""An issue is pinned once, held with its reasons, and moves one way."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from include.errors import WarehouseError
from include.reports.issue import calendar, report_run
from include.reports.workflow import issue_steps

CLOCK = datetime(2026, 10, 15, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("clock", "period"),
    [
        ("2026-10-15T09:00:00+02:00", "2026-Q3"),
        ("2026-10-15T00:00:00+02:00", "2026-Q3"),
        ("2026-10-14T23:59:00+02:00", "2026-Q2"),
        ("2026-10-01T00:00:00+02:00", "2026-Q2"),
        ("2027-01-14T12:00:00+01:00", "2026-Q3"),
        ("2027-01-15T00:30:00+01:00", "2026-Q4"),
    ],
)
def test_the_period_due_is_the_last_quarter_whose_report_day_has_come(clock, period):
    assert calendar.due_period(datetime.fromisoformat(clock)) == period


@pytest.mark.parametrize(("period", "day"), [("2026-Q3", date(2027, 1, 15)), ("2026-Q4", date(2027, 4, 15))])
def test_the_next_report_appears_after_the_next_quarter(period, day):
    assert calendar.next_report_date(period) == day


def test_pinning_again_gives_the_same_issue_and_moment(conn):
    first = report_run.pin_issue(conn, "2026-Q3", CLOCK)
    again = report_run.pin_issue(conn, "2026-Q3", CLOCK + timedelta(days=1))
    assert first == again
    assert (first.report_code, first.version, first.as_of) == ("KPI-2026-Q3", 1, CLOCK)


def test_the_moment_is_not_before_what_is_already_known(conn, merged):
    merged(CLOCK + timedelta(hours=1))
    assert report_run.pin_issue(conn, "2026-Q3", CLOCK).as_of == CLOCK + timedelta(hours=1)


def test_a_held_issue_is_taken_up_again_at_a_new_moment(conn):
    held = report_run.hold_run(
        conn, report_run.pin_issue(conn, "2026-Q3", CLOCK), ["Exports are late.", "Partners too."]
    )
    assert (held.state, held.reason) == ("held", "Exports are late. Partners too.")
    taken_up = report_run.pin_issue(conn, "2026-Q3", CLOCK + timedelta(days=1))
    assert (taken_up.report_run_id, taken_up.state, taken_up.reason) == (held.report_run_id, "pinned", None)
    assert taken_up.as_of == CLOCK + timedelta(days=1)


def test_after_a_rejected_issue_comes_the_next_version(conn):
    run = report_run.mark_rendered(conn, report_run.pin_issue(conn, "2026-Q3", CLOCK))
    report_run.reject_run(conn, run, "Jobs are wrong.")
    assert report_run.pin_issue(conn, "2026-Q3", CLOCK).version == 2


def test_what_is_not_rendered_cannot_be_approved(conn):
    with pytest.raises(WarehouseError, match="expected KPI-2026-Q3 version 1 to be rendered or approved; got pinned"):
        report_run.approve_run(conn, report_run.pin_issue(conn, "2026-Q3", CLOCK), "the director")


def test_a_period_that_is_no_quarter_is_refused(conn):
    with pytest.raises(ValueError, match="expected a quarter such as 2026-Q3; got '2026-09'"):
        report_run.pin_issue(conn, "2026-09", CLOCK)


def test_an_empty_warehouse_gives_a_reason_to_hold(conn):
    assert issue_steps.reasons_to_hold(conn, report_run.pin_issue(conn, "2026-Q3", CLOCK)) == [
        "scorecard: expected figures; got none. Run the ingest DAGs, then this report again."
    ]


def test_a_merge_half_way_keeps_the_pin_waiting(conn, dsn):
    with psycopg.connect(dsn) as merging:
        merging.execute("select pg_advisory_xact_lock_shared(hashtext('core.pin'))")
        conn.execute("set lock_timeout = '100ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            report_run.pin_issue(conn, "2026-Q3", CLOCK)
    assert report_run.pin_issue(conn, "2026-Q3", CLOCK).state == "pinned"


def test_reading_answers_as_of_the_moment_and_leaves_the_connection_in_the_present(conn):
    run = report_run.pin_issue(conn, "2026-Q3", CLOCK)
    with conn.transaction():
        with report_run.cursor_as_of(conn, run) as cursor:
            assert cursor.execute("select core.as_of() as moment").fetchone() == {"moment": CLOCK}
        row = conn.execute("select core.as_of() = now()").fetchone()
    assert row == (True,)


@pytest.fixture
def merged(conn):
    """Records a merge known from a moment."""

    def merged(known_from: datetime) -> None:
        conn.execute(
            """with payload as (
                insert into landing.payload (source_code, scope, sha256, bytes_count, media_type, url, location,
                    fetched_at, parser_version)
                values ('reference', '{}', repeat('0', 64), 1, 'text/csv', '', '', now(), '1') returning payload_id
            ), batch as (
                insert into ops.batch (payload_id, clock) select payload_id, %(at)s from payload returning batch_id
            )
            insert into ops.merge
                (batch_id, target, known_from, inserted_row_count, closed_row_count, unchanged_row_count)
            select batch_id, 'core.kpi', %(at)s, 1, 0, 0 from batch""",
            {"at": known_from},
        )

    return merged
