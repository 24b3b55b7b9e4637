"""Eurostat's direct investment of Belgium and EU27 by partner, in tenths of a million EUR.

All constructed, at the level that Eurostat publishes. Oddities kept: negative flows, confidential cells without a
value and with flag c, the newest year provisional (p), years not yet published as ':'.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache

from sandbox.sources.allotment import dice
from sandbox.sources.eurostat_dataset import Dataset, Row, format_tenths
from sandbox.sources.reply import morning_of

FLOW_DIMENSIONS = ("freq", "currency", "nace_r2", "stk_flow", "entity", "fdi_item", "partner", "geo")
POSITION_DIMENSIONS = ("freq", "currency", "nace_r2", "counterp", "stk_flow", "entity", "fdi_item", "partner", "geo")
FIRST_YEAR = 2013
# Partner -> its share of all, per mille.
PARTNERS = {"WRL_REST": 1000, "EU27_2020": 610, "EXT_EU27_2020": 390, "US": 190, "UK": 120, "CN": 15, "IN": 4, "VN": 1}
# Area -> usual flow of a year with the rest of the world, and position at the end of 2013, EUR million.
LEVELS = {"BE": (9_000, 420_000), "EU27_2020": (110_000, 7_100_000)}
CONFIDENTIAL = frozenset({("BE", "VN"), ("BE", "IN")})


def newest_fdi_year(at: datetime) -> int:
    """Return the newest year that is published: in June of the year after it."""
    return at.year - (1 if at >= morning_of(f"{at.year}-06-15") else 2)


def fdi_updated_at(at: datetime) -> datetime:
    """Return the last update: 23:00 on the day that the newest year was published."""
    return datetime.fromisoformat(f"{newest_fdi_year(at) + 1}-06-15T23:00:00")


def flow_rows(at: datetime) -> Sequence[Row]:
    """Build the flows of all years known at a moment."""
    return _flow_rows(newest_fdi_year(at))


def position_rows(at: datetime) -> Sequence[Row]:
    """Build the positions at the end of all years known at a moment."""
    return _position_rows(newest_fdi_year(at))


@cache
def _flow_rows(last: int) -> tuple[Row, ...]:
    return tuple(
        Row(("A", "MIO_EUR", "FDI", direction, "TOTAL", "DI__D__F", partner, area), str(year), *cell)
        for area, direction, partner in _series()
        for year in range(FIRST_YEAR, last + 1)
        for cell in [_cell(area, partner, year, last, yearly_flow(area, direction, partner, year))]
    )


@cache
def _position_rows(last: int) -> tuple[Row, ...]:
    return tuple(
        Row(("A", "MIO_EUR", "FDI", "IMM", direction, "TOTAL", "DI__D__F", partner, area), str(year), *cell)
        for area, direction, partner in _series()
        for year in range(FIRST_YEAR, last + 1)
        for cell in [_cell(area, partner, year, last, _position(area, direction, partner, year))]
    )


def _series() -> Iterator[tuple[str, str, str]]:
    return ((area, direction, partner) for area in LEVELS for direction in ("NI", "NO") for partner in PARTNERS)


def yearly_flow(area: str, direction: str, partner: str, year: int) -> int:
    """Compute a year's flow in tenths of a million EUR; about one in five is negative."""
    usual = LEVELS[area][0] * 10 * PARTNERS[partner] // 1000
    return usual * dice("fdi", area, direction, partner, year)(-60, 240) // 100


def _position(area: str, direction: str, partner: str, year: int) -> int:
    start = LEVELS[area][1] * 10 * PARTNERS[partner] // 1000
    return start + sum(yearly_flow(area, direction, partner, earlier) for earlier in range(FIRST_YEAR + 1, year + 1))


def _cell(area: str, partner: str, year: int, last: int, amount: int) -> tuple[str, str]:
    """Write value and flag of a cell."""
    if (area, partner) in CONFIDENTIAL and year % 3 == 0:
        return ":", "c"
    if partner == "VN" and year == last:
        return ":", ""
    return format_tenths(amount), "p" if year == last else ""


DATASETS = (
    Dataset(
        code="BOP_FDI6_FLOW",
        label="EU direct investment flows, breakdown by partner country and economic activity (BPM6)",
        dimensions=FLOW_DIMENSIONS,
        rows=flow_rows,
        updated_at=fdi_updated_at,
    ),
    Dataset(
        code="BOP_FDI6_POS",
        label="EU direct investment positions, breakdown by partner country and economic activity (BPM6)",
        dimensions=POSITION_DIMENSIONS,
        rows=position_rows,
        updated_at=fdi_updated_at,
    ),
)
