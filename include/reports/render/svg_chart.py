"""Place the shapes of the page's SVG chart: the same bars and marks as the mail's PNG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

from include.reports.language.labels import Words

# The chart's own units: the width of the mail's card, and room for labels left and below.
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 552, 240, 52, 26, 214
_MIN_SLOTS, _TICKS, _BILLION = 6, 5, 10**9


@dataclass(frozen=True)
class _Scale:
    """Scale from figures to heights, between round figures around the lowest and highest."""

    lowest: float
    highest: float
    step: float

    def y(self, value: float) -> float:
        return float(round(BOTTOM - (BOTTOM - TOP) * (value - self.lowest) / (self.highest - self.lowest), 1))

    def ticks(self) -> list[float]:
        return [self.lowest + self.step * at for at in range(round((self.highest - self.lowest) / self.step) + 1)]


def chart_shapes(chart: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Place bars, marks, ticks and quarters.

    Args:
        chart: `points` of the report model, EUR per quarter, oldest first.
        words: the language.

    Returns:
        `unit`, `bars` (x, y, width, height, label), `marks` (x, y, width: the plan, or last year without one), `ticks`
        (y, label), `quarters` (x, label) and `mark_name`, the name of the marks.
    """
    points = chart["points"]
    other = "planned_value" if points[-1]["planned_value"] is not None else "last_year_value"
    scale = _scale([point[name] for point in points for name in ("value", other) if point[name] is not None])
    slot = (WIDTH - LEFT) / max(len(points), _MIN_SLOTS)
    return {
        "unit": words.catalog.gettext("EUR billion"),
        "bars": [_bar(point, LEFT + slot * at, slot, scale, words) for at, point in enumerate(points)],
        "marks": [
            {"x": round(LEFT + slot * (at + 0.05), 1), "y": scale.y(point[other]), "width": round(slot * 0.9, 1)}
            for at, point in enumerate(points)
            if point[other] is not None
        ],
        "mark_name": words.catalog.gettext("Plan") if other == "planned_value" else words.catalog.gettext("Last year"),
        "ticks": [
            {"y": scale.y(value), "label": words.formats.number(value / _BILLION, int(scale.step < _BILLION))}
            for value in scale.ticks()
        ],
        "quarters": [
            {"x": round(LEFT + slot * (at + 0.5), 1), "label": words.formats.quarter(points[at]["period"], short=True)}
            for at in range(len(points) - 1, -1, -2)
        ],
    }


def _bar(point: Mapping[str, Any], x: float, slot: float, scale: _Scale, words: Words) -> dict[str, Any]:
    y, zero = scale.y(point["value"]), scale.y(0)
    amount = words.formats.amount(point["value"], "EUR", 0)
    return {
        "x": round(x + slot * 0.15, 1), "y": min(y, zero), "width": round(slot * 0.7, 1),
        "height": round(abs(zero - y), 1), "label": f"{words.formats.quarter(point['period'])}: {amount}",
    }  # fmt: skip


def _scale(figures: Sequence[float]) -> _Scale:
    lowest, highest = min(0.0, *figures), max(0.0, *figures)
    step = _step(highest - lowest)
    return _Scale(step * floor(lowest / step), max(step, step * ceil(highest / step)), step)


def _step(span: float) -> float:
    """Choose a round distance between ticks, of which about five fit into a span; 1 for no span."""
    if span <= 0:
        return 1.0
    rough = span / _TICKS
    power = 10.0 ** floor(log10(rough))
    return float(next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough))
