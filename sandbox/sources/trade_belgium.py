"""Belgian goods trade: Flanders and the rest of the country, both concepts, the overview.

Published are Flanders' share of Belgian exports (82 % of 2021, Trends 2022) and the balance of March 2026 in the
national concept (EUR 3,284.09 million, as read on 14 May 2026); the rest is constructed around them.
"""

from __future__ import annotations

from functools import cache

from sandbox.sources.allotment import allot, dice
from sandbox.sources.trade import SeriesKey, build_vintage, month_number
from sandbox.sources.trade_chapters import FIRST_MONTH, MARKETS
from sandbox.sources.trade_shape import EUROPEAN_UNION, FLOWS, SECTIONS, WORLD

# Flanders' part of Belgium in per mille, by flow and year.
FLEMISH_SHARES: dict[str, dict[int, int]] = {
    "X": {2021: 820, 2022: 818, 2023: 824, 2024: 826, 2025: 825, 2026: 825},
    "I": {2021: 838, 2022: 840, 2023: 836, 2024: 834, 2025: 835, 2026: 835},
}
# How much of a section lies outside Flanders, in per cent of the usual: medicines in Wallonia, diamonds in Antwerp.
ELSEWHERE: dict[str, int] = {"V": 45, "VI": 170, "VII": 70, "XIII": 140, "XIV": 8, "XV": 125, "XVII": 60, "XIX": 400}
# Part of a section that residents own, in per cent of the trade that crosses the border; the rest is transit.
OWNED: dict[str, int] = {"V": 74, "VI": 61, "XI": 52, "XII": 45, "XIV": 92, "XVI": 58, "XVIII": 57}
OWNED_USUALLY, OWNED_OF_ALL = 76, {"X": 702, "I": 694}

# Days on which the overview is published, each with its newest month.
NEWEST: dict[str, str] = {"2026-05-14": "2026-03", "2026-10-15": "2026-08"}
FIRST_FIGURES = tuple(NEWEST)
EMBARGOES: dict[tuple[str, str], str] = {("2026-10-15", "2026-08"): "2026-10-15T15:00:00+02:00"}
BALANCE_OF_MARCH_2026 = 3_284_090
SETTLED_DAY = "2026-10-15"


@cache
def build_community(day: str) -> dict[SeriesKey, list[int]]:
    """Build Belgian trade by country, section and flow, in the community concept.

    Values are EUR thousand, by month from FIRST_MONTH on.
    """
    first, flemish = month_number(FIRST_MONTH), build_vintage(day)
    series: dict[SeriesKey, list[int]] = {}
    for flow in FLOWS:
        elsewhere = _elsewhere(flow, {s: flemish[WORLD, s, flow][first:] for s in SECTIONS})
        for section in SECTIONS:
            world = flemish[WORLD, section, flow][first:]
            for country in (WORLD, EUROPEAN_UNION, *MARKETS):
                if (country, section, flow) in flemish:
                    own = flemish[country, section, flow][first:]
                    series[country, section, flow] = [
                        value + rest * value // whole
                        for value, rest, whole in zip(own, elsewhere[section], world, strict=True)
                    ]
    return dict(sorted(series.items()))


def _elsewhere(flow: str, flemish: dict[str, list[int]]) -> dict[str, list[int]]:
    """Compute the trade of Wallonia and Brussels by section and month.

    It adds up to each year's rest of Belgium.
    """
    months = len(next(iter(flemish.values())))
    rest = {section: [0] * months for section in flemish}
    for year, share in FLEMISH_SHARES[flow].items():
        start = (year - int(FIRST_MONTH[:4])) * 12
        cells = [(s, month) for s in flemish for month in range(start, min(start + 12, months))]
        if cells:
            roll = dice("elsewhere", flow, year)
            total = sum(flemish[s][month] for s, month in cells) * (1000 - share) // share
            weights = [flemish[s][month] * ELSEWHERE.get(s, 100) * roll(80, 120) for s, month in cells]
            for (section, month), value in zip(cells, allot(total, weights), strict=True):
                rest[section][month] = value
    return rest


@cache
def build_national(day: str) -> dict[SeriesKey, list[int]]:
    """Build the world and the EU by section and flow, in the national concept.

    Values are EUR thousand, by month from FIRST_MONTH on.
    """
    crossing = build_community(day)
    series: dict[SeriesKey, list[int]] = {}
    for flow in FLOWS:
        world = [crossing[WORLD, section, flow] for section in SECTIONS]
        union = [crossing[EUROPEAN_UNION, section, flow] for section in SECTIONS]
        for of_world, of_union in zip(zip(*world, strict=True), zip(*union, strict=True), strict=True):
            owned = _owned(flow, of_world)
            for section, value, part, whole in zip(SECTIONS, owned, of_union, of_world, strict=True):
                series.setdefault((WORLD, section, flow), []).append(value)
                series.setdefault((EUROPEAN_UNION, section, flow), []).append(value * part // whole)
    return dict(sorted(series.items()))


def _owned(flow: str, crossing: tuple[int, ...]) -> list[int]:
    weights = [value * OWNED.get(s, OWNED_USUALLY) for s, value in zip(SECTIONS, crossing, strict=True)]
    return allot(sum(crossing) * OWNED_OF_ALL[flow] // 1000, weights)


@cache
def build_overview(day: str) -> dict[tuple[str, str], dict[int, int]]:
    """Build balance, exports and imports of Belgium by concept; EUR thousand by month number.

    On the first day March 2026 is as first published; later it follows the cubes. The newest month of the last day,
    which no cube has yet, is 3 % above the year before.
    """
    series: dict[tuple[str, str], dict[int, int]] = {}
    for concept, cube in (("COM", build_community(SETTLED_DAY)), ("NAT", build_national(SETTLED_DAY))):
        exports, imports = (_totals(cube, flow, month_number(NEWEST[day])) for flow in ("X", "I"))
        if concept == "NAT" and day == FIRST_FIGURES[0]:
            march = month_number("2026-03")
            imports[march] = exports[march] - BALANCE_OF_MARCH_2026
        balance = {month: exports[month] - imports[month] for month in exports}
        series |= {(concept, "B"): balance, (concept, "I"): imports, (concept, "X"): exports}
    return dict(sorted(series.items(), key=lambda item: (item[0][1], item[0][0])))


def _totals(cube: dict[SeriesKey, list[int]], flow: str, newest: int) -> dict[int, int]:
    """Add up a flow with the world by month number, up to the newest month."""
    first = month_number(FIRST_MONTH)
    columns = zip(*(cube[WORLD, section, flow] for section in SECTIONS), strict=True)
    totals = {first + place: sum(column) for place, column in enumerate(columns)}
    totals.setdefault(newest, totals[newest - 12] * 103 // 100)
    return {month: value for month, value in totals.items() if month <= newest}
