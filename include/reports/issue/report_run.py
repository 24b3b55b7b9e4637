"""Issues of the report: pinned, held or rendered, approved or rejected, sent; corrections."""

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
from include.reports.issue import report_run

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
# Neither approved nor rejected yet.
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
        """Whether nothing of it is left to send."""
        return self.state == "sent"

    @property
    def is_approved(self) -> bool:
        """Whether somebody approved it: nobody is asked again, and what is left to send is sent."""
        return self.state in ("approved", "sent")


def pin_issue(conn: Connection, period: str, clock: datetime, dag_run_id: str | None = None) -> ReportRun:
    """Pin the issue of a quarter to a moment, so that no merge changes its figures.

    An existing issue is returned as it stands (see `is_approved`); a held one is pinned to the new moment; after a
    rejected one comes the next version, unless a version went out already.

    Raises:
        ValueError: the period is no quarter.
    """
    if not re.fullmatch(r"\d{4}-Q[1-4]", period):
        raise ValueError(f"report: expected a quarter such as 2026-Q3; got {period!r}. Correct the run's parameter.")
    with hold_off_merges(conn):
        found = newest_version(conn, f"KPI-{period}")
        if found and found.state == "rejected":
            found = newest_version(conn, f"KPI-{period}", ("approved", "sent")) or found
        if found and found.state not in ("held", "rejected"):
            return found
        version = 1 if found is None else found.version + (found.state == "rejected")
        corrects = found.previous_run_id if found and found.is_correction else None
        return write_pin(conn, f"KPI-{period}", version, clock, dag_run_id, corrects)


@contextmanager
def hold_off_merges(conn: Connection) -> Iterator[None]:
    """Keep merges out while a moment is chosen: each merge holds this lock shared."""
    with conn.transaction():
        conn.execute("select pg_advisory_xact_lock(hashtext('core.pin'))")
        yield


def write_pin(
    conn: Connection, report_code: str, version: int, clock: datetime, dag_run_id: str | None, corrects: int | None
) -> ReportRun:
    """Write the pin of a version, a correction when `corrects` names an issue.

    A held version is pinned anew.
    """
    values = {
        "code": report_code, "version": version, "period": report_code.removeprefix("KPI-"), "clock": clock,
        "dag_run_id": dag_run_id, "corrects": corrects, "is_correction": corrects is not None,
    }  # fmt: skip
    return _run_from(conn, _PIN, values)


@contextmanager
def cursor_as_of(conn: Connection, run: ReportRun) -> Iterator[psycopg.Cursor[dict[str, Any]]]:
    """Open a cursor that reads as of the issue's moment; rows are dictionaries."""
    with conn.transaction(), conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute("select current_setting('warehouse.as_of', true) as before").fetchone()
        cursor.execute("select set_config('warehouse.as_of', %s, true)", (run.as_of.isoformat(),))
        yield cursor
        # The transaction may be the caller's, who continues in the present.
        cursor.execute("select set_config('warehouse.as_of', %s, true)", ((row or {}).get("before") or "",))


def hold_run(conn: Connection, run: ReportRun, reasons: Sequence[str]) -> ReportRun:
    """Hold the issue; the next `pin_issue` of its quarter pins it anew."""
    return _move_to(conn, run, "held", ("pinned", "rendered"), " ".join(reasons))


def mark_rendered(conn: Connection, run: ReportRun) -> ReportRun:
    """Record that every variant is rendered and stored."""
    return _move_to(conn, run, "rendered", ("pinned", "rendered"), None)


def approve_run(conn: Connection, run: ReportRun, by: str) -> ReportRun:
    """Record who approved the issue, and when."""
    with conn.transaction():
        moved = _move_to(conn, run, "approved", ("rendered", "approved"), f"Approved by {by}.")
        conn.execute(
            "update ops.report_run set approved_by = %s, approved_at = clock_timestamp() where report_run_id = %s",
            (by, run.report_run_id),
        )
    return moved


def reject_run(conn: Connection, run: ReportRun, reason: str) -> ReportRun:
    """Record that the issue must not go out, and why."""
    return _move_to(conn, run, "rejected", ("rendered", "rejected"), reason)


