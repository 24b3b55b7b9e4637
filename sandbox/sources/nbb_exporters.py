"""Belgian exporters (DF_EXTT_TEC_*): counts by activity and size, by number of markets.

All constructed. The counts of a year add up to the same total in both tables; cells of very few firms are empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sandbox.sources.allotment import allot, dice
from sandbox.sources.nbb_cube import Cube, Series, row_ending

DIMENSIONS = (
    "TABLE_IDENTIFIER", "FREQ", "REF_AREA", "COUNTERPART_AREA", "ACTIVITY", "NUMBER_EMPL", "TOP_ENTERPRISES",
    "NUMBER_PARTNERS", "PRODUCT", "TRADE_POPULATION", "FLOW", "TYPE_CONTROL", "TYPE_TRADER", "EXPORTS_INTENSITY",
    "INDICATOR",
)  # fmt: skip
# Day of publication -> its last year, about eighteen months back.
LAST_YEARS: dict[str, int] = {"2024-06-28": 2022, "2025-06-30": 2023, "2026-06-30": 2024}
EXPORTERS: dict[int, int] = {
    2016: 27_940, 2017: 28_310, 2018: 28_770, 2019: 29_060, 2020: 28_420, 2021: 29_850, 2022: 30_240, 2023: 30_110,
    2024: 30_470,
}  # fmt: skip
ACTIVITIES: dict[str, int] = {
    "A": 28, "B": 2, "C": 245, "D": 2, "E": 8, "F": 42, "G": 455, "H": 35, "I": 6, "J": 34, "K": 10, "L": 8, "M": 72,
    "N": 25, "S": 9, "_U": 19,
}  # fmt: skip
SIZES: dict[str, int] = {"E0T9": 640, "E10T49": 215, "E50T249": 88, "EGE250": 25, "_U": 32}
MARKETS: dict[str, int] = {
    "P1": 410, "P2": 145, "P3T5": 165, "P6T9": 85, "P10T14": 62, "P15T19": 38, "PGE20": 95,
}  # fmt: skip
MIN_FIRMS_SHOWN = 4
BY_SIZE, BY_MARKETS = "DF_EXTT_TEC_ACTIVITY_SIZE", "DF_EXTT_TEC_NBR_COUNTRIES_ACTIVITY"


def _series(flow: str, day: str) -> Iterator[Series]:
    """Give all series of a table in the order of their keys."""
    series: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    classes = SIZES if flow == BY_SIZE else MARKETS
    last = LAST_YEARS[day]
    for year in (year for year in EXPORTERS if year <= last):
        for (activity, code), count in _counts(flow, year, classes).items():
            cell = _cell(count, "P" if year == last else "A")
            series.setdefault(_key(flow, activity, code), []).append((str(year), cell))
    yield from ((key, series[key]) for key in sorted(series))


def _counts(flow: str, year: int, classes: dict[str, int]) -> dict[tuple[str, str], int]:
    """Count enterprises by activity and class; _T is all of them."""
    roll = dice("activities", year)
    of_activity = allot(EXPORTERS[year], [weight * roll(97, 103) for weight in ACTIVITIES.values()])
    counts: dict[tuple[str, str], int] = {}
    for activity, total in zip(ACTIVITIES, of_activity, strict=True):
        roll = dice(flow, activity)
        parts = allot(total, [weight * roll(70, 130) for weight in classes.values()])
        counts |= {(activity, code): count for code, count in zip(classes, parts, strict=True)}
        counts[activity, "_T"] = total
    counts |= {("_T", code): sum(counts[activity, code] for activity in ACTIVITIES) for code in (*classes, "_T")}
    return counts


def _key(flow: str, activity: str, code: str) -> tuple[str, ...]:
    """Build a key; dimensions that a table does not break down hold _T or _Z."""
    size, markets, table = (code, "_T", "T2") if flow == BY_SIZE else ("_Z", code, "T7")
    return (table, "A", "BE", "A1", activity, size, "_T", markets, "_T", "_T", "X", "_T", "_T", "_T", "ENT_TRD")


def _cell(count: int, status: str) -> str:
    if 0 < count < MIN_FIRMS_SHOWN:
        return row_ending("", conf="C", unit="", multiplier="0")
    return f"{count}{row_ending(status, unit='', multiplier='0')}"


CUBES = tuple(
    Cube(flow=flow, dimensions=DIMENSIONS, days=tuple(LAST_YEARS), series=partial(_series, flow))
    for flow in (BY_SIZE, BY_MARKETS)
)
