"""Read every figure of the report and its page from the marts; no words.

`read_figures` gives the rows of one issue. `chart_quarters` and `trend_windows` make the series of its chart and
trends from them; `read_partner_reports` and `read_open_problems` give what only the page shows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import psycopg

from include.reports.figures.cache import WarehouseCache
from include.reports.issue.report_run import Connection, ReportRun, cursor_as_of, load_previous_run

Rows = Sequence[Mapping[str, Any]]
OpenConnection = Callable[[], AbstractContextManager[Connection]]
# The one KPI that the report shows as a chart, and over how many quarters.
CHART_KPI = "exports_eur"
CHART_QUARTERS = 10
TREND_QUARTERS, MIN_TREND_QUARTERS = 8, 3

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
# One look at mart.kpi_progress answers three questions, because each look works the indicators out again. The planner
# cannot see the list of KPIs, so it works out only those that are asked for.
# chart: year-to-date values at the ends of quarters; the difference with the quarter before is the quarter.
# trend: a quarter of a flow is the sum of its three months; of a level its last month.
# shown_before: the figures of the previous report, as known now, and as they would be without changes in counting.
SERIES_QUERY = """
with kpi as (
    select kpi_code, measure_code, freq_code from asof.kpi
    where is_headline or kpi_code = any(%(kpis)s)
),
progress as materialized (
    select kpi_code, period, value, ytd_value, planned_value, core.period_end(period) as period_end_date
    from mart.kpi_progress
    where kpi_code = any(array(select kpi_code from kpi))
),
chart as (
    select left(period, 4)::integer as year, right(period, 2)::integer / 3 as quarter, ytd_value, planned_value
    from progress
    where kpi_code = %(chart_kpi)s and period ~ '-(03|06|09|12)$' and ytd_value is not null
),
trend as (
    select
        kpi_code,
        extract(year from period_end_date)::integer * 4 + extract(quarter from period_end_date)::integer as quarter,
        case when measure_code = 'flow' then sum(value) else max(value) end as value
    from progress inner join kpi using (kpi_code)
    where
        freq_code in ('M', 'Q') and core.period_start(period) > (select core.as_of()) - interval '5 years'
        and period_end_date < (select core.as_of())
        and (measure_code = 'flow' or mod(extract(month from period_end_date), 3) = 0)
    group by kpi_code, measure_code, freq_code, quarter
    having count(value) = case when measure_code = 'flow' and freq_code = 'M' then 3 else 1 end
),
recount as (
    select kpi_code, period, sum(after_value - before_value) as value
    from mart.impact
    where kind_code = 'definition' and known_from > %(since)s
    group by kpi_code, period
),
shown_before as (
    select
        kpi_code, period, progress.ytd_value, progress.ytd_value - coalesce(recount.value, 0) as as_counted_then,
        progress.planned_value
    from progress
    inner join unnest(%(kpis)s::text[], %(periods)s::text[]) as shown (kpi_code, period) using (kpi_code, period)
    left join recount using (kpi_code, period)
)
select
    (select coalesce(jsonb_agg(chart order by year, quarter), '[]') from chart) as chart,
    (select coalesce(jsonb_agg(trend order by kpi_code, quarter), '[]') from trend) as trend,
    (select coalesce(jsonb_agg(shown_before order by kpi_code), '[]') from shown_before) as shown_before"""
# The report that a partner owes for the quarter, the newest contract first, and when its next one is due.
_PARTNER_REPORT = """
    select report.partner_name, report.state, report.due_date, report.handed_in_at, report.is_on_time,
        report.rejected_row_count,
        (date_trunc('quarter', report.due_date) + interval '3 months' - interval '1 day')::date
            + contract.report_due_days as next_due_date
    from mart.partner_report as report
    inner join asof.contract as contract on report.contract_code = contract.contract_code
    where report.partner_code = %(partner)s and report.period = %(period)s
    order by contract.start_date desc, report.contract_code limit 1"""
# The same part of this year and of last year: activities by the quarter of their first day, money by report.
_PARTNER_WORK = """
    select
        left(counted.quarter, 4)::integer as year,
        count(*) filter (where counted.status_code = 'held') as activities_count,
        sum(counted.companies_count) filter (where counted.status_code = 'held') as companies_count
    from mart.partner_activity as counted
    where counted.partner_code = %(partner)s and right(counted.quarter, 2) <= right(%(period)s, 2)
        and left(counted.quarter, 4)::integer between left(%(period)s, 4)::integer - 1 and left(%(period)s, 4)::integer
    group by 1"""
_PARTNER_BUDGET = """
    select left(period, 4)::integer as year, sum(budget_used_eur) as budget_used_eur
    from mart.partner_activity
    where partner_code = %(partner)s and right(period, 2) <= right(%(period)s, 2)
        and left(period, 4)::integer between left(%(period)s, 4)::integer - 1 and left(%(period)s, 4)::integer
    group by 1"""
_PARTNER_FIGURES = ("activities_count", "companies_count", "budget_used_eur")
_PARTNER_REPORTS = """
    select partner_name, contract_code, state, due_date, handed_in_at, is_on_time, is_overdue, activity_count,
        rejected_row_count
    from mart.partner_report where period = %s
    order by state = 'missing' desc, state = 'quarantined' desc, partner_name, contract_code"""
_OPEN_PROBLEMS = "select * from mart.open_problem order by problem_code, since nulls first, subject"


def read_figures(
    conn: Connection,
    run: ReportRun,
    audience: str = "management",
    *,
    open_second: OpenConnection | None = None,
    cache: WarehouseCache | None = None,
) -> dict[str, Any]:
    """Read all rows of one issue as JSON has them: numbers as floats, dates as texts.

    Args:
        conn: the warehouse.
        run: the issue.
        audience: decides the rows of `partner_section` only, those of the partner that it is.
        open_second: opens a second connection, which reads the scorecard while the first reads all else.
        cache: rows that a process keeps of issues that it shows again.

    Raises:
        psycopg.Error: a mart is missing or failed.
    """

    def read() -> str:
        return json.dumps(_read_rows(conn, run, audience, open_second, cache), default=_json_value)

    text = cache(audience, run, read) if cache else read()
    rows: dict[str, Any] = json.loads(text)
    return rows


def read_partner_reports(cursor: psycopg.Cursor[Any], period: str) -> Rows:
    """Read the reports due for a quarter, missing ones first, as of the cursor's moment."""
    rows: Rows = cursor.execute(_PARTNER_REPORTS, (period,)).fetchall()
    return rows