def mark_sent(conn: Connection, run: ReportRun) -> ReportRun:
    """Record that nothing is left to send."""
    return _move_to(conn, run, "sent", ("approved", "sent"), None)


def load_run(conn: Connection, run_id: int) -> ReportRun:
    """Load the issue as it stands in the warehouse now."""
    return _run_from(conn, f"select {COLUMNS} from ops.report_run where report_run_id = %s", (run_id,))


def load_previous_run(conn: Connection, run: ReportRun) -> ReportRun | None:
    """Load the issue that readers had before this one, as it was pinned; None for the first."""
    if run.report_run_id:
        return load_run(conn, run.previous_run_id) if run.previous_run_id else None
    with conn.cursor(row_factory=class_row(ReportRun)) as cursor:
        return cursor.execute(
            f"""select {COLUMNS} from ops.report_run where state in ('approved', 'sent') and as_of < %s
                order by as_of desc, report_run_id desc limit 1""",
            (run.as_of,),
        ).fetchone()


def _move_to(conn: Connection, run: ReportRun, state: str, allowed: Sequence[str], reason: str | None) -> ReportRun:
    with conn.transaction():
        conn.execute("select from ops.report_run where report_run_id = %s for update", (run.report_run_id,))
        now = load_run(conn, run.report_run_id)
        if now.state not in allowed:
            raise WarehouseError(
                source="report",
                expected=f"{run.report_code} version {run.version} to be {' or '.join(allowed)}",
                got=now.state,
                todo=f"Look at ops.report_run before making it {state}.",
            )
        return _run_from(
            conn,
            f"""update ops.report_run set state = %s, reason = coalesce(%s, reason)
                where report_run_id = %s returning {COLUMNS}""",
            (state, reason, run.report_run_id),
        )


def newest_version(
    conn: Connection, report_code: str, states: Sequence[str] = (*UNDER_WAY, "rejected", "approved", "sent")
) -> ReportRun | None:
    """Load the newest version of a report in one of some states."""
    with conn.cursor(row_factory=class_row(ReportRun)) as cursor:
        return cursor.execute(
            f"""select {COLUMNS} from ops.report_run where report_code = %s and state = any(%s)
                order by version desc limit 1""",
            (report_code, list(states)),
        ).fetchone()


def _run_from(conn: Connection, statement: str, values: Sequence[Any] | Mapping[str, Any]) -> ReportRun:
    with conn.cursor(row_factory=class_row(ReportRun)) as cursor:
        row = cursor.execute(statement, values).fetchone()
    if row is None:
        raise LookupError(f"ops.report_run: expected one row for {values!r}; got none.")
    return row


def pin_correction(conn: Connection, report_code: str, clock: datetime, dag_run_id: str | None = None) -> ReportRun:
    """Pin the correction of a report; one that is under way is returned as it stands.

    Its readers are exactly those whom the wrong version reached.

    Raises:
        WarehouseError: the report never went out, or a later one did, which names revisions itself.
    """
    with report_run.hold_off_merges(conn):
        under_way = report_run.newest_version(conn, report_code, report_run.UNDER_WAY)
        if under_way and under_way.is_correction and under_way.state != "held":
            return under_way
        wrong = report_run.newest_version(conn, report_code, ("approved", "sent"))
        if wrong is None or wrong.report_run_id != _last_run_out(conn):
            raise WarehouseError(
                source="report",
                expected=f"{report_code} to be the report that went out last",
                got=(wrong and "a later one") or "none of that code that went out",
                todo="Correct the newest report; what changed in older figures stands in the next one.",
            )
        last = report_run.newest_version(conn, report_code)
        assert last is not None, "a version that went out is a version"
        version = last.version if last.state == "held" else last.version + 1
        return report_run.write_pin(conn, report_code, version, clock, dag_run_id, wrong.report_run_id)


def _last_run_out(conn: Connection) -> int | None:
    row = conn.execute(
        """select report_run_id from ops.report_run where state in ('approved', 'sent')
           order by as_of desc, report_run_id desc limit 1"""
    ).fetchone()
    return row[0] if row else None
