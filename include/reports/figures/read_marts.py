"""Every figure of the report, read from the marts as of the issue's moment."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from include.reports.content import partner_section
from include.reports.figures import history
from include.reports.issue.report_run import Connection, ReportRun, reading, sent_before
from include.reports.web.cache import Recall

Opening = Callable[[], AbstractContextManager[Connection]]
# How many quarters the chart shows.
CHART_QUARTERS = 10

_SCORECARD = "select * from mart.scorecard order by objective_position, position, kpi_code"
_QUERIES: Mapping[str, str] = {
    "domains": """
        select core_domain_code, position, name_nl, name_en, activities_count, companies_count,
            reports_received_count, reports_due_count, planned_activities_count, plan_provenance
        from mart.core_domain_progress where period = %(period)s order by position, core_domain_code""",
    "partners": """
        select partner_code, partner_name, state, due_date, rejected_row_count
        from mart.partner_report where period = %(period)s order by partner_name, contract_code""",
    "thresholds": """
        select threshold_code, value from asof.status_threshold order by threshold_code""",
    "sample": """
        select count(*) as payloads_count from landing.payload
        where is_sample and fetched_at <= (select core.as_of())""",
}


def read(
    conn: Connection,
    run: ReportRun,
    audience: str = "management",
    *,
    beside: Opening | None = None,
    recall: Recall | None = None,
) -> dict[str, Any]:
    """All rows of one issue, as JSON would carry them: numbers are floats, dates ISO 8601 texts.

    Args:
        conn: the warehouse.
        run: the issue.
        audience: matters to `own` only, the rows of the partner that it is.
        beside: opens a second connection, to have the scorecard worked out while the first asks for all else.
        recall: what a process that shows an issue again knows of it.

    Raises:
        psycopg.Error: a mart is missing or failed.
    """
    known = recall or Recall()
    text = known(audience, run, lambda: json.dumps(_rows(conn, run, audience, beside, known), default=_plain))
    plain: dict[str, Any] = json.loads(text)
    return plain


def _rows(
    conn: Connection, run: ReportRun, audience: str, beside: Opening | None, known: Recall
) -> dict[str, list[dict[str, Any]]]:
    if beside is None:
        return _rest(conn, run, audience, known) | _divided(_scorecard(conn, run, known))
    with beside() as second, ThreadPoolExecutor(1) as thread:
        scorecard = thread.submit(_scorecard, second, run, known)
        return _rest(conn, run, audience, known) | _divided(scorecard.result())


def _divided(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The `scorecard` that the mail shows, and the `others`, for which it has no room."""
    return {
        "scorecard": [row for row in rows if row["is_headline"]],
        "others": [row for row in rows if not row["is_headline"]],
    }


def _rest(conn: Connection, run: ReportRun, audience: str, known: Recall) -> dict[str, list[dict[str, Any]]]:
    """All rows but those of the scorecard of this issue."""
    previous = _previous(conn, run, known)
    shown, since = (previous[0]["scorecard"], previous[0]["as_of"]) if previous else ([], None)
    with reading(conn, run) as cursor:
        rows = {name: cursor.execute(query, {"period": run.period}).fetchall() for name, query in _QUERIES.items()}
        rows |= history.read(cursor, shown, since)
        rows["own"] = partner_section.read(cursor, audience, run.period)
    return rows | {"previous": previous}


def _scorecard(conn: Connection, run: ReportRun, known: Recall) -> list[dict[str, Any]]:
    def asked() -> list[dict[str, Any]]:
        with reading(conn, run) as cursor:
            return cursor.execute(_SCORECARD).fetchall()

    return known("scorecard", run, asked)


def _previous(conn: Connection, run: ReportRun, known: Recall) -> list[dict[str, Any]]:
    """The report sent before this issue, as of its own moment: its scorecard; empty for the first."""
    found = sent_before(conn, run)
    if found is None:
        return []
    scorecard = _divided(_scorecard(conn, found, known))["scorecard"]
    return [{"as_of": found.as_of, "report_code": found.report_code, "scorecard": scorecard}]


def _plain(value: object) -> float | str:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"report figures: expected numbers, dates and texts; got {type(value).__name__}.")


def quarters(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The newest quarters of the chart's KPI from its year-to-date rows.

    Returns:
        Per quarter `period`, `value`, `planned` and `last_year` (EUR; None when not known), oldest first.
    """
    ends = {(row["year"], row["quarter"]): row for row in rows}
    values = {key: _own(ends, key, "ytd_value") for key in ends}
    points = [
        {
            "period": f"{year}-Q{quarter}",
            "value": value,
            "planned": _own(ends, (year, quarter), "planned_value"),
            "last_year": values.get((year - 1, quarter)),
        }
        for (year, quarter), value in sorted(values.items())
        if value is not None
    ]
    return points[-CHART_QUARTERS:]


def _own(ends: Mapping[tuple[int, int], Mapping[str, Any]], key: tuple[int, int], column: str) -> float | None:
    now = ends[key][column]
    if key[1] == 1 or now is None:
        return None if now is None else float(now)
    before = ends.get((key[0], key[1] - 1), {}).get(column)
    return None if before is None else float(now) - float(before)
