"""As of when a page or report is read: a moment, or that of the newest issue."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from urllib.parse import urlencode

from psycopg.rows import dict_row

from include.periods import ZONE, clock_from
from include.reports.issue.calendar import due_period
from include.reports.issue.report_run import COLUMNS, Connection, ReportRun

YEARS = range(2000, 2100)
# Now is never before the newest merge: the sample world has its own date.
_MOMENT = "select coalesce(%s::timestamptz, greatest(clock_timestamp(), max(known_from))) as moment from ops.merge"
_ISSUE = f"""
    select {COLUMNS} from ops.report_run
    where state <> 'held' and (as_of = %(moment)s or %(moment)s::timestamptz is null)
    order by as_of desc, report_run_id desc limit 1"""


def parse_as_of(text: str) -> datetime:
    """Read a moment, or the end of a day in Belgium.

    A space before the offset is a plus sign that a browser decoded.

    Raises:
        ValueError: no ISO 8601 text with an offset, or a year that no report is about.
    """
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return _end_of_day(text)
        moment = clock_from(re.sub(r" (\d\d:?\d\d)$", r"+\1", text))
        if moment.year in YEARS:
            return moment
    except (ValueError, OverflowError):
        pass
    raise ValueError(
        f"as_of: expected ISO 8601 with an offset or a day, from {YEARS[0]} to {YEARS[-1]}; got {text!r}. "
        "Write 2026-10-15T09:00:00+02:00."
    )


def _end_of_day(day: str) -> datetime:
    """Return the last moment of a Belgian day."""
    moment = datetime.combine(date.fromisoformat(day), time.max, ZONE)
    if moment.year not in YEARS:
        raise ValueError(day)
    return moment.astimezone(UTC)


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
