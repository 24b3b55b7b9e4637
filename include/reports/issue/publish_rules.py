"""Rules of publication, as docs/reports.md states them.

An issue is held when it has no figure at all, when a source of a figure is older than its KPIs allow, or when the
newest delivery of such a source is in quarantine. A correction is held when it has no figure or corrects nothing. An
issue is sent with the gap named when partners have not reported, a report cannot be read, rows were rejected, or a KPI
has no figure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from include.reports.issue.report_run import Connection, ReportRun, cursor_as_of

_HEADLINE = "(select source_code from mart.scorecard where is_headline)"
_STALE = f"""
select source_code, data_until_date, allowed_age_days from mart.freshness
where is_fresh is false and source_code in {_HEADLINE} order by source_code"""
_QUARANTINED = f"""
select subject, detail from mart.open_problem
where problem_code = 'quarantined_batch' and subject in {_HEADLINE} order by subject"""
_FIGURES = "select count(*) as n from mart.scorecard where is_headline and value is not null"


def reasons_to_hold(conn: Connection, run: ReportRun, is_corrected: Callable[[], bool]) -> list[str]:
    """List the reasons to hold this issue, each saying what to do; empty means go.

    Args:
        conn: the warehouse.
        run: the issue.
        is_corrected: whether a correction corrects anything that readers were told; called for corrections only.
    """
    with cursor_as_of(conn, run) as cursor:
        has_figures = bool(_rows(cursor, _FIGURES)[0]["n"])
        stale = [] if run.is_correction else _rows(cursor, _STALE)
        quarantined = [] if run.is_correction else _rows(cursor, _QUARANTINED)
    reasons = [
        f"{row['source_code']}: expected data no older than {row['allowed_age_days']} days; "
        f"got data until {row['data_until_date'] or 'never'}. Run its ingest, then this report again."
        for row in stale
    ]
    reasons += [
        f"{row['subject']}: expected its newest delivery to be loaded; got one in quarantine: {row['detail']} "
        "Mend it, or load the delivery that is right, then this report again."
        for row in quarantined
    ]
    if not has_figures:
        reasons.append("scorecard: expected figures; got none. Run the ingest DAGs, then this report again.")
    elif run.is_correction and not is_corrected():
        reasons.append(
            f"{run.report_code}: expected a figure, definition or target that differs from what readers were told; "
            "got none. Load what is right, then correct the report again."
        )
    return reasons


def _rows(cursor: Any, query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = cursor.execute(query).fetchall()
    return rows