def read_open_problems(cursor: psycopg.Cursor[Any]) -> Rows:
    """Read the open problems, the oldest first, as of the cursor's moment."""
    return cursor.execute(_OPEN_PROBLEMS).fetchall()


def partner_of(audience: str) -> str | None:
    """Name the partner of an audience such as partner:agoria; None for any other audience."""
    return audience.partition(":")[2] or None


def chart_quarters(rows: Rows) -> list[dict[str, Any]]:
    """Turn year-to-date rows into the newest quarters of the chart.

    Returns:
        Per quarter `period`, `value`, `planned_value` and `last_year_value` (EUR; None when not known), oldest first.
    """
    ends = {(row["year"], row["quarter"]): row for row in rows}
    values = {key: _quarter_value(ends, key, "ytd_value") for key in ends}
    points = [
        {
            "period": f"{year}-Q{quarter}",
            "value": value,
            "planned_value": _quarter_value(ends, (year, quarter), "planned_value"),
            "last_year_value": values.get((year - 1, quarter)),
        }
        for (year, quarter), value in sorted(values.items())
        if value is not None
    ]
    return points[-CHART_QUARTERS:]


def trend_windows(rows: Rows) -> dict[str, dict[str, Any]]:
    """Cut the newest whole quarters of each KPI; none for one with fewer than three.

    Args:
        rows: kpi_code, value and `quarter`, a running number.

    Returns:
        By KPI the `last` quarter and the `values` up to it, oldest first, None where one is missing.
    """
    known: dict[str, dict[int, float]] = {}
    for row in rows:
        known.setdefault(row["kpi_code"], {})[row["quarter"]] = row["value"]
    windows = {}
    for code, values in known.items():
        last = max(values)
        first = max(min(values), last - TREND_QUARTERS + 1)
        window = [values.get(quarter) for quarter in range(first, last + 1)]
        if len([value for value in window if value is not None]) >= MIN_TREND_QUARTERS:
            windows[code] = {"last": f"{(last - 1) // 4}-Q{(last - 1) % 4 + 1}", "values": window}
    return windows


