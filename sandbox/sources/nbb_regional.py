"""Exports and imports in the regional accounts (DF_REGTRD): goods and services by region.

Published: Flanders exported EUR 223.2 billion in 2013, of which goods 78.2 % (Statistics Flanders, 19 July 2016). The
other years, imports and all below the Flemish Region are constructed. UNIT_MEASURE is empty, as UNIT says it.
"""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.sources.allotment import allot, dice
from sandbox.sources.nbb_cube import Cube, Series, row_ending

DIMENSIONS = ("FREQ", "ITEM", "NUTS", "BRANCH", "UNIT")
# Day of publication -> its last year, some 27 months back; on each the two years before are revised.
LAST_YEARS: dict[str, int] = {"2024-03-15": 2021, "2025-03-14": 2022, "2026-03-16": 2023}
# Flemish exports and imports of goods and services, EUR million.
TOTALS: dict[int, tuple[int, int]] = {
    2013: (223_200, 216_400), 2014: (227_900, 219_800), 2015: (233_600, 221_300), 2016: (245_100, 236_700),
    2017: (259_800, 251_900), 2018: (268_400, 264_800), 2019: (274_300, 267_700), 2020: (255_600, 246_200),
    2021: (311_500, 301_800), 2022: (374_900, 379_100), 2023: (356_200, 352_400),
}  # fmt: skip
GOODS_PER_MILLE = {"P6": 782, "P7": 764}
# Region -> its part of Flemish trade in per mille.
OTHER_REGIONS: dict[str, int] = {"100": 168, "300": 201, "400": 1}
PROVINCES: dict[str, int] = {"210": 395, "220": 112, "230": 176, "240": 148, "250": 169}


def _series(day: str) -> Iterator[Series]:
    """Give all series of a publication in the order of their keys; EUR million with one decimal."""
    last = LAST_YEARS[day]
    series: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for year in (year for year in TOTALS if year <= last):
        tail = row_ending("P" if year > last - 3 else "A", unit="", multiplier="6", decimals=1)
        for (item, nuts), tenths in _cells(year, day).items():
            series.setdefault(("A", item, nuts, "TOT", "CU"), []).append(
                (str(year), f"{tenths // 10}.{tenths % 10}{tail}")
            )
    yield from ((key, series[key]) for key in sorted(series))


def _cells(year: int, day: str) -> dict[tuple[str, str], int]:
    """Compute tenths of EUR million by item and area."""
    cells: dict[tuple[str, str], int] = {}
    for side, million in zip(("P6", "P7"), TOTALS[year], strict=True):
        # A first estimate is replaced in the two years after it.
        off = dice("regional", day, side, year)(-12, 12) if LAST_YEARS[day] - year < 2 else 0
        total = million * 10 + million * off // 100
        goods = total * GOODS_PER_MILLE[side] // 1000
        for item, value in (("1", goods), ("2", total - goods)):
            cells |= {(f"{side}{item}000", nuts): part for nuts, part in _by_area(value, side + item, year).items()}
        for nuts in ("000", "200", *OTHER_REGIONS, *PROVINCES):
            cells[f"{side}0000", nuts] = cells[f"{side}1000", nuts] + cells[f"{side}2000", nuts]
    return cells


def _by_area(flemish: int, item: str, year: int) -> dict[str, int]:
    roll = dice("provinces", item, year)
    parts = allot(flemish, [weight * roll(95, 105) for weight in PROVINCES.values()])
    others = {region: flemish * share // 1000 for region, share in OTHER_REGIONS.items()}
    return {"000": flemish + sum(others.values()), "200": flemish} | others | dict(zip(PROVINCES, parts, strict=True))


CUBE = Cube(flow="DF_REGTRD", dimensions=DIMENSIONS, days=tuple(LAST_YEARS), series=_series)
