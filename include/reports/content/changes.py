"""What changed since the report that was sent last: each change of a figure is of one kind, and is said as that kind.

Pure functions of two scorecards, because the warehouse still knows what it said then. Why a figure moved, because the
source says otherwise or because we count otherwise, is what mart.impact has kept of each delivery.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from include.reports.content.highlights import Kpi
from include.reports.language.catalog import phrase
from include.reports.language.formats import one_line
from include.reports.language.labels import Words

Rows = Sequence[Mapping[str, Any]]
Change = dict[str, Any]
_WITHDRAWN = {"ytd_value": None, "as_counted_then": None}


def found(kpis: Sequence[Kpi], before: Rows, again: Rows, language: str) -> list[Change]:
    """The changes, in the order of the scorecard.

    Args:
        kpis: the scorecard of this issue, as the context has it.
        before: the rows of mart.scorecard as of the issue before.
        again: kpi_code, period, ytd_value and planned_value of the periods of that issue, as known now; and
            as_counted_then, what ytd_value would be had we not begun to count otherwise.
        language: nl or en; the definition that its readers were given.

    Returns:
        Of each: `kind` (one of _TEXTS, or period), `code`, and by kind `before`, `after` and `span` (first and last
        day, ISO 8601).
    """
    then = {row["kpi_code"]: row for row in before}
    now = {(row["kpi_code"], row["period"]): row for row in again}
    changes = [change for kpi in kpis for change in _of(kpi, then.get(kpi["code"]), now, language)]
    gone = [row for code, row in then.items() if code not in {kpi["code"] for kpi in kpis}]
    return changes + [
        {"kind": "removed", "code": row["kpi_code"], "name": one_line(row[f"name_{language}"])} for row in gone
    ]


# Of the kinds of _TEXTS, those that make a figure wrong that readers were given.
_WRONG = ("revision", "recount", "definition", "target", "plan")


def corrected(changes: Sequence[Change]) -> list[Change]:
    """Those that make what readers were told wrong; a new period or another verdict does not."""
    return [change for change in changes if change["kind"] in _WRONG]


def said(changes: Sequence[Change], kpis: Sequence[Kpi], words: Words) -> list[str]:
    """The changes as sentences: revisions first, then definitions, targets and verdicts, then what is merely new."""
    by_code = {kpi["code"]: kpi for kpi in kpis}
    sentences = [_sentence(change, by_code, words) for kind in _TEXTS for change in changes if change["kind"] == kind]
    names = [by_code[change["code"]]["name"] for change in changes if change["kind"] == "period"]
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


def _of(
    kpi: Kpi, before: Mapping[str, Any] | None, now: Mapping[tuple[str, str], Mapping[str, Any]], language: str
) -> Iterator[Change]:
    code = kpi["code"]
    if before is None:
        yield {"kind": "added", "code": code}
        return
    yield from _moved(code, before, now.get((code, before["period"]), _WITHDRAWN))
    if one_line(before[f"definition_{language}"]) != kpi["definition"]:
        yield {"kind": "definition", "code": code, "before": one_line(before[f"definition_{language}"])}
    if (before["target_value"], before["target_year"]) != (kpi["target"], kpi["target_year"]):
        target = [before["target_value"], before["target_year"]]
        yield {"kind": "target", "code": code, "before": target, "after": [kpi["target"], kpi["target_year"]]}
    if before["status_code"] != kpi["status"]:
        verdicts = {"before": [before["status_code"], before["plan_gap_share"]], "after": [kpi["status"], kpi["gap"]]}
        yield {"kind": "status", "code": code, **verdicts}
    if kpi["period"] != before["period"] and kpi["period"]:
        yield {"kind": "period", "code": code}


def _moved(code: str, before: Mapping[str, Any], again: Mapping[str, Any]) -> Iterator[Change]:
    """What became of the figure and the plan that were shown, one step after the other."""
    steps = (
        ("revision", before["value"], again["as_counted_then"]),
        ("recount", again["as_counted_then"], again["ytd_value"]),
        ("plan", before["planned_value"], again.get("planned_value", before["planned_value"])),
    )
    span = [before["period_start_date"], before["period_end_date"]]
    for kind, old, new in steps:
        if before["value"] is not None and old != new:
            yield {"kind": kind, "code": code, "before": old, "after": new, "span": span}


# In the order in which they are said.
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
    kpi = by_code.get(change["code"])
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
            values[name] = words.status(status, kpi["direction"], gap).lower()
    elif change["kind"] == "definition":
        values["before"] = change["before"]
    text = _TEXTS[change["kind"]]
    return words.catalog.gettext(text, **values)


def _target(kpi: Kpi, target: Sequence[Any], words: Words) -> str:
    value, year = target
    if value is None:
        return words.catalog.gettext("none")
    return words.catalog.gettext("%(amount)s for %(year)s", amount=words.amount(kpi, value), year=year)
