"""Belgium's foreign direct investment (DF_FDI_COMPLETE): net, so it may be negative.

Both principles are published (assets and liabilities, inward and outward) and agree: assets exceed outward investment
by as much as liabilities exceed inward. Every breakdown adds up to its total; confidential cells are empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sandbox.sources.allotment import allot, dice
from sandbox.sources.nbb_cube import Cube, Series, row_ending

DIMENSIONS = ("FREQ", "FDI_ACCOUNT", "FDI_BALANCE", "FDI_DIRECTION", "FDI_ITEM", "FDI_AREA", "FDI_SECTOR")
# Day of publication -> its last year; on each the two years before are revised.
LAST_YEARS: dict[str, int] = {"2024-10-04": 2023, "2025-10-03": 2024, "2026-10-05": 2025}
FIRST_YEAR = 2013


class Year(NamedTuple):
    """EUR million of a year: flows, stocks, excess of both sides over them, and income."""

    inflow: int
    outflow: int
    inward: int
    outward: int
    beyond: int
    receipts: int
    expenditures: int


YEARS: dict[int, Year] = {
    2013: Year(18_600, 22_300, 402_000, 371_000, 131_000, 29_800, 27_900),
    2014: Year(-9_400, -2_100, 418_000, 386_000, 138_000, 27_100, 26_600),
    2015: Year(21_700, 34_200, 441_000, 419_000, 146_000, 28_700, 30_300),
    2016: Year(42_100, 20_900, 468_000, 447_000, 152_000, 30_200, 31_900),
    2017: Year(-5_300, 28_800, 479_000, 486_000, 161_000, 33_400, 33_000),
    2018: Year(27_500, 32_600, 493_000, 507_000, 158_000, 35_600, 36_200),
    2019: Year(10_800, -1_900, 511_000, 522_000, 164_000, 34_900, 37_700),
    2020: Year(8_200, 9_100, 522_000, 538_000, 169_000, 28_300, 30_800),
    2021: Year(19_900, 41_700, 546_000, 577_000, 172_000, 38_100, 41_400),
    2022: Year(-6_700, 14_400, 551_000, 594_000, 180_000, 41_200, 43_900),
    2023: Year(20_400, 11_300, 568_000, 603_000, 183_000, 44_600, 45_800),
    2024: Year(14_700, 18_200, 584_000, 621_000, 186_000, 45_300, 46_900),
    2025: Year(12_300, 16_500, 597_000, 639_000, 190_000, 46_700, 48_200),
}

# Continent -> its parts, with weights; a part in small letters is not published by itself.
CONTINENTS: dict[str, dict[str, int]] = {
    "E1": {"AT": 6, "CH": 45, "CZ": 4, "DE": 80, "DK": 7, "ES": 30, "FI": 5, "FR": 190, "GB": 95, "IT": 25, "LU": 150,
           "NL": 240, "NO": 5, "PT": 5, "SE": 15, "euro": 25, "union": 10, "europe": 18},
    "E4": {"africa": 8},
    "E7": {"BR": 6, "US": 110, "america": 14},
    "F2": {"CN": 8, "HK": 6, "JP": 25, "asia": 21},
    "GX": {"oceania": 5},
}  # fmt: skip
EURO = ("AT", "DE", "ES", "FI", "FR", "IT", "LU", "NL", "PT", "euro")
UNION = (*EURO, "CZ", "DK", "SE", "union")
OECD = (*UNION, "CH", "GB", "NO", "US", "JP")
SERVICES: dict[str, int] = {"G": 90, "H": 30, "I": 5, "J": 35, "K": 260, "LM": 170, "P": 1, "Q": 6, "R": 3}
SECTORS: dict[str, int] = {"A": 2, "B": 6, "C": 250, "D": 30, "E": 4, "F": 8, "X": 25, "L1": 10}
SMALL = ("A", "B", "E", "F", "P", "R")
ITEMS: dict[str, dict[str, int]] = {"F": {"E": 55, "N": 45}, "S": {"E": 62, "N": 38}, "I": {"D": 52, "N": 18, "R": 30}}


def _series(day: str) -> Iterator[Series]:
    """Give all series of a publication in the order of their keys; EUR million."""
    last = LAST_YEARS[day]
    series: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for year in range(FIRST_YEAR, last + 1):
        status = "P" if year > last - 2 else "A"
        for key, value in _cells(year, day):
            series.setdefault(key, []).append((str(year), _cell(key, year, value, status)))
    yield from ((key, series[key]) for key in sorted(series))


def _cells(year: int, day: str) -> Iterator[tuple[tuple[str, ...], int]]:
    for (account, balance, direction), total in _totals(year, day).items():
        head, whole = ("A", account, balance, direction), "I" if account == "I" else "T"
        words = (year, account, balance, direction)
        for area, value in _areas(total, words).items():
            yield (*head, whole, area, "TOT"), value
        for sector, value in _sectors(total, words).items():
            yield (*head, whole, "A1", sector), value
        shares = ITEMS[account]
        for item, value in zip(shares, allot(total, list(shares.values())), strict=True):
            yield (*head, item, "A1", "TOT"), value


def _totals(year: int, day: str) -> dict[tuple[str, str, str], int]:
    """Compute EUR million by account, balance and direction.

    The last two years are first estimates.
    """
    of_year = YEARS[year]
    off = dice("fdi", day, year)(-30, 30) if year > LAST_YEARS[day] - 2 else 0
    inflow, outflow, inward, outward, beyond, receipts, expenditures = (
        value + value * off // 1000 for value in of_year
    )
    return {
        ("F", "A", "N"): outflow + beyond // 20, ("F", "L", "N"): inflow + beyond // 20,
        ("F", "N", "I"): inflow, ("F", "N", "O"): outflow,
        ("S", "A", "N"): outward + beyond, ("S", "L", "N"): inward + beyond,
        ("S", "N", "I"): inward, ("S", "N", "O"): outward,
        ("I", "R", "N"): receipts, ("I", "E", "N"): expenditures,
    }  # fmt: skip


def _areas(total: int, words: tuple[object, ...]) -> dict[str, int]:
    weights = {area: weight for members in CONTINENTS.values() for area, weight in members.items()}
    members = _spread(total, weights, ("area", *words))
    values = {area: value for area, value in members.items() if area.isupper()}
    values |= {continent: sum(members[area] for area in CONTINENTS[continent]) for continent in CONTINENTS}
    euro, union = sum(members[area] for area in EURO), sum(members[area] for area in UNION)
    values |= {"A1": total, "U2": euro, "U3": values["E1"] - euro, "V3": union, "V4": values["E1"] - union}
    return values | {"A8": sum(members[area] for area in OECD)}


def _sectors(total: int, words: tuple[object, ...]) -> dict[str, int]:
    values = _spread(total, SECTORS | SERVICES, ("sector", *words))
    return values | {"TS": sum(values[sector] for sector in SERVICES)}


def _spread(total: int, weights: dict[str, int], words: tuple[object, ...]) -> dict[str, int]:
    """Divide a net total by weights, then move part of a share to the next, as transactions do."""
    roll, names = dice(*words), list(weights)
    shares = dict(zip(names, allot(total, [weight * roll(90, 110) for weight in weights.values()]), strict=True))
    for giver, taker in zip(names[::2], names[1::2], strict=False):
        moved = min(abs(shares[giver]), abs(shares[taker])) * roll(0, 130) // 100 if words[2] == "F" else 0
        shares[giver] -= moved
        shares[taker] += moved
    return shares


def _cell(key: tuple[str, ...], year: int, value: int, status: str) -> str:
    """Write a cell in EUR million; it is empty where few groups make it up."""
    is_secret = key[-1] in SMALL and dice("secret", *key, year)(1, 6) == 1
    return row_ending("", conf="C", multiplier="6") if is_secret else f"{value}{row_ending(status, multiplier='6')}"


CUBE = Cube(flow="DF_FDI_COMPLETE", dimensions=DIMENSIONS, days=tuple(LAST_YEARS), series=_series)
