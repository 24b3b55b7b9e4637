"""The report's chart for the page: the same bars and marks as the mail's picture, as shapes that the template draws."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor, log10
from typing import Any

from include.reports.words import Words

# The chart's own units: the width of the mail's card, and room for labels left and below.
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 552, 240, 52, 26, 214
_FEWEST, _TICKS, _BILLION = 6, 5, 10**9


def shapes(chart: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Where everything stands.

    Args:
        chart: `points` of the context, EUR per quarter, oldest first.
        words: the language.

    Returns:
        `bars` (x, y, width, height, says, is_new), `marks` (x, y, width: the plan, or last year when there is no
        plan), `ticks` (y, says), `quarters` (x, says) and the word for `mark`.
    """
    points = chart["points"]
    other = "planned" if points[-1]["planned"] is not None else "last_year"
    figures = [0.0, *(point[name] for point in points for name in ("value", other) if point[name] is not None)]
    step = _step(max(figures) - min(figures))
    lowest, highest = step * floor(min(figures) / step), step * -floor(-max(figures) / step)
    slot = (WIDTH - LEFT) / max(len(points), _FEWEST)

    def height_of(value: float) -> float:
        return float(round(BOTTOM - (BOTTOM - TOP) * (value - lowest) / (highest - lowest), 1))

    bars, marks = [], []
    for at, point in enumerate(points):
        x, y, zero = LEFT + slot * at, height_of(point["value"]), height_of(0)
        bars.append({
            "x": round(x + slot * 0.15, 1), "y": min(y, zero), "width": round(slot * 0.7, 1),
            "height": round(abs(zero - y), 1), "is_new": at == len(points) - 1,
            "says": f"{words.formats.quarter(point['period'])}: {words.formats.amount(point['value'], 'EUR', 0)}",
        })  # fmt: skip
        if point[other] is not None:
            marks.append({"x": round(x + slot * 0.05, 1), "y": height_of(point[other]), "width": round(slot * 0.9, 1)})
    return {
        "bars": bars,
        "marks": marks,
        "mark": words.catalog.gettext("Plan") if other == "planned" else words.catalog.gettext("Last year"),
        "ticks": [
            {"y": height_of(value), "says": words.formats.number(value / _BILLION, int(step < _BILLION))}
            for value in (lowest + step * number for number in range(round((highest - lowest) / step) + 1))
        ],
        "quarters": [
            {
                "x": round(LEFT + slot * (at + 0.5), 1),
                "says": words.formats.quarter(points[at]["period"], short=True),
            }
            for at in range(len(points) - 1, -1, -2)
        ],
        "size": {"width": WIDTH, "height": HEIGHT, "left": LEFT, "bottom": BOTTOM},
    }


def _step(span: float) -> float:
    """A round distance between ticks, of which few fit into a span; 1 for no span."""
    if span <= 0:
        return 1.0
    rough = span / _TICKS
    power = 10.0 ** floor(log10(rough))
    return float(next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough))
