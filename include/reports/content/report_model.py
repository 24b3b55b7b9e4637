"""Build the report as data: figures and sentences, per audience and language.

Figures keep the names of their columns in the marts, here, in the templates and in the workbook.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from include.reports.content import changes, highlights
from include.reports.figures import read_marts
from include.reports.issue.as_of import page_link
from include.reports.issue.calendar import next_report_date
from include.reports.issue.report_run import ReportRun
from include.reports.language.formats import one_line
from include.reports.language.labels import Kpi, Words, load_words

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
# Columns of mart.scorecard that the report shows; those in two languages are picked in _kpi.
_COLUMNS = (
    "kpi_code", "unit_code", "decimals", "measure_code", "direction_code", "status_code", "status_reason",
    "value", "planned_value", "last_year_value", "baseline_value", "target_value", "target_year", "target_provenance",
    "plan_gap_share", "last_year_change_share", "revised_from_value", "is_provisional",
    "period", "period_start_date", "period_end_date", "source_name", "source_url", "owner", "known_from",
    "reports_received_count", "reports_due_count",
)  # fmt: skip
# Readers who get the report up to the scorecard: no chart and no core domains.
_BRIEF_AUDIENCES = ("minister",)
# Readers who may sign in to Airflow, and so can open the full report; partners cannot.
_AUDIENCES_WITH_LOGIN = ("management", "minister", "engineer")


def build_report_model(
    rows: Rows, run: ReportRun, audience: str, language: str, contact: str, page_url: str = ""
) -> dict[str, Any]:
    """Build the report of an issue from its rows: JSON-able, keys sorted.

    Args:
        rows: what `include.reports.figures.read_marts.read_figures` gives.
        run: the issue.
        audience: management, minister, partner, partner:CODE or engineer; partners see no other partner's name.
        language: nl or en.
        contact: the address that readers write to.
        page_url: the address of the scorecard in Airflow, if there is one.
    """
    words = load_words(language)
    trends = read_marts.trend_windows(rows["trend"])
    kpis = [_kpi(row, language, words) | {"trend": trends.get(row["kpi_code"])} for row in rows["scorecard"]]
    partners = _partners(rows["partners"], show_names=not audience.startswith("partner"))
    model = {
        "report": _issue(run) | {"audience": audience, "language": language, "contact": contact},
        "full_report_url": _full_report_url(page_url, run, audience, language),
        "is_sample": any(row["payloads_count"] for row in rows["sample"]),
        "headline": highlights.write_headline(words, kpis),
        "subject": highlights.write_subject(words, kpis, run.period, is_correction=run.is_correction),
        "summary": highlights.write_summary(words, kpis),
        "attention": highlights.write_attention(words, kpis, partners),
        "changes": _changes(rows, kpis, language),
        "objectives": _objectives(kpis),
        "others": [_kpi(row, language, words) | {"trend": None} for row in rows.get("others", [])],
        "chart": _chart(rows, kpis) if audience not in _BRIEF_AUDIENCES else None,
        "domains": _domains(rows, language) if audience not in _BRIEF_AUDIENCES else [],
        "partners": partners,
        "partner_section": next(iter(rows.get("partner_section", [])), None),
        "thresholds": {row["threshold_code"]: row["value"] for row in rows["thresholds"]},
    }
    return _freeze(model)


def _freeze(model: Mapping[str, Any]) -> dict[str, Any]:
    frozen: dict[str, Any] = json.loads(json.dumps(model, sort_keys=True))
    return frozen


def _full_report_url(page_url: str, run: ReportRun, audience: str, language: str) -> str | None:
    return page_link(page_url, run, language) if page_url and audience in _AUDIENCES_WITH_LOGIN else None


def _issue(run: ReportRun) -> dict[str, Any]:
    return {
        "code": run.report_code, "version": run.version, "period": run.period, "as_of": run.as_of.isoformat(),
        "is_correction": run.is_correction, "next_date": next_report_date(run.period).isoformat(),
    }  # fmt: skip


def _changes(rows: Rows, kpis: Sequence[Kpi], language: str) -> dict[str, Any] | None:
    """Find the changes since the previous report; None when there was none."""
    if not rows["previous"]:
        return None
    (previous,) = rows["previous"]
    items = changes.find_changes(kpis, previous["scorecard"], rows["shown_before"], language)
    return {"since": previous["as_of"], "items": items}


def _kpi(row: Mapping[str, Any], language: str, words: Words) -> Kpi:
    name = one_line(row[f"name_{language}"])
    return {
        **{column: row[column] for column in _COLUMNS},
        "name": name,
        "short_name": words.catalog.short_name(row["kpi_code"], name),
        "definition": one_line(row[f"definition_{language}"]),
        "objective_name": row[f"objective_name_{language}"],
        "period_year": int(row["period_end_date"][:4]) if row["period_end_date"] else None,
    }


def _objectives(kpis: Sequence[Kpi]) -> list[dict[str, Any]]:
    grouped = groupby(kpis, key=lambda kpi: kpi["objective_name"])
    return [{"name": name, "kpis": list(members)} for name, members in grouped]


def _domains(rows: Rows, language: str) -> list[dict[str, Any]]:
    return [{**row, "name": row[f"name_{language}"]} for row in rows["domains"]]


def _partners(rows: Sequence[Mapping[str, Any]], *, show_names: bool) -> dict[str, Any]:
    names = {
        state: [one_line(row["partner_name"]) for row in rows if row["state"] == state]
        for state in ("missing", "quarantined")
    }
    rejected = [row["rejected_row_count"] for row in rows if row["rejected_row_count"]]
    return {
        "due_count": len(rows),
        "due_date": min((row["due_date"] for row in rows if row["state"] == "missing"), default=None),
        "missing_count": len(names["missing"]),
        "quarantined_count": len(names["quarantined"]),
        "missing": names["missing"] if show_names else [],
        "quarantined": names["quarantined"] if show_names else [],
        "rejected_row_count": sum(rejected),
        "rejected_report_count": len(rejected),
    }


def _chart(rows: Rows, kpis: Sequence[Kpi]) -> dict[str, Any] | None:
    kpi = next((kpi for kpi in kpis if kpi["kpi_code"] == read_marts.CHART_KPI), None)
    points = read_marts.chart_quarters(rows["chart"])
    return {"name": kpi["name"], "points": points} if kpi and points else None
