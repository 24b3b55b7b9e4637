"""How each indicator went: its last eight quarters as blocks and a word. The same figures give the same signs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from include.reports.language.catalog import phrase
from include.reports.language.formats import NBSP
from include.reports.language.labels import Words

QUARTERS = 8
FEWEST = 3
BLOCKS = "▁▂▃▅▇"
GAP = "·"
# Of the values shown; a smaller move between the first half and the second is none.
EQUAL_SHARE = 0.01


def of(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Of each KPI its newest quarters that are whole; no entry for one with fewer than three of them.

    Args:
        rows: the trend of `include.reports.figures.history`; `quarter` counts on, so that the next one is one more.

    Returns:
        By KPI the `last` quarter and the `values` up to it, oldest first, None where one is missing.
    """
    known: dict[str, dict[int, float]] = {}
    for row in rows:
        known.setdefault(row["kpi_code"], {})[row["quarter"]] = row["value"]
    shown = {}
    for code, values in known.items():
        last = max(values)
        first = max(min(values), last - QUARTERS + 1)
        window = [values.get(quarter) for quarter in range(first, last + 1)]
        if len([value for value in window if value is not None]) >= FEWEST:
            shown[code] = {"last": f"{(last - 1) // 4}-Q{(last - 1) % 4 + 1}", "values": window}
    return shown


def said(found: Mapping[str, Any] | None, words: Words) -> dict[str, str] | None:
    """The blocks, and for who cannot see them the direction and the gaps; None where there is nothing to show."""
    if not found:
        return None
    translate, values = words.catalog.gettext, found["values"]
    # A quarter stays on one line.
    last = words.formats.quarter(found["last"], short=True).replace(" ", NBSP)
    word = translate(_direction(values))
    text = translate("Trend, %(count)s quarters up to %(last)s: %(word)s", count=len(values), last=last, word=word)
    missing = values.count(None)
    if missing:
        text += "; " + words.catalog.ngettext("%(count)s without a figure", "%(count)s without figures", missing)
    return {"blocks": blocks(values), "text": text}


def blocks(values: Sequence[float | None]) -> str:
    """A sign per value, from the lowest to the highest; a dot for one that is missing."""
    known = [value for value in values if value is not None]
    low, spread = min(known), max(known) - min(known)
    top = len(BLOCKS) - 1
    return "".join(
        GAP if value is None else BLOCKS[round((value - low) / spread * top) if spread else top // 2]
        for value in values
    )


def _direction(values: Sequence[float | None]) -> str:
    """The newer half beside the older: of eight quarters a year beside a year, so that no season passes for a trend."""
    half = len(values) // 2
    older, newer = (_mean(part) for part in (values[:half], values[-half:]))
    if older is None or newer is None or abs(newer - older) <= EQUAL_SHARE * max(abs(older), abs(newer)):
        return phrase("equal")
    return phrase("rising") if newer > older else phrase("falling")


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