def _read_rows(
    conn: Connection, run: ReportRun, audience: str, open_second: OpenConnection | None, cache: WarehouseCache | None
) -> dict[str, list[dict[str, Any]]]:
    if open_second is None:
        return _read_other_rows(conn, run, audience, cache) | _split_headline(_read_scorecard(conn, run, cache))
    with open_second() as second, ThreadPoolExecutor(1) as thread:
        scorecard = thread.submit(_read_scorecard, second, run, cache)
        return _read_other_rows(conn, run, audience, cache) | _split_headline(scorecard.result())


def _split_headline(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Split into the `scorecard` that the mail shows and the `others`, for which it has no room."""
    return {
        "scorecard": [row for row in rows if row["is_headline"]],
        "others": [row for row in rows if not row["is_headline"]],
    }


def _read_other_rows(
    conn: Connection, run: ReportRun, audience: str, cache: WarehouseCache | None
) -> dict[str, list[dict[str, Any]]]:
    previous = _read_previous(conn, run, cache)
    scorecard, since = (previous[0]["scorecard"], previous[0]["as_of"]) if previous else ([], None)
    with cursor_as_of(conn, run) as cursor:
        rows = {name: cursor.execute(query, {"period": run.period}).fetchall() for name, query in _QUERIES.items()}
        rows |= _read_series(cursor, scorecard, since)
        rows["partner_section"] = _read_partner_section(cursor, audience, run.period)
    return rows | {"previous": previous}


def _read_scorecard(conn: Connection, run: ReportRun, cache: WarehouseCache | None) -> list[dict[str, Any]]:
    def query() -> list[dict[str, Any]]:
        with cursor_as_of(conn, run) as cursor:
            return cursor.execute(_SCORECARD).fetchall()

    return cache("scorecard", run, query) if cache else query()


def _read_previous(conn: Connection, run: ReportRun, cache: WarehouseCache | None) -> list[dict[str, Any]]:
    """Read the scorecard of the report sent before, as of its moment; empty for the first."""
    previous = load_previous_run(conn, run)
    if previous is None:
        return []
    scorecard = _split_headline(_read_scorecard(conn, previous, cache))["scorecard"]
    return [{"as_of": previous.as_of, "report_code": previous.report_code, "scorecard": scorecard}]


def _read_series(cursor: psycopg.Cursor[Any], scorecard: Rows, since: datetime | None) -> dict[str, Any]:
    """Read `chart`, `trend` and `shown_before`, given the previous scorecard and moment."""
    periods = {row["kpi_code"]: row["period"] for row in scorecard if row["period"]}
    values = {"chart_kpi": CHART_KPI, "kpis": list(periods), "periods": list(periods.values()), "since": since}
    rows: dict[str, Any] = cursor.execute(SERIES_QUERY, values).fetchall()[0]
    return rows


def _read_partner_section(cursor: psycopg.Cursor[Any], audience: str, period: str) -> list[dict[str, Any]]:
    """Read one row for the partner of an audience; none without one that owes a report.

    Each of its figures is a pair: since January of this year, and the same part of last year.
    """
    values = {"partner": partner_of(audience), "period": period}
    report = cursor.execute(_PARTNER_REPORT, values).fetchone() if values["partner"] else None
    if report is None:
        return []
    by_year: dict[int, dict[str, Any]] = {}
    for query in (_PARTNER_WORK, _PARTNER_BUDGET):
        for row in cursor.execute(query, values).fetchall():
            by_year.setdefault(row["year"], {}).update(row)
    year = int(period[:4])
    figures = {name: [by_year.get(wanted, {}).get(name) for wanted in (year, year - 1)] for name in _PARTNER_FIGURES}
    return [{**report, **figures}]


def _json_value(value: object) -> float | str:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"report figures: expected numbers, dates and texts; got {type(value).__name__}.")


def _quarter_value(
    ends: Mapping[tuple[int, int], Mapping[str, Any]], key: tuple[int, int], column: str
) -> float | None:
    """Subtract the year-to-date value of the quarter before, if there is one in the year."""
    now = ends[key][column]
    if key[1] == 1 or now is None:
        return None if now is None else float(now)
    before = ends.get((key[0], key[1] - 1), {}).get(column)
    return None if before is None else float(now) - float(before)
