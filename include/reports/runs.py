"""Issues of the report: pinned to a moment, held or let through, approved or rejected, sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row

from include.errors import WarehouseError
from include.periods import local_date, quarter_of

Connection = psycopg.Connection[Any]
_COLUMNS = "report_run_id, report_code, version, period, as_of, state, reason"
_PIN = f"""
    insert into ops.report_run (report_code, version, period, as_of, dag_run_id)
    select %s, %s, %s, greatest(%s, max(known_from)), %s from ops.merge
    on conflict (report_code, version) do update
    set as_of = excluded.as_of, state = 'pinned', reason = null, dag_run_id = excluded.dag_run_id
    returning {_COLUMNS}"""
# Day of the month after a quarter on which its report appears.
REPORT_DAY = 15


@dataclass(frozen=True, kw_only=True)
class ReportRun:
    """One issue of the report: a row of ops.report_run."""

    report_run_id: int
    report_code: str
    version: int
    period: str
    as_of: datetime
    state: str
    reason: str | None = None

    @property
    def is_sent(self) -> bool:
        """True when this issue has been sent: say so and do nothing more."""
        return self.state == "sent"


def due_period(clock: datetime) -> str:
    """The quarter to report on: the last one whose report day has come, on the Belgian day of the clock."""
    today = local_date(clock)
    closed = _shifted(quarter_of(today), -1)
    return closed if today >= _report_day(closed) else _shifted(closed, -1)


def next_report_date(period: str) -> date:
    """Day on which the report after the one of this quarter appears: 2026-Q3 gives 15 January 2027."""
    return _report_day(_shifted(period, 1))


def _report_day(period: str) -> date:
    year, quarter = map(int, _shifted(period, 1).split("-Q"))
    return date(year, quarter * 3 - 2, REPORT_DAY)


def pin(conn: Connection, period: str, clock: datetime, dag_run_id: str | None = None) -> ReportRun:
    """The issue for a quarter, its as-of moment fixed so that no merge can change its figures any more.

    An issue that exists is returned as it stands (see `is_sent`); a held one is taken up again at the
    new moment; after a rejected one comes the next version.

    Raises:
        ValueError: the period is no quarter.
    """
    if not re.fullmatch(r"\d{4}-Q[1-4]", period):
        raise ValueError(f"report: expected a quarter such as 2026-Q3; got {period!r}. Correct the run's parameter.")
    with conn.transaction():
        # Merges hold this lock shared: none is half-way while the moment is chosen.
        conn.execute("select pg_advisory_xact_lock(hashtext('core.pin'))")
        found = _newest(conn, f"KPI-{period}")
        if found and found.state not in ("held", "rejected"):
            return found
        version = 1 if found is None else found.version + (found.state == "rejected")
        return _one(conn, _PIN, (f"KPI-{period}", version, period, clock, dag_run_id))


@contextmanager
def reading(conn: Connection, run: ReportRun) -> Iterator[psycopg.Cursor[dict[str, Any]]]:
    """A cursor whose queries all answer as of the issue's moment; rows are dictionaries."""
    with conn.transaction(), conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute("select current_setting('warehouse.as_of', true) as before").fetchone()
        cursor.execute("select set_config('warehouse.as_of', %s, true)", (run.as_of.isoformat(),))
        yield cursor
        # The transaction may be the caller's, who goes on in the present.
        cursor.execute("select set_config('warehouse.as_of', %s, true)", ((row or {}).get("before") or "",))


def gate(conn: Connection, run: ReportRun) -> list[str]:
    """Reasons to hold this issue, each saying what to do; empty means go."""
    with reading(conn, run) as cursor:
        stale = cursor.execute(
            """select source_code, data_until_date, allowed_age_days from mart.freshness
               where is_fresh is false
                   and source_code in (select source_code from mart.scorecard where is_headline)
               order by source_code"""
        ).fetchall()
        figures = cursor.execute(
            "select count(*) as n from mart.scorecard where is_headline and value is not null"
        ).fetchone()
    reasons = [
        f"{row['source_code']}: expected data no older than {row['allowed_age_days']} days; "
        f"got data until {row['data_until_date'] or 'never'}. Run its ingest, then this report again."
        for row in stale
    ]
    if not figures or not figures["n"]:
        reasons.append("scorecard: expected figures; got none. Run the ingest DAGs, then this report again.")
    return reasons


def hold(conn: Connection, run: ReportRun, reasons: Sequence[str]) -> ReportRun:
    """Put the issue aside; the next `pin` of its quarter takes it up again."""
    return _move(conn, run, "held", ("pinned", "rendered"), " ".join(reasons))


def rendered(conn: Connection, run: ReportRun) -> ReportRun:
    """Record that every variant has been made and kept."""
    return _move(conn, run, "rendered", ("pinned", "rendered"), None)


def approve(conn: Connection, run: ReportRun, by: str) -> ReportRun:
    """Record who let the issue go out."""
    return _move(conn, run, "approved", ("rendered", "approved"), f"Approved by {by}.")


def reject(conn: Connection, run: ReportRun, reason: str) -> ReportRun:
    """Record that the issue must not go out, and why."""
    return _move(conn, run, "rejected", ("rendered", "rejected"), reason)


def sent(conn: Connection, run: ReportRun) -> ReportRun:
    """Record that nothing is left to send."""
    return _move(conn, run, "sent", ("approved", "sent"), None)


def current(conn: Connection, run_id: int) -> ReportRun:
    """The issue as it stands in the warehouse now."""
    return _one(conn, f"select {_COLUMNS} from ops.report_run where report_run_id = %s", (run_id,))


def sent_before(conn: Connection, run: ReportRun) -> ReportRun | None:
    """The newest issue that was sent with an earlier moment than this one's; None for the first."""
    with conn.cursor(row_factory=class_row(ReportRun)) as cursor:
        return cursor.execute(
            f"""select {_COLUMNS} from ops.report_run where state = 'sent' and as_of < %s
                order by as_of desc, report_run_id desc limit 1""",
            (run.as_of,),
        ).fetchone()


def _move(conn: Connection, run: ReportRun, state: str, allowed: Sequence[str], reason: str | None) -> ReportRun:
    with conn.transaction():
        conn.execute("select from ops.report_run where report_run_id = %s for update", (run.report_run_id,))
        now = current(conn, run.report_run_id)
        if now.state not in allowed:
            raise WarehouseError(
                source="report",
                expected=f"{run.report_code} version {run.version} to be {' or '.join(allowed)}",
                got=now.state,
                todo=f"Look at ops.report_run before making it {state}.",
            )
        return _one(
            conn,
            f"""update ops.report_run set state = %s, reason = coalesce(%s, reason)
                where report_run_id = %s returning {_COLUMNS}""",
            (state, reason, run.report_run_id),
        )


def _newest(conn: Connection, report_code: str) -> ReportRun | None:
    with conn.cursor(row_factory=class_row(ReportRun)) as cursor:
        return cursor.execute(
            f"select {_COLUMNS} from ops.report_run where report_code = %s order by version desc limit 1",
            (report_code,),
        ).fetchone()


def _one(conn: Connection, statement: str, values: Sequence[Any]) -> ReportRun:
    with conn.cursor(row_factory=class_row(ReportRun)) as cursor:
        row = cursor.execute(statement, values).fetchone()
    if row is None:
        raise LookupError(f"ops.report_run: expected one row for {values!r}; got none.")
    return row


def _shifted(quarter: str, by: int) -> str:
    year, number = map(int, quarter.split("-Q"))
    index = year * 4 + number - 1 + by
    return f"{index // 4}-Q{index % 4 + 1}"
