"""The report as data: every figure, and the sentences made from them, for one audience in one language."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from include.reports.content import changes
from include.reports.content.highlights import Kpi
from include.reports.delivery.settings import MailSettings
from include.reports.figures import history, read_marts, trend
from include.reports.issue.calendar import next_report_date
from include.reports.issue.report_run import Connection, ReportRun
from include.reports.language import sentences
from include.reports.language.catalog import catalog
from include.reports.language.formats import Formats, one_line
from include.reports.language.labels import Words
from include.reports.web.as_of_moment import address

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
# Our name of a scorecard column; the rest of what the report shows of a KPI keeps its own.
_RENAMED = {
    "code": "kpi_code", "unit": "unit_code", "measure": "measure_code", "direction": "direction_code",
    "status": "status_code", "reason": "status_reason", "planned": "planned_value", "last_year": "last_year_value",
    "baseline": "baseline_value", "target": "target_value", "gap": "plan_gap_share", "change": "last_year_change_share",
    "revised_from": "revised_from_value", "received": "reports_received_count", "due": "reports_due_count",
}  # fmt: skip
_SAME = (
    "value", "decimals", "source_name", "source_url", "owner", "period", "period_start_date", "period_end_date",
    "is_provisional", "target_year", "target_provenance", "known_from",
)  # fmt: skip

# Who reads up to the scorecard, and no further: no chart and no core domains.
_BRIEF = ("minister",)
# Who may sign in to Airflow, and so can open the full report; partners cannot.
_SIGN_IN = ("management", "minister", "engineer")


def build(
    conn: Connection, run: ReportRun, audience: str, language: str, settings: MailSettings | None = None
) -> dict[str, Any]:
    """The report of an issue, read as of its moment: a pure function of (issue, audience, language).

    Args:
        conn: the warehouse.
        run: the issue.
        audience: management, minister, partner, partner:CODE or engineer; partners see no other partner's name.
        language: nl or en.
        settings: the address that readers write to, and that of the scorecard in Airflow.
    """
    told = settings or MailSettings()
    return compose(read_marts.read(conn, run, audience), run, audience, language, told.reply_to, told.page_url)


def compose(
    rows: Rows, run: ReportRun, audience: str, language: str, contact: str, page_url: str = ""
) -> dict[str, Any]:
    """The same from rows read already; JSON-able, keys sorted."""
    words = Words(catalog(language), Formats(language))
    trends = trend.of(rows["trend"])
    kpis = [_kpi(row, language, words) | {"trend": trends.get(row["kpi_code"])} for row in rows["scorecard"]]
    partners = _partners(rows["partners"], show_names=audience.partition(":")[0] != "partner")
    context = {
        "report": _issue(run) | {"audience": audience, "language": language, "contact": contact},
        "full": address(page_url, run, language) if page_url and audience in _SIGN_IN else None,
        "is_sample": bool(rows["sample"] and rows["sample"][0]["payloads_count"]),
        "headline": sentences.headline(words, kpis),
        "subject": sentences.subject(words, kpis, run.period, is_correction=run.is_correction),
        "summary": sentences.summary(words, kpis),
        "attention": sentences.attention(words, kpis, partners),
        "changes": _changes(rows, kpis, language),
        "objectives": _objectives(kpis),
        "others": [_kpi(row, language, words) | {"trend": None} for row in rows.get("others", [])],
        "chart": _chart(rows, kpis) if audience not in _BRIEF else None,
        "domains": [{**row, "name": row[f"name_{language}"]} for row in rows["domains"] if audience not in _BRIEF],
        "partners": partners, "own": next(iter(rows.get("own", [])), None),
        "thresholds": {row["threshold_code"]: row["value"] for row in rows["thresholds"]},
    }  # fmt: skip
    frozen: dict[str, Any] = json.loads(json.dumps(context, sort_keys=True))
    return frozen


def _issue(run: ReportRun) -> dict[str, Any]:
    return {
        "code": run.report_code, "version": run.version, "period": run.period, "as_of": run.as_of.isoformat(),
        "is_correction": run.is_correction, "next_date": next_report_date(run.period).isoformat(),
    }  # fmt: skip


def _changes(rows: Rows, kpis: Sequence[Kpi], language: str) -> dict[str, Any] | None:
    """What changed since the report before; None when there was none."""
    if not rows["previous"]:
        return None
    (previous,) = rows["previous"]
    items = changes.found(kpis, previous["scorecard"], rows["again"], language)
    return {"since": previous["as_of"], "items": items}


def _kpi(row: Mapping[str, Any], language: str, words: Words) -> Kpi:
    name = one_line(row[f"name_{language}"])
    return {
        **{name: row[name] for name in _SAME},
        **{ours: row[column] for ours, column in _RENAMED.items()},
        "name": name,
        "short_name": words.catalog.short_name(row["kpi_code"], name),
        "definition": one_line(row[f"definition_{language}"]),
        "objective": row[f"objective_name_{language}"],
        "year": int(row["period_end_date"][:4]) if row["period_end_date"] else None,
    }


def _objectives(kpis: Sequence[Kpi]) -> list[dict[str, Any]]:
    grouped = groupby(kpis, key=lambda kpi: kpi["objective"])
    return [{"name": name, "kpis": list(members)} for name, members in grouped]


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
    kpi = next((kpi for kpi in kpis if kpi["code"] == history.CHART_KPI), None)
    points = read_marts.quarters([dict(row) for row in rows["chart"]])
    return {"name": kpi["name"], "points": points} if kpi and points else None
