"""Draw the mail's chart as PNG: a value by quarter against its plan.

The same figures give the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from include.reports.render import fonts
from include.reports.render.theme import LIGHT

# 552 x 260 points on the screen at twice the density.
_SIZE, _DENSITY = (5.52, 2.6), 200
_COLOURS = 32
# Shrunk to a phone's width this is still 8 pixels high.
_FONT_POINTS = 10.5
_MIN_SLOTS = 6
Point = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Labels:
    """Texts of the chart in the reader's language, and how figures and quarters are written."""

    unit: str
    actual: str
    planned: str
    last_year: str
    tick: Callable[[float], str]
    quarter: Callable[[str], str]


def trend(points: Sequence[Point], labels: Labels) -> bytes:
    """Draw bars from zero, the newest in another shade, and a line for plan or last year.

    Args:
        points: `period`, `value`, `planned_value`, `last_year_value` per quarter, oldest first, in units of 1.
        labels: the words.
    """
    # The defaults, whatever a matplotlibrc on this machine says.
    own = {"font.size": _FONT_POINTS, "font.family": fonts.chart_family()}
    with matplotlib.rc_context(matplotlib.rcParamsDefault | own):
        figure = Figure(figsize=_SIZE, dpi=_DENSITY, facecolor="white")
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_axes((0.09, 0.13, 0.74, 0.73))
        _draw(axes, points, labels)
        _label(axes, points, labels)
        canvas.draw()
        return _png(canvas)


def _draw(axes: Axes, points: Sequence[Point], labels: Labels) -> None:
    colours = [LIGHT.chart_past] * (len(points) - 1) + [LIGHT.chart_newest]
    axes.bar(range(len(points)), [point["value"] for point in points], width=0.66, color=colours, zorder=2)
    name = "planned" if points[-1]["planned_value"] is not None else "last_year"
    line = [(at, value) for at, point in enumerate(points) if (value := point[f"{name}_value"]) is not None]
    for at, value in line:
        axes.plot(
            [at - 0.45, at + 0.45],
            [value, value],
            color=LIGHT.chart_plan,
            linewidth=1.6,
            zorder=3,
            solid_capstyle="butt",
        )
    end, value = len(points) - 0.4, points[-1]["value"]
    top = axes.get_ylim()[1]
    ends = [(value, labels.actual, LIGHT.chart_newest)] + (
        [(line[-1][1], getattr(labels, name), LIGHT.text)] if line else []
    )
    heights = _apart([height for height, _, _ in ends], top * 0.1)
    for height, (_, text, colour) in zip(heights, ends, strict=True):
        axes.text(end + 0.1, height, text, color=colour, va="center", ha="left", fontsize=_FONT_POINTS)


def _apart(heights: Sequence[float], distance: float) -> list[float]:
    """Move two heights apart until their labels do not overlap."""
    if len(heights) < 2 or abs(heights[0] - heights[1]) >= distance:
        return list(heights)
    middle, sign = sum(heights) / 2, 1 if heights[0] > heights[1] else -1
    return [middle + sign * distance / 2, middle - sign * distance / 2]


def _label(axes: Axes, points: Sequence[Point], labels: Labels) -> None:
    # The same quarter of each year, back from the newest: few labels, readable on a phone.
    at = list(range(len(points) - 1, -1, -4))[::-1]
    axes.set_xticks(at, [labels.quarter(points[index]["period"]) for index in at])
    # A few quarters are as wide as they are among many.
    axes.set_xlim(min(-0.6, len(points) - 0.4 - _MIN_SLOTS), len(points) - 0.4)
    axes.set_ylim(bottom=min(0, *(point["value"] for point in points)))
    axes.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(5))
    axes.yaxis.set_major_formatter(lambda value, _: labels.tick(value))
    axes.set_title(labels.unit, loc="left", fontsize=_FONT_POINTS, color=LIGHT.soft_text, x=-0.1, pad=8)
    axes.grid(axis="y", color=LIGHT.chart_grid, linewidth=0.6, zorder=0)
    axes.tick_params(length=0, labelcolor=LIGHT.text)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(LIGHT.text)


def _png(canvas: FigureCanvasAgg) -> bytes:
    width, height = canvas.get_width_height()
    picture = Image.frombuffer("RGBA", (width, height), bytes(canvas.buffer_rgba()), "raw", "RGBA", 0, 1)
    file = io.BytesIO()
    # Written by Pillow without any text chunk: no version and no date in the bytes.
    picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()
