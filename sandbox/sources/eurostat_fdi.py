"""Eurostat's direct investment of Belgium and EU27: flows and positions by partner, in tenths of a million EUR.

All constructed, at the level of what Eurostat publishes. Oddities kept: negative flows, confidential cells without a
value and with flag c, the newest year provisional (p), years not yet there as ':'.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache

from sandbox.sources.allotment import dice
from sandbox.sources.eurostat_rows import Dataset, Row, tenths
from sandbox.sources.replying import morning

FLOW_DIMENSIONS = ("freq", "currency", "nace_r2", "stk_flow", "entity", "fdi_item", "partner", "geo")
POSITION_DIMENSIONS = ("freq", "currency", "nace_r2", "counterp", "stk_flow", "entity", "fdi_item", "partner", "geo")
FIRST_YEAR = 2013
# Partner -> its share of all, per mille.
PARTNERS = {"WRL_REST": 1000, "EU27_2020": 610, "EXT_EU27_2020": 390, "US": 190, "UK": 120, "CN": 15, "IN": 4, "VN": 1}
# Area -> usual flow of a year with the rest of the world, and position at the end of 2013, EUR million.
LEVELS = {"BE": (9_000, 420_000), "EU27_2020": (110_000, 7_100_000)}
CONFIDENTIAL = frozenset({("BE", "VN"), ("BE", "IN")})


def last_year(at: datetime) -> int:
    """The newest year that is out: in June of the year after it."""
    return at.year - (1 if at >= morning(f"{at.year}-06-15") else 2)


def updated(at: datetime) -> datetime:
    """Eleven at night on the day that the newest year came out."""
    return datetime.fromisoformat(f"{last_year(at) + 1}-06-15T23:00:00")


def flows(at: datetime) -> Sequence[Row]:
    """Flows of all years known at a moment."""
    return _flows(last_year(at))


def positions(at: datetime) -> Sequence[Row]:
    """Positions at the end of all years known at a moment."""
    return _positions(last_year(at))


@cache
def _flows(last: int) -> tuple[Row, ...]:
    return tuple(
        Row(("A", "MIO_EUR", "FDI", direction, "TOTAL", "DI__D__F", partner, area), str(year), *cell)
        for area, direction, partner in _series()
        for year in range(FIRST_YEAR, last + 1)
        for cell in [_cell(area, partner, year, last, flow(area, direction, partner, year))]
    )


@cache
def _positions(last: int) -> tuple[Row, ...]:
    return tuple(
        Row(("A", "MIO_EUR", "FDI", "IMM", direction, "TOTAL", "DI__D__F", partner, area), str(year), *cell)
        for area, direction, partner in _series()
        for year in range(FIRST_YEAR, last + 1)
        for cell in [_cell(area, partner, year, last, _position(area, direction, partner, year))]
    )


def _series() -> Iterator[tuple[str, str, str]]:
    return ((area, direction, partner) for area in LEVELS for direction in ("NI", "NO") for partner in PARTNERS)


def flow(area: str, direction: str, partner: str, year: int) -> int:
    """A year's flow in tenths of a million EUR; one year in five or so is negative."""
    usual = LEVELS[area][0] * 10 * PARTNERS[partner] // 1000
    return usual * dice("fdi", area, direction, partner, year)(-60, 240) // 100


def _position(area: str, direction: str, partner: str, year: int) -> int:
    start = LEVELS[area][1] * 10 * PARTNERS[partner] // 1000
    return start + sum(flow(area, direction, partner, earlier) for earlier in range(FIRST_YEAR + 1, year + 1))


def _cell(area: str, partner: str, year: int, last: int, amount: int) -> tuple[str, str]:
    """Value and flag as written."""
    if (area, partner) in CONFIDENTIAL and year % 3 == 0:
        return ":", "c"
    if partner == "VN" and year == last:
        return ":", ""
    return tenths(amount), "p" if year == last else ""


DATASETS = (
    Dataset(
        code="BOP_FDI6_FLOW",
        label="EU direct investment flows, breakdown by partner country and economic activity (BPM6)",
        dimensions=FLOW_DIMENSIONS,
        rows=flows,
        updated=updated,
    ),
    Dataset(
        code="BOP_FDI6_POS",
        label="EU direct investment positions, breakdown by partner country and economic activity (BPM6)",
        dimensions=POSITION_DIMENSIONS,
        rows=positions,
        updated=updated,
    ),
)
