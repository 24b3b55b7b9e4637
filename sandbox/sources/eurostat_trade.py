"""Eurostat's yearly trade of a member by product group (ext_lt_intratrd), in tenths of a million EUR. Constructed.

Oddities kept: the newest year provisional (p), what is confidential without a value and with flag c.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache

from sandbox.sources.allotment import allot, dice
from sandbox.sources.eurostat_rows import Dataset, Row, tenths
from sandbox.sources.replying import morning

DIMENSIONS = ("freq", "indic_et", "sitc06", "partner", "geo")
FIRST_YEAR = 2016
# Geo, indicator -> EUR billion of 2016, and growth of a year in per mille.
LEVELS = {
    ("BE", "MIO_EXP_VAL"): (360, 38),
    ("BE", "MIO_IMP_VAL"): (342, 41),
    ("NL", "MIO_EXP_VAL"): (516, 48),
    ("NL", "MIO_IMP_VAL"): (455, 47),
}
# Of trade with the world, per mille.
INSIDE_SHARE = 645
GROUPS = {"SITC0_1": 90, "SITC2_4": 70, "SITC3": 95, "SITC5": 300, "SITC6_8": 205, "SITC7": 215, "SITC9": 25}


def last_year(at: datetime) -> int:
    """The newest year that is out: at the end of March of the year after it."""
    return at.year - (1 if at >= morning(f"{at.year}-03-28") else 2)


def updated(at: datetime) -> datetime:
    """Eleven o'clock on the day that the newest year came out."""
    return datetime.fromisoformat(f"{last_year(at) + 1}-03-28T11:00:00")


def rows(at: datetime) -> Sequence[Row]:
    """All observations known at a moment."""
    return _rows(last_year(at))


@cache
def _rows(last: int) -> tuple[Row, ...]:
    return tuple(
        row
        for geo, indicator in LEVELS
        for year in range(FIRST_YEAR, last + 1)
        for row in _year(geo, indicator, year, "p" if year == last else "")
    )


def _year(geo: str, indicator: str, year: int, flag: str) -> Iterator[Row]:
    """All groups and partners of a year; the world is the sum of the two."""
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
            # Goods that are not classified are published for the world alone.
            is_missing = group == "SITC9"
            value = ":" if is_missing else tenths(part)
            yield Row(("A", indicator, group, partner, geo), str(year), value, "c" if is_missing else flag)
        yield Row(("A", indicator, "TOTAL", partner, geo), str(year), tenths(amount), flag)
    for group, amount in {"TOTAL": total, **world}.items():
        yield Row(("A", indicator, group, "WORLD", geo), str(year), tenths(amount), flag)


DATASETS = (
    Dataset(
        code="EXT_LT_INTRATRD",
        label="Intra and Extra-EU trade by Member State and by product group",
        dimensions=DIMENSIONS,
        rows=rows,
        updated=updated,
    ),
)
