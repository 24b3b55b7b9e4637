"""As of when a page or report is read: a moment, or that of the newest issue."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from psycopg.rows import dict_row

from include.periods import ZONE
from include.reports.issue.calendar import due_period
from include.reports.issue.report_run import COLUMNS, Connection, ReportRun

# Now is never before the newest merge: the sample world has its own date.
_MOMENT = "select coalesce(%s::timestamptz, greatest(clock_timestamp(), max(known_from))) as moment from ops.merge"
_ISSUE = f"""
    select {COLUMNS} from ops.report_run
    where state <> 'held' and (as_of = %(moment)s or %(moment)s::timestamptz is null)
    order by as_of desc, report_run_id desc limit 1"""


def page_link(page: str, run: ReportRun, language: str, **query: str) -> str:
    """Link to one of our pages, in the same language and as of the same moment."""
    as_of = run.as_of.astimezone(ZONE).isoformat()
    return f"{page}?" + urlencode({"language": language, "as_of": as_of, **query})


def issue_as_of(conn: Connection, moment: datetime | None) -> ReportRun:
    """Load the issue pinned to a moment, or the newest not held; else make up version 0.

    Raises:
        psycopg.Error: the warehouse lacks its tables.
    """
    with conn.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(_ISSUE, {"moment": moment}).fetchone()
        if found:
            return ReportRun(**found)
        row = cursor.execute(_MOMENT, (moment,)).fetchone()
    assert row is not None, "an aggregate without groups gave no row"
    period = due_period(row["moment"])
    return ReportRun(
        report_run_id=0, report_code=f"KPI-{period}", version=0, period=period, as_of=row["moment"], state="pinned"
    )
