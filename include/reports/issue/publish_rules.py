"""What stands between an issue and its readers; the rule is that of docs/reports.md.

Held: no figure at all; a source of a figure older than its KPIs allow; the newest delivery of such a source in
quarantine; for a correction instead of these last two: nothing that readers were told is different now. Sent with the
gap named: partners that have not reported or whose report cannot be read, rejected rows, a KPI without a figure.
"""

from __future__ import annotations

from typing import Any

from include.reports.content import changes, report_model
from include.reports.figures import read_marts
from include.reports.issue.report_run import Connection, ReportRun, reading

_HEADLINE = "(select source_code from mart.scorecard where is_headline)"
_STALE = f"""
select source_code, data_until_date, allowed_age_days from mart.freshness
where is_fresh is false and source_code in {_HEADLINE} order by source_code"""
_QUARANTINED = f"""
select subject, detail from mart.open_problem
where problem_code = 'quarantined_batch' and subject in {_HEADLINE} order by subject"""
_FIGURES = "select count(*) as n from mart.scorecard where is_headline and value is not null"


def gate(conn: Connection, run: ReportRun) -> list[str]:
    """Reasons to hold this issue, each saying what to do; empty means go."""
    with reading(conn, run) as cursor:
        has_figures = bool(_rows(cursor, _FIGURES)[0]["n"])
        late = [] if run.is_correction else _rows(cursor, _STALE)
        doubtful = [] if run.is_correction else _rows(cursor, _QUARANTINED)
    reasons = [
        f"{row['source_code']}: expected data no older than {row['allowed_age_days']} days; "
        f"got data until {row['data_until_date'] or 'never'}. Run its ingest, then this report again."
        for row in late
    ]
    reasons += [
        f"{row['subject']}: expected its newest delivery to be loaded; got one in quarantine: {row['detail']} "
        "Mend it, or load the delivery that is right, then this report again."
        for row in doubtful
    ]
    if not has_figures:
        reasons.append("scorecard: expected figures; got none. Run the ingest DAGs, then this report again.")
    elif run.is_correction and not _corrected(conn, run):
        reasons.append(
            f"{run.report_code}: expected a figure, definition or target that differs from what readers were told; "
            "got none. Load what is right, then correct the report again."
        )
    return reasons


def _corrected(conn: Connection, run: ReportRun) -> list[dict[str, Any]]:
    told = report_model.compose(read_marts.read(conn, run), run, "management", "nl", "")["changes"]
    return changes.corrected(told["items"]) if told else []


def _rows(cursor: Any, question: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cursor.execute(question).fetchall()
    return found
