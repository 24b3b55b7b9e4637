"""Turn the report model into what templates print: values as text, bars as widths.

The HTML, the text and the page get the same strings. A row keeps the names of the columns that it writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from include.reports.content import changes, notes, tables
from include.reports.content.partner_section import partner_section_to_text
from include.reports.language.catalog import phrase
from include.reports.language.formats import NBSP
from include.reports.language.labels import Kpi, Words
from include.reports.render.theme import STATUS_SHAPES

# Signs of a trend, from the lowest value to the highest, and for a quarter without a figure.
TREND_BLOCKS, TREND_GAP = "▁▂▃▅▇", "·"
# A smaller move between the first half of a trend and the second counts as none.
MIN_TREND_SHARE = 0.01
_COPIED = ("headline", "subject", "summary", "attention", "is_sample", "report", "full_report_url")


def build_view(model: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Build the values of the templates of the mail, the text, the page and the PDF."""
    kpis = [kpi for objective in model["objectives"] for kpi in objective["kpis"]]
    report = model["report"]
    return {
        **{name: model[name] for name in _COPIED},
        "partner_section": _partner_section(model, words),
        "quarter": words.formats.quarter(report["period"]),
        "changes": _changes(model, kpis, words),
        "correction": _correction(model, kpis, words),
        "vintage": notes.write_vintage(model, kpis, words),
        "objectives": [
            {"name": objective["name"], "rows": [scorecard_row(kpi, words) for kpi in objective["kpis"]]}
            for objective in model["objectives"]
        ],
        "chart": chart_texts(model["chart"], words) if model["chart"] else None,
        "domains": tables.core_domains_to_text(model["domains"], words),
        "partner_notes": notes.write_partner_notes(model, words) if model["domains"] else [],
        "about": notes.write_about(model, kpis, words),
        "definitions": [{name: kpi[name] for name in ("name", "definition", "owner")} for kpi in kpis],
        "next_date": words.formats.day(date.fromisoformat(report["next_date"])),
        "unsubscribe": unsubscribe_mailto(report["contact"]),
    }


def scorecard_row(kpi: Kpi, words: Words) -> dict[str, Any]:
    """Write one row of the scorecard; `bar` is None without a value and a target."""
    return {
        **{name: kpi[name] for name in ("kpi_code", "name", "period", "source_name")},
        "span": _span(kpi, words),
        # Only what a mail client can follow; the address comes from reference data.
        "source_url": kpi["source_url"] if str(kpi["source_url"]).startswith(("https://", "http://")) else None,
        "known_from": words.formats.moment(datetime.fromisoformat(kpi["known_from"])) if kpi["known_from"] else None,
        "status": _status(kpi, words),
        "status_reason": words.reason(kpi),
        "value": words.amount(kpi, kpi["value"]),
        "marks": _marks(kpi),
        "planned_value": _compared(kpi, words, "planned_value", "plan_gap_share"),
        "last_year_value": _compared(kpi, words, "last_year_value", "last_year_change_share"),
        "revised_from_value": words.amount(kpi, kpi["revised_from_value"])
        if kpi["revised_from_value"] is not None
        else None,
        "trend": trend_to_text(kpi["trend"], words),
        "bar": bar_pieces(kpi),
        "target_value": notes.write_target(kpi, words),
    }


def bar_pieces(kpi: Kpi) -> list[tuple[str, float]] | None:
    """Cut the bar into pieces, in order: ('fill' | 'rest' | 'mark', percent of the target).

    A mark has no width.
    """
    value, planned, target = kpi["value"], kpi["planned_value"], kpi["target_value"]
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


def chart_texts(chart: Mapping[str, Any], words: Words) -> dict[str, str]:
    """Write title and alternative text of the chart: its finding, and its last figures."""
    last = chart["points"][-1]
    name, quarter = chart["name"], words.formats.quarter(last["period"])
    value, planned, earlier = (
        words.formats.amount(last[column] or 0, "EUR", 0) for column in ("value", "planned_value", "last_year_value")
    )
    if last["planned_value"]:
        finding, other = words.gap(last["value"] / last["planned_value"] - 1), planned
        text = phrase("%(title)s. Bar chart by quarter; the latest: %(value)s, planned %(other)s.")
    elif last["last_year_value"]:
        finding, other = words.change(last["value"] / last["last_year_value"] - 1), earlier
        text = phrase("%(title)s. Bar chart by quarter; the latest: %(value)s, a year earlier %(other)s.")
    else:
        return {"title": f"{name}, {quarter}", "alt": f"{name}, {quarter}: {value}"}
    title = words.catalog.gettext("%(name)s, %(quarter)s: %(finding)s", name=name, quarter=quarter, finding=finding)
    return {"title": title, "alt": words.catalog.gettext(text, title=title, value=value, other=other)}


