"""Issues of the report: pinned to a moment, held or let through, approved or rejected, sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row

from include.errors import WarehouseError

Connection = psycopg.Connection[Any]
COLUMNS = "report_run_id, report_code, version, period, as_of, state, reason, previous_run_id, is_correction"
_PIN = f"""
    with moment as (select greatest(%(clock)s, max(known_from)) as as_of from ops.merge)
    insert into ops.report_run (report_code, version, period, as_of, dag_run_id, is_correction, previous_run_id)
    select
        %(code)s, %(version)s, %(period)s, as_of, %(dag_run_id)s, %(is_correction)s,
        coalesce(%(corrects)s, (
            select earlier.report_run_id from ops.report_run as earlier
            where earlier.state in ('approved', 'sent') and earlier.as_of < moment.as_of
            order by earlier.as_of desc, earlier.report_run_id desc limit 1
        ))
    from moment
    on conflict (report_code, version) do update
    set
        as_of = excluded.as_of, state = 'pinned', reason = null, dag_run_id = excluded.dag_run_id,
        previous_run_id = excluded.previous_run_id
    returning {COLUMNS}"""
# Neither let through nor rejected yet.
UNDER_WAY = ("pinned", "held", "rendered")


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
    previous_run_id: int | None = None
    is_correction: bool = False

    @property
    def is_sent(self) -> bool:
        """True when nothing of it is left to send."""
        return self.state == "sent"

    @property
    def is_let_through(self) -> bool:
        """True when somebody approved it: nobody is asked again, and what is left to send is sent."""
        return self.state in ("approved", "sent")


def pin(conn: Connection, period: str, clock: datetime, dag_run_id: str | None = None) -> ReportRun:
    """The issue for a quarter, its as-of moment fixed so that no merge can change its figures any more.

    One that exists is returned as it stands (see `is_let_through`); a held one is taken up again at the new moment;
    after a rejected one comes the next version, unless a version went out already.

    Raises:
        ValueError: the period is no quarter.
    """
    if not re.fullmatch(r"\d{4}-Q[1-4]", period):
        raise ValueError(f"report: expected a quarter such as 2026-Q3; got {period!r}. Correct the run's parameter.")
    with choosing(conn):
        found = newest(conn, f"KPI-{period}")
        if found and found.state == "rejected":
            found = newest(conn, f"KPI-{period}", ("approved", "sent")) or found
        if found and found.state not in ("held", "rejected"):
            return found
        version = 1 if found is None else found.version + (found.state == "rejected")
        corrects = found.previous_run_id if found and found.is_correction else None
        return write(conn, f"KPI-{period}", version, clock, dag_run_id, corrects)


@contextmanager
def choosing(conn: Connection) -> Iterator[None]:
    """While a moment is chosen no merge is half-way: merges hold this lock shared."""
    with conn.transaction():
        conn.execute("select pg_advisory_xact_lock(hashtext('core.pin'))")
        yield


def write(
    conn: Connection, report_code: str, version: int, clock: datetime, dag_run_id: str | None, corrects: int | None
) -> ReportRun:
    """Pin a version of a report, a correction when it corrects an issue; a held one is pinned anew."""
    values = {
        "code": report_code, "version": version, "period": report_code.removeprefix("KPI-"), "clock": clock,
        "dag_run_id": dag_run_id, "corrects": corrects, "is_correction": corrects is not None,
    }  # fmt: skip
    return _one(conn, _PIN, values)


@contextmanager
def reading(conn: Connection, run: ReportRun) -> Iterator[psycopg.Cursor[dict[str, Any]]]:
    """A cursor whose queries all answer as of the issue's moment; rows are dictionaries."""
    with conn.transaction(), conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute("select current_setting('warehouse.as_of', true) as before").fetchone()
        cursor.execute("select set_config('warehouse.as_of', %s, true)", (run.as_of.isoformat(),))
        yield cursor
        # The transaction may be the caller's, who goes on in the present.
        cursor.execute("select set_config('warehouse.as_of', %s, true)", ((row or {}).get("before") or "",))


def hold(conn: Connection, run: ReportRun, reasons: Sequence[str]) -> ReportRun:
    """Put the issue aside; the next `pin` of its quarter takes it up again."""
    return _move(conn, run, "held", ("pinned", "rendered"), " ".join(reasons))


def rendered(conn: Connection, run: ReportRun) -> ReportRun:
    """Record that every variant has been made and kept."""
    return _move(conn, run, "rendered", ("pinned", "rendered"), None)


def approve(conn: Connection, run: ReportRun, by: str) -> ReportRun:
    """Record who let the issue go out, and when."""
    with conn.transaction():
        moved = _move(conn, run, "approved", ("rendered", "approved"), f"Approved by {by}.")
        conn.execute(
            "update ops.report_run set approved_by = %s, approved_at = clock_timestamp() where report_run_id = %s",
            (by, run.report_run_id),
        )
    return moved


def reject(conn: Connection, run: ReportRun, reason: str) -> ReportRun:
    """Record that the issue must not go out, and why."""
    return _move(conn, run, "rejected", ("rendered", "rejected"), reason)


def sent(conn: Connection, run: ReportRun) -> ReportRun:
    """Record that nothing is left to send."""
    return _move(conn, run, "sent", ("approved", "sent"), None)


def current(conn: Connection, run_id: int) -> ReportRun:
    """The issue as it stands in the warehouse now."""
    return _one(conn, f"select {COLUMNS} from ops.report_run where report_run_id = %s", (run_id,))


def sent_before(conn: Connection, run: ReportRun) -> ReportRun | None:
    """The issue that readers had before this one, as it was pinned; None for the first."""
    if run.report_run_id:
        return current(conn, run.previous_run_id) if run.previous_run_id else None
    with conn.cursor(row_factory=class_row(ReportRun)) as cursor:
        return cursor.execute(
            f"""select {COLUMNS} from ops.report_run where state in ('approved', 'sent') and as_of < %s
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
                where report_run_id = %s returning {COLUMNS}""",
            (state, reason, run.report_run_id),
        )


def newest(
    conn: Connection, report_code: str, states: Sequence[str] = (*UNDER_WAY, "rejected", "approved", "sent")
) -> ReportRun | None:
    """The newest version of a report that is in one of some states."""
    with conn.cursor(row_factory=class_row(ReportRun)) as cursor:
        return cursor.execute(
            f"""select {COLUMNS} from ops.report_run where report_code = %s and state = any(%s)
                order by version desc limit 1""",
            (report_code, list(states)),
        ).fetchone()


def _one(conn: Connection, statement: str, values: Sequence[Any] | Mapping[str, Any]) -> ReportRun:
    with conn.cursor(row_factory=class_row(ReportRun)) as cursor:
        row = cursor.execute(statement, values).fetchone()
    if row is None:
        raise LookupError(f"ops.report_run: expected one row for {values!r}; got none.")
    return row
