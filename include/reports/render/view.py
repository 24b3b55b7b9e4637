"""From the report's data to what its templates print: every value as text, every bar as widths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from include.reports.content import changes, core_domains, notes, partner_section
from include.reports.content.highlights import Kpi
from include.reports.delivery.message import unsubscribe_link
from include.reports.figures import trend
from include.reports.language.catalog import phrase
from include.reports.language.labels import Words

# Status -> its shape, and the class that colours it.
_SHAPES = {
    "reached": ("\N{HEAVY CHECK MARK}", "good"),
    "on_track": ("\N{BLACK CIRCLE}", "good"),
    "slightly_behind": ("\N{BLACK UP-POINTING TRIANGLE}", "near"),
    "well_behind": ("\N{BLACK SQUARE}", "far"),
    "moving_away": ("\N{BLACK DOWN-POINTING TRIANGLE}", "far"),
    "no_verdict": ("\N{WHITE CIRCLE}", "none"),
}
_COMPARED = ("value", "planned", "last_year")


def view(context: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Everything that the HTML and the text template print, the same strings for both."""
    kpis = [kpi for objective in context["objectives"] for kpi in objective["kpis"]]
    report = context["report"]
    return {
        **{
            name: context[name]
            for name in ("headline", "subject", "summary", "attention", "is_sample", "report", "full")
        },
        "own": partner_section.said(context["own"], report["period"], words),
        "quarter": words.formats.quarter(report["period"]),
        "changes": _changes(context, kpis, words),
        "correction": _correction(context, kpis, words),
        "vintage": notes.vintage(context, kpis, words),
        "objectives": [
            {"name": objective["name"], "rows": [row(kpi, words) for kpi in objective["kpis"]]}
            for objective in context["objectives"]
        ],
        "chart": chart_words(context["chart"], words) if context["chart"] else None,
        "domains": core_domains.said(context["domains"], words),
        "partner_notes": notes.partners(context, words) if context["domains"] else [],
        "about": notes.about(context, kpis, words),
        "definitions": [{name: kpi[name] for name in ("name", "definition", "owner")} for kpi in kpis],
        "next_date": words.formats.day(date.fromisoformat(report["next_date"])),
        "unsubscribe": unsubscribe_link(report["contact"]),
    }


def _changes(context: Mapping[str, Any], kpis: Sequence[Kpi], words: Words) -> dict[str, Any] | None:
    """Since when, and what; None for the first report."""
    if context["changes"] is None:
        return None
    since = words.formats.moment(datetime.fromisoformat(context["changes"]["since"]))
    return {"since": since, "items": changes.said(context["changes"]["items"], kpis, words)}


def _correction(context: Mapping[str, Any], kpis: Sequence[Kpi], words: Words) -> str | None:
    """The first line of a correction: the day of the report that was wrong, and what was; None for an issue."""
    if not context["report"]["is_correction"] or context["changes"] is None:
        return None
    since = words.formats.moment(datetime.fromisoformat(context["changes"]["since"]))
    wrong = changes.said(changes.corrected(context["changes"]["items"]), kpis, words)
    start = words.catalog.gettext("This corrects the report of %(day)s.", day=since)
    return " ".join([start, *wrong])


def row(kpi: Kpi, words: Words) -> dict[str, Any]:
    """One row of the scorecard as texts; `bar` is None without a value and a target."""
    return {
        **{name: kpi[name] for name in ("code", "name", "period")},
        "span": _span(kpi, words),
        "source": kpi["source_name"],
        # Only what a mail client can follow; the address comes from reference data.
        "link": kpi["source_url"] if str(kpi["source_url"]).startswith(("https://", "http://")) else None,
        "known": words.formats.moment(datetime.fromisoformat(kpi["known_from"])) if kpi["known_from"] else None,
        "status": _status(kpi, words),
        "value": words.amount(kpi, kpi["value"]),
        "marks": _marks(kpi),
        "planned": _against(kpi, words, "planned", "gap"),
        "last_year": _against(kpi, words, "last_year", "change"),
        "revised_from": words.amount(kpi, kpi["revised_from"]) if kpi["revised_from"] is not None else None,
        "reason": words.reason(kpi),
        "trend": trend.said(kpi["trend"], words),
        "bar": bar(kpi),
        "target": notes.target(kpi, words),
    }


def bar(kpi: Kpi) -> list[tuple[str, float]] | None:
    """Pieces of the bar in order, ('fill' | 'rest' | 'mark', percent of the target); a mark has no width."""
    value, planned, target = kpi["value"], kpi["planned"], kpi["target"]
    if value is None or not target or target < 0:
        return None
    done = _percent(value / target)
    if planned is None:
        return _visible([("fill", done), ("rest", 100 - done)])
    due = _percent(planned / target)
    low, high = min(done, due), max(done, due)
    between = "fill" if done > due else "rest"
    left, right = ("fill", low), ("rest", 100 - high)
    middle = [("mark", 0.0), (between, high - low)] if done > due else [(between, high - low), ("mark", 0.0)]
    return _visible([left, *middle, right])


def chart_words(chart: Mapping[str, Any], words: Words) -> dict[str, str]:
    """Title and alternative text of the chart: what it finds, and its last figures."""
    last = chart["points"][-1]
    name, quarter = chart["name"], words.formats.quarter(last["period"])
    value, planned, earlier = (words.formats.amount(last[column] or 0, "EUR", 0) for column in _COMPARED)
    if last["planned"]:
        finding, other = words.gap(last["value"] / last["planned"] - 1), planned
        text = phrase("%(title)s. Bar chart by quarter; the latest: %(value)s, planned %(other)s.")
    elif last["last_year"]:
        finding, other = words.change(last["value"] / last["last_year"] - 1), earlier
        text = phrase("%(title)s. Bar chart by quarter; the latest: %(value)s, a year earlier %(other)s.")
    else:
        return {"title": f"{name}, {quarter}", "alt": f"{name}, {quarter}: {value}"}
    title = words.catalog.gettext("%(name)s, %(quarter)s: %(finding)s", name=name, quarter=quarter, finding=finding)
    return {"title": title, "alt": words.catalog.gettext(text, title=title, value=value, other=other)}


def _status(kpi: Kpi, words: Words) -> dict[str, str]:
    shape, colour = _SHAPES[kpi["status"]]
    word = words.status(kpi["status"], kpi["direction"], kpi["gap"])
    return {"word": word, "shape": shape, "colour": colour}


def _marks(kpi: Kpi) -> list[str]:
    if kpi["value"] is None:
        return []
    return ["(p)"] * bool(kpi["is_provisional"]) + ["(r)"] * (kpi["revised_from"] is not None)


def _against(kpi: Kpi, words: Words, figure: str, share: str) -> str:
    text = words.amount(kpi, kpi[figure])
    return text if kpi[share] is None else f"{text} ({words.formats.share(kpi[share], signed=True)})"


def _span(kpi: Kpi, words: Words) -> str | None:
    if not kpi["period_start_date"] or not kpi["period_end_date"]:
        return None
    return words.formats.span(date.fromisoformat(kpi["period_start_date"]), date.fromisoformat(kpi["period_end_date"]))


def _percent(share: float) -> float:
    return round(min(max(share, 0), 1) * 100, 1)


def _visible(pieces: list[tuple[str, float]]) -> list[tuple[str, float]]:
    return [(kind, round(width, 1)) for kind, width in pieces if kind == "mark" or width > 0]
