"""Eurostat's yearly trade of a member by product group (ext_lt_intratrd); constructed.

Oddities kept: the newest year provisional (p), confidential cells without a value and with flag c.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache

from sandbox.sources.allotment import allot, dice
from sandbox.sources.eurostat_dataset import Dataset, Row, format_tenths
from sandbox.sources.reply import morning_of

DIMENSIONS = ("freq", "indic_et", "sitc06", "partner", "geo")
FIRST_YEAR = 2016
# Geo, indicator -> EUR billion of 2016, and growth of a year in per mille.
LEVELS = {
    ("BE", "MIO_EXP_VAL"): (360, 38),
    ("BE", "MIO_IMP_VAL"): (342, 41),
    ("NL", "MIO_EXP_VAL"): (516, 48),
    ("NL", "MIO_IMP_VAL"): (455, 47),
}
# Part of trade with the world that is inside the EU, per mille.
INSIDE_SHARE = 645
GROUPS = {"SITC0_1": 90, "SITC2_4": 70, "SITC3": 95, "SITC5": 300, "SITC6_8": 205, "SITC7": 215, "SITC9": 25}


def newest_trade_year(at: datetime) -> int:
    """Return the newest year that is published: at the end of March of the year after it."""
    return at.year - (1 if at >= morning_of(f"{at.year}-03-28") else 2)


def trade_updated_at(at: datetime) -> datetime:
    """Return the last update: 11:00 on the day that the newest year was published."""
    return datetime.fromisoformat(f"{newest_trade_year(at) + 1}-03-28T11:00:00")


def trade_rows(at: datetime) -> Sequence[Row]:
    """Build all observations known at a moment."""
    return _trade_rows(newest_trade_year(at))


@cache
def _trade_rows(last: int) -> tuple[Row, ...]:
    return tuple(
        row
        for geo, indicator in LEVELS
        for year in range(FIRST_YEAR, last + 1)
        for row in _year(geo, indicator, year, "p" if year == last else "")
    )


def _year(geo: str, indicator: str, year: int, flag: str) -> Iterator[Row]:
    """Build all groups and partners of a year; the world is the sum of both partners."""
    billion, growth = LEVELS[geo, indicator]
    total = billion * 10_000 * (1000 + growth * (year - FIRST_YEAR)) // 1000
    inside = allot(total, [INSIDE_SHARE, 1000 - INSIDE_SHARE])[0]
    by_partner = {"INT_EU27_2020": inside, "EXT_EU27_2020": total - inside}
    world = dict.fromkeys(GROUPS, 0)
    for partner, amount in by_partner.items():
        roll = dice("groups", geo, indicator, partner, year)
        parts = allot(amount, [weight * roll(95, 105) for weight in GROUPS.values()])
        for group, part in zip(GROUPS, parts, strict=True):
            world[group] += part
            # Goods that are not classified have a value for the world alone.
            is_missing = group == "SITC9"
            value = ":" if is_missing else format_tenths(part)
            yield Row(("A", indicator, group, partner, geo), str(year), value, "c" if is_missing else flag)
        yield Row(("A", indicator, "TOTAL", partner, geo), str(year), format_tenths(amount), flag)
    for group, amount in {"TOTAL": total, **world}.items():
        yield Row(("A", indicator, group, "WORLD", geo), str(year), format_tenths(amount), flag)


DATASETS = (
    Dataset(
        code="EXT_LT_INTRATRD",
        label="Intra and Extra-EU trade by Member State and by product group",
        dimensions=DIMENSIONS,
        rows=trade_rows,
        updated_at=trade_updated_at,
    ),
)
