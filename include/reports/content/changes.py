"""Changes since the report that was sent last, each of one kind with a sentence of its own.

Pure functions of two scorecards: the warehouse still gives the earlier one as it was sent. Whether a figure moved
because its source revised it or because it is counted differently is what mart.impact stores with each delivery.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from include.reports.language.catalog import phrase
from include.reports.language.formats import one_line
from include.reports.language.labels import Kpi, Words

Rows = Sequence[Mapping[str, Any]]
Change = dict[str, Any]
_WITHDRAWN = {"ytd_value": None, "as_counted_then": None}


def find_changes(kpis: Sequence[Kpi], before: Rows, shown_before: Rows, language: str) -> list[Change]:
    """Find the changes, in the order of the scorecard.

    Args:
        kpis: the scorecard of this issue, as in the report model.
        before: the rows of mart.scorecard as of the previous issue.
        shown_before: kpi_code, period, ytd_value and planned_value of the periods of that issue, as known now, and
            as_counted_then, the ytd_value without changes in the way of counting.
        language: nl or en, for the definition.

    Returns:
        Per change `kind` (one of _TEXTS, or period), `kpi_code`, and by kind `before`, `after` and `span` (first and
        last day, ISO 8601).
    """
    then = {row["kpi_code"]: row for row in before}
    now = {(row["kpi_code"], row["period"]): row for row in shown_before}
    changes = [change for kpi in kpis for change in _changes_of(kpi, then.get(kpi["kpi_code"]), now, language)]
    gone = [row for code, row in then.items() if code not in {kpi["kpi_code"] for kpi in kpis}]
    return changes + [
        {"kind": "removed", "kpi_code": row["kpi_code"], "name": one_line(row[f"name_{language}"])} for row in gone
    ]


# Kinds that make a figure wrong that readers were given.
_CORRECTING_KINDS = ("revision", "recount", "definition", "target", "plan")


def corrected_changes(changes: Sequence[Change]) -> list[Change]:
    """Pick the changes that correct the previous report, not new periods or verdicts."""
    return [change for change in changes if change["kind"] in _CORRECTING_KINDS]


def changes_to_text(changes: Sequence[Change], kpis: Sequence[Kpi], words: Words) -> list[str]:
    """Write the changes as sentences, revisions first and new periods last."""
    by_code = {kpi["kpi_code"]: kpi for kpi in kpis}
    sentences = [_sentence(change, by_code, words) for kind in _TEXTS for change in changes if change["kind"] == kind]
    names = [by_code[change["kpi_code"]]["name"] for change in changes if change["kind"] == "period"]
    if names:
        sentences.append(
            words.catalog.ngettext(
                "New period for %(count)s indicator: %(names)s.",
                "New period for %(count)s indicators: %(names)s.",
                len(names),
                names=words.names(names),
            )
        )
    return sentences


def _changes_of(
    kpi: Kpi, before: Mapping[str, Any] | None, now: Mapping[tuple[str, str], Mapping[str, Any]], language: str
) -> Iterator[Change]:
    code = kpi["kpi_code"]
    if before is None:
        yield {"kind": "added", "kpi_code": code}
        return
    yield from _moved_figures(code, before, now.get((code, before["period"]), _WITHDRAWN))
    if one_line(before[f"definition_{language}"]) != kpi["definition"]:
        yield {"kind": "definition", "kpi_code": code, "before": one_line(before[f"definition_{language}"])}
    if (before["target_value"], before["target_year"]) != (kpi["target_value"], kpi["target_year"]):
        target = [before["target_value"], before["target_year"]]
        yield {"kind": "target", "kpi_code": code, "before": target, "after": [kpi["target_value"], kpi["target_year"]]}
    if before["status_code"] != kpi["status_code"]:
        verdicts = {
            "before": [before["status_code"], before["plan_gap_share"]],
            "after": [kpi["status_code"], kpi["plan_gap_share"]],
        }
        yield {"kind": "status", "kpi_code": code, **verdicts}
    if kpi["period"] != before["period"] and kpi["period"]:
        yield {"kind": "period", "kpi_code": code}


def _moved_figures(code: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    """Compare the figure and the plan that were shown with what is known now, step by step."""
    steps = (
        ("revision", before["value"], now["as_counted_then"]),
        ("recount", now["as_counted_then"], now["ytd_value"]),
        ("plan", before["planned_value"], now.get("planned_value", before["planned_value"])),
    )
    span = [before["period_start_date"], before["period_end_date"]]
    for kind, old, new in steps:
        if before["value"] is not None and old != new:
            yield {"kind": kind, "kpi_code": code, "before": old, "after": new, "span": span}


# In the order in which they are written.
_TEXTS = {
    "revision": phrase("Revised: %(name)s, %(span)s: %(after)s, was %(before)s."),
    "recount": phrase("Counted otherwise: %(name)s, %(span)s: %(after)s, was %(before)s."),
    "definition": phrase("Defined differently: %(name)s. It was: %(before)s"),
    "target": phrase("Another target: %(name)s: %(after)s, was %(before)s."),
    "plan": phrase("Another plan: %(name)s, %(span)s: %(after)s, was %(before)s."),
    "status": phrase("%(name)s: %(after)s, last time: %(before)s."),
    "added": phrase("New in this report: %(name)s."),
    "removed": phrase("No longer in this report: %(name)s."),
}


def _sentence(change: Change, by_code: Mapping[str, Kpi], words: Words) -> str:
    kpi = by_code.get(change["kpi_code"])
    values: dict[str, str] = {"name": kpi["name"] if kpi else change["name"]}
    if kpi and "span" in change:
        first, last = (date.fromisoformat(day) for day in change["span"])
        values |= {name: words.amount(kpi, change[name]) for name in ("before", "after")}
        values["span"] = words.formats.span(first, last)
    elif kpi and change["kind"] == "target":
        values |= {name: _target(kpi, change[name], words) for name in ("before", "after")}
    elif kpi and change["kind"] == "status":
        for name in ("before", "after"):
            status, gap = change[name]
            values[name] = words.status(status, kpi["direction_code"], gap).lower()
    elif change["kind"] == "definition":
        values["before"] = change["before"]
    text = _TEXTS[change["kind"]]
    return words.catalog.gettext(text, **values)


def _target(kpi: Kpi, target: Sequence[Any], words: Words) -> str:
    value, year = target
    if value is None:
        return words.catalog.gettext("none")
    return words.catalog.gettext("%(amount)s for %(year)s", amount=words.amount(kpi, value), year=year)
