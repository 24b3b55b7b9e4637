"""What the page remembers: the figures of a pinned issue, as the marts are made; nothing of any other moment."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any

import psycopg
import pytest

from include.reports.figures import cache, read_marts
from include.reports.figures.cache import ReportCache
from include.reports.issue import report_run
from include.reports.web.html_page import open_read_only

CLOCK = datetime(2026, 10, 15, 7, tzinfo=UTC)


@pytest.fixture
def issue(with_reference: None, conn: psycopg.Connection, loader: Any) -> report_run.ReportRun:
    """An issue of the reference rows and the projects."""
    loader("fit_fdi_project", (CLOCK - timedelta(days=1)).isoformat())
    return report_run.pin_issue(conn, "2026-Q3", CLOCK)


def jobs(dsn: str, run: report_run.ReportRun, kept: ReportCache) -> float:
    """Announced jobs as the page would have them, which it says to be in the scorecard and in the trend."""
    with open_read_only(dsn) as conn:
        rows = read_marts.read_figures(
            conn, run, open_second=lambda: open_read_only(dsn), cache=kept.for_warehouse(conn)
        )
    assert [row for row in rows["trend"] if row["kpi_code"] == "fdi_jobs"]
    [value] = [row["value"] for row in rows["scorecard"] if row["kpi_code"] == "fdi_jobs"]
    return float(value)


def test_an_issue_is_worked_out_once_until_the_marts_are_made_anew(conn, dsn, issue):
    """A figure of the past is changed by hand, as no load can, to tell what is remembered from what is asked again."""
    kept = ReportCache()
    before = jobs(dsn, issue, kept)
    conn.execute("update core.fdi_project set jobs_count = jobs_count + 1")
    assert jobs(dsn, issue, ReportCache()) > before
    assert jobs(dsn, issue, kept) == before
    text = conn.execute("select pg_get_viewdef('mart.fdi_project'::regclass)").fetchone()
    conn.execute(f"create or replace view mart.fdi_project as {text[0]}".encode())
    assert jobs(dsn, issue, kept) > before


def test_a_moment_that_no_issue_was_pinned_to_is_asked_each_time(conn, dsn, issue):
    kept, other = ReportCache(), report_run.ReportRun(**(vars(issue) | {"report_run_id": 0, "version": 0}))
    before = jobs(dsn, other, kept)
    conn.execute("update core.fdi_project set jobs_count = jobs_count + 1")
    assert jobs(dsn, other, kept) > before


def test_one_process_keeps_the_answers_used_last_and_no_more(monkeypatch):
    monkeypatch.setattr(cache, "MAX_CACHE_ENTRIES", 2)
    kept, made = ReportCache(), []

    def asked(key: str) -> str:
        return kept.get_or_make(key, lambda: made.append(key) or key)

    assert [asked(key) for key in "abacb"] == list("abacb")
    assert made == ["a", "b", "c", "b"]


def test_an_answer_that_failed_is_not_kept(dsn, issue):
    kept = ReportCache()
    with pytest.raises(psycopg.Error), open_read_only(dsn) as conn:
        kept.for_warehouse(conn)("scorecard", issue, lambda: conn.execute("select 1 / 0").fetchall())
    with open_read_only(dsn) as conn:
        assert kept.for_warehouse(conn)("scorecard", issue, lambda: 42) == 42


def test_only_the_indicators_of_the_report_are_worked_out_for_their_trends(conn, issue):
    """The planner cannot see which those are; when the question runs, the parts of all others are left alone."""
    asked = {"chart_kpi": read_marts.CHART_KPI, "kpis": ["exporters_count"], "periods": ["2024"], "since": None}
    with report_run.cursor_as_of(conn, issue) as cursor:
        rows = cursor.execute(
            "explain (analyze, costs off, timing off, summary off) " + read_marts.SERIES_QUERY, asked
        ).fetchall()
        kpis = cursor.execute("select kpi_code, is_headline, core_domain_code from core.kpi").fetchall()
    ran = worked_out([row["QUERY PLAN"] for row in rows])
    # those of a core domain by itself are found by their row of the catalogue
    assert ran.keys() == {row["kpi_code"] for row in kpis if row["core_domain_code"] in ("_T", "_Z")}
    shown = {row["kpi_code"] for row in kpis if row["is_headline"]} | {"exporters_count"}
    assert {code for code in ran if ran[code]} == shown


def worked_out(plan: list[str]) -> dict[str, bool]:
    """Of each KPI whether anything below its filter was executed."""
    found = {}
    for at, line in enumerate(plan):
        if filtered := re.match(r"( +)One-Time Filter: \('(\w+)'::text = ANY", line):
            below = takewhile(lambda other: other.startswith(filtered[1]), plan[at + 1 :])
            found[filtered[2]] = any("(actual" in other for other in below)
    return found