def trend_to_text(trend: Mapping[str, Any] | None, words: Words) -> dict[str, str] | None:
    """Write a trend as blocks and as text; None where there is no trend."""
    if not trend:
        return None
    translate, values = words.catalog.gettext, trend["values"]
    # A quarter stays on one line.
    last = words.formats.quarter(trend["last"], short=True).replace(" ", NBSP)
    word = translate(_trend_direction(values))
    text = translate("Trend, %(count)s quarters up to %(last)s: %(word)s", count=len(values), last=last, word=word)
    missing = values.count(None)
    if missing:
        text += "; " + words.catalog.ngettext("%(count)s without a figure", "%(count)s without figures", missing)
    return {"blocks": trend_blocks(values), "text": text}


def trend_blocks(values: Sequence[float | None]) -> str:
    """Draw a block per value, from the lowest to the highest; a dot for a missing one."""
    known = [value for value in values if value is not None]
    low, spread = min(known), max(known) - min(known)
    top = len(TREND_BLOCKS) - 1
    return "".join(
        TREND_GAP if value is None else TREND_BLOCKS[round((value - low) / spread * top) if spread else top // 2]
        for value in values
    )


def unsubscribe_mailto(address: str) -> str:
    """Make the mailto link with which a reader asks to change language or stop."""
    return f"mailto:{quote(address, safe='@')}?subject=unsubscribe"


def _partner_section(model: Mapping[str, Any], words: Words) -> dict[str, Any] | None:
    section = model["partner_section"]
    return section and partner_section_to_text(section, model["report"]["period"], words)


def _changes(model: Mapping[str, Any], kpis: Sequence[Kpi], words: Words) -> dict[str, Any] | None:
    """Write since when, and what changed; None for the first report."""
    if model["changes"] is None:
        return None
    since = words.formats.moment(datetime.fromisoformat(model["changes"]["since"]))
    return {"since": since, "items": changes.changes_to_text(model["changes"]["items"], kpis, words)}


def _correction(model: Mapping[str, Any], kpis: Sequence[Kpi], words: Words) -> str | None:
    """Write the first line of a correction: which report was wrong, and what was."""
    if not model["report"]["is_correction"] or model["changes"] is None:
        return None
    since = words.formats.moment(datetime.fromisoformat(model["changes"]["since"]))
    wrong = changes.changes_to_text(changes.corrected_changes(model["changes"]["items"]), kpis, words)
    start = words.catalog.gettext("This corrects the report of %(day)s.", day=since)
    return " ".join([start, *wrong])


def _status(kpi: Kpi, words: Words) -> dict[str, str]:
    shape, colour = STATUS_SHAPES[kpi["status_code"]]
    word = words.status(kpi["status_code"], kpi["direction_code"], kpi["plan_gap_share"])
    return {"word": word, "shape": shape, "colour": colour}


def _marks(kpi: Kpi) -> list[str]:
    if kpi["value"] is None:
        return []
    return ["(p)"] * bool(kpi["is_provisional"]) + ["(r)"] * (kpi["revised_from_value"] is not None)


def _compared(kpi: Kpi, words: Words, figure: str, share: str) -> str:
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


def _trend_direction(values: Sequence[float | None]) -> str:
    """Compare the newer half with the older.

    Of eight quarters that is a year with a year, so no season looks like a trend.
    """
    half = len(values) // 2
    older, newer = (_mean(part) for part in (values[:half], values[-half:]))
    if older is None or newer is None or abs(newer - older) <= MIN_TREND_SHARE * max(abs(older), abs(newer)):
        return phrase("equal")
    return phrase("rising") if newer > older else phrase("falling")


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
