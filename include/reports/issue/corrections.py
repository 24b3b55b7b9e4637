"""A new version of a report whose figures turned out wrong, for exactly those who got the old one."""

from __future__ import annotations

from datetime import datetime

from include.errors import WarehouseError
from include.reports.issue import report_run
from include.reports.issue.report_run import Connection, ReportRun


def pin(conn: Connection, report_code: str, clock: datetime, dag_run_id: str | None = None) -> ReportRun:
    """The correction of a report, its as-of moment fixed; one that is under way is taken up again.

    Raises:
        WarehouseError: the report never went out, or a later one did, which names revisions itself.
    """
    with report_run.choosing(conn):
        under_way = report_run.newest(conn, report_code, report_run.UNDER_WAY)
        if under_way and under_way.is_correction and under_way.state != "held":
            return under_way
        wrong = report_run.newest(conn, report_code, ("approved", "sent"))
        if wrong is None or wrong.report_run_id != _last_out(conn):
            raise WarehouseError(
                source="report",
                expected=f"{report_code} to be the report that went out last",
                got=(wrong and "a later one") or "none of that code that went out",
                todo="Correct the newest report; what changed in older figures stands in the next one.",
            )
        last = report_run.newest(conn, report_code)
        assert last is not None, "a version that went out is a version"
        version = last.version if last.state == "held" else last.version + 1
        return report_run.write(conn, report_code, version, clock, dag_run_id, wrong.report_run_id)


def _last_out(conn: Connection) -> int | None:
    row = conn.execute(
        """select report_run_id from ops.report_run where state in ('approved', 'sent')
           order by as_of desc, report_run_id desc limit 1"""
    ).fetchone()
    return row[0] if row else None
