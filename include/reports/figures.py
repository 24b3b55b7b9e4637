"""Every figure of the report, read from the marts as of the issue's moment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import psycopg

from include.reports import own, trend
from include.reports.runs import Connection, ReportRun, reading, sent_before

# The one chart of the report, and how many quarters it shows.
CHART_KPI = "exports_eur"
CHART_QUARTERS = 10

_QUERIES: Mapping[str, str] = {
    "scorecard": "select * from mart.scorecard where is_headline order by objective_position, position, kpi_code",
    "domains": """
        select core_domain_code, position, name_nl, name_en, activities_count, companies_count,
            reports_received_count, reports_due_count
        from mart.core_domain_progress where period = %(period)s order by position, core_domain_code""",
    "partners": """
        select partner_code, partner_name, state, due_date, rejected_row_count
        from mart.partner_report where period = %(period)s order by partner_name, contract_code""",
    "thresholds": """
        select threshold_code, value from core.status_threshold
        where known_from <= (select core.as_of()) and known_to > (select core.as_of()) order by threshold_code""",
    "sample": """
        select count(*) as payloads_count from landing.payload
        where is_sample and fetched_at <= (select core.as_of())""",
    # Year-to-date values at the ends of quarters; the difference with the quarter before is the quarter.
    "chart": """
        select left(period, 4)::int as year, right(period, 2)::int / 3 as quarter, ytd_value, planned_value
        from mart.kpi_progress
        where kpi_code = %(chart_kpi)s and period ~ '-(03|06|09|12)$' and ytd_value is not null
        order by period""",
    "trend": trend.QUERY,
}
# The figures that the report before showed, as known now; and what they would be by the count of then.
_AGAIN = """
with recount as (
    select kpi_code, period, sum(after_value - before_value) as value
    from mart.impact
    where kind_code = 'definition' and known_from > %(since)s
    group by kpi_code, period
)
select
    progress.kpi_code,
    progress.period,
    progress.ytd_value,
    progress.ytd_value - coalesce(recount.value, 0) as as_counted_then,
    progress.planned_value
from mart.kpi_progress as progress
left join recount on progress.kpi_code = recount.kpi_code and progress.period = recount.period
where progress.kpi_code = any(%(kpis)s)"""


def read(conn: Connection, run: ReportRun, audience: str = "management") -> dict[str, Any]:
    """All rows of one issue, as JSON would carry them: numbers are floats, dates ISO 8601 texts.

    The audience matters to `own` only, the rows of the partner that it is.

    Raises:
        psycopg.Error: a mart is missing or failed.
    """
    values = {"period": run.period, "chart_kpi": CHART_KPI}
    previous = _previous(conn, run)
    with reading(conn, run) as cursor:
        rows = {name: cursor.execute(query, values).fetchall() for name, query in _QUERIES.items()}
        rows["previous"] = previous
        rows["own"] = own.read(cursor, audience, run.period)
        rows["again"] = [row for issue in previous for row in _again(cursor, issue)]
    plain: dict[str, Any] = json.loads(json.dumps(rows, default=_plain, sort_keys=True))
    return plain


def _previous(conn: Connection, run: ReportRun) -> list[dict[str, Any]]:
    """The report sent before this issue, as of its own moment: its scorecard; empty for the first."""
    found = sent_before(conn, run)
    if found is None:
        return []
    with reading(conn, found) as cursor:
        scorecard = cursor.execute(_QUERIES["scorecard"]).fetchall()
    return [{"as_of": found.as_of, "report_code": found.report_code, "scorecard": scorecard}]


def _again(cursor: psycopg.Cursor[dict[str, Any]], issue: Mapping[str, Any]) -> list[dict[str, Any]]:
    shown = {row["kpi_code"]: row["period"] for row in issue["scorecard"] if row["period"]}
    rows = cursor.execute(_AGAIN, {"since": issue["as_of"], "kpis": list(shown)}).fetchall()
    return [row for row in rows if shown[row["kpi_code"]] == row["period"]]


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
