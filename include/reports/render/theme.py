"""Colours of the report, once, for the CSS of mail, page and PDF and for the chart.

Templates get the palettes as `light` and `dark`. Contrasts are at least 4.5 for text and 3 for bars and marks.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StatusColour:
    """Colours of a status: its text, and the tag behind it."""

    text: str
    tag: str


@dataclass(frozen=True, kw_only=True)
class Palette:
    """Colours of one appearance, light or dark; statuses by the class in the templates."""

    # Page, card and text.
    page: str
    card: str
    text: str
    soft_text: str
    link: str
    line: str
    button_text: str
    banner_text: str
    banner: str
    # Statuses.
    good: StatusColour
    near: StatusColour
    far: StatusColour
    none: StatusColour
    # Bar of the scorecard.
    bar_filled: str
    bar_rest: str
    bar_mark: str
    # Chart: past quarters, the newest one, and the lines of the plan and the grid.
    chart_past: str
    chart_newest: str
    chart_plan: str
    chart_grid: str


LIGHT = Palette(
    page="#eef1f4", card="#ffffff", text="#1f2933", soft_text="#52606d", link="#0b5394", line="#cbd2d9",
    button_text="#ffffff", banner_text="#323f4b", banner="#e4e7eb",
    good=StatusColour("#0b5c2c", "#e3f2e6"), near=StatusColour("#6b4500", "#fff0cc"),
    far=StatusColour("#8a1c0b", "#fde3df"), none=StatusColour("#323f4b", "#e4e7eb"),
    bar_filled="#3d85c6", bar_rest="#e4e7eb", bar_mark="#1f2933",
    chart_past="#9aa5b1", chart_newest="#0b5394", chart_plan="#1f2933", chart_grid="#e4e7eb",
)  # fmt: skip
DARK = Palette(
    page="#11161c", card="#1b2129", text="#e8edf2", soft_text="#b3bfcc", link="#8fc1f0", line="#3b4754",
    button_text="#11161c", banner_text="#e8edf2", banner="#39434f",
    good=StatusColour("#a5e3b9", "#12351f"), near=StatusColour("#ffd98a", "#453000"),
    far=StatusColour("#ffc2b8", "#571a10"), none=StatusColour("#e8edf2", "#39434f"),
    bar_filled="#3d85c6", bar_rest="#2a3440", bar_mark="#ffffff",
    chart_past="#7b8794", chart_newest="#8fc1f0", chart_plan="#e8edf2", chart_grid="#2a3440",
)  # fmt: skip
# Status of a KPI -> its shape, and the class that colours it: near is slightly behind plan, far well behind it.
STATUS_SHAPES = {
    "reached": ("\N{HEAVY CHECK MARK}", "good"),
    "on_track": ("\N{BLACK CIRCLE}", "good"),
    "slightly_behind": ("\N{BLACK UP-POINTING TRIANGLE}", "near"),
    "well_behind": ("\N{BLACK SQUARE}", "far"),
    "moving_away": ("\N{BLACK DOWN-POINTING TRIANGLE}", "far"),
    "no_verdict": ("\N{WHITE CIRCLE}", "none"),
}
