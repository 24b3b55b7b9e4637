"""The control table: every total that the sample world must add up to, with its source.

Provenance: `published` is printed in the source; `derived` follows by arithmetic from printed figures; `constructed`
is ours, because nothing is published (yet). Trade is in EUR million, community concept, current prices.
"""

from __future__ import annotations

from typing import NamedTuple

PUBLISHED, DERIVED, CONSTRUCTED = "published", "derived", "constructed"


class TradeTotal(NamedTuple):
    """A total of goods trade over some months, as known from a publication on."""

    flow: str
    first_month: str
    last_month: str
    known_from: str
    million_eur: int
    provenance: str
    source: str


class FdiFigure(NamedTuple):
    """FIT's figures of a year: announced projects, jobs, capital expenditure in EUR."""

    year: int
    projects: int
    jobs: int
    capex_eur: int
    published_on: str
    derived: tuple[str, ...]
    source: str


class FdiRevision(NamedTuple):
    """A figure of an earlier year that was published later."""

    year: int
    indicator: str
    value: int
    published_on: str
    source: str


# Day of publication -> its last month. The first month is always 2016-01.
TRADE_VINTAGES: dict[str, str] = {
    "2020-03-16": "2019-12",
    "2021-03-15": "2020-12",
    "2022-03-15": "2021-12",
    "2023-03-15": "2022-12",
    "2024-03-15": "2023-12",
    "2025-03-14": "2024-12",
    "2026-03-16": "2025-12",
    "2026-10-15": "2026-07",
}

_HLN_2018, _HLN_2021 = "HLN, April 2018, after FIT", "HLN, March 2021, after FIT"
_TRENDS_2022, _TRENDS_2023 = "Trends, 2022, after FIT", "Trends, April 2023, after FIT"
_FIT_2024 = "FIT, Vlaamse export bij jaarwisseling 23-24"
# "Import and export of goods", also in Brussels Times 1510474.
_STATFL = "Statistics Flanders"

TRADE_TOTALS: tuple[TradeTotal, ...] = (
    TradeTotal("X", "2016-01", "2016-12", "2020-03-16", 302_000, PUBLISHED, _HLN_2018),
    TradeTotal("X", "2017-01", "2017-12", "2020-03-16", 317_000, PUBLISHED, _HLN_2018),
    TradeTotal("X", "2018-01", "2018-12", "2020-03-16", 328_000, PUBLISHED, "HLN, 30 March 2019, after FIT"),
    TradeTotal("X", "2019-01", "2019-12", "2020-03-16", 325_100, PUBLISHED, "FIT, Vlaamse in- en uitvoercijfers"),
    TradeTotal("X", "2019-01", "2019-12", "2021-03-15", 324_300, DERIVED, _HLN_2021 + ": 298 bn is -8.1 %"),
    TradeTotal("X", "2020-01", "2020-12", "2021-03-15", 298_000, PUBLISHED, _HLN_2021),
    TradeTotal("X", "2021-01", "2021-12", "2022-03-15", 380_500, PUBLISHED, _TRENDS_2022),
    TradeTotal("X", "2022-01", "2022-12", "2023-03-15", 479_700, PUBLISHED, _TRENDS_2023),
    TradeTotal("X", "2022-01", "2022-12", "2024-03-15", 481_000, DERIVED, _FIT_2024 + ": 430 bn is -10.65 %"),
    TradeTotal("X", "2023-01", "2023-12", "2024-03-15", 430_000, PUBLISHED, _FIT_2024),
    TradeTotal("X", "2023-01", "2023-12", "2025-03-14", 434_000, DERIVED, _STATFL + ": 418 bn is -3.7 %"),
    TradeTotal("X", "2024-01", "2024-03", "2025-03-14", 104_100, DERIVED, _STATFL + ": 103.2 bn is -0.9 %"),
    TradeTotal("X", "2024-04", "2024-12", "2025-03-14", 313_900, DERIVED, _STATFL + ": rest of 418 bn"),
    TradeTotal("X", "2025-01", "2025-03", "2026-03-16", 103_200, PUBLISHED, _STATFL),
    TradeTotal("X", "2025-04", "2025-07", "2026-03-16", 138_400, CONSTRUCTED, "2025 is not published: about 412 bn"),
    TradeTotal("X", "2025-08", "2025-12", "2026-03-16", 170_400, CONSTRUCTED, "2025 is not published: about 412 bn"),
    TradeTotal("X", "2026-01", "2026-07", "2026-10-15", 248_800, CONSTRUCTED, "not published: 3 % above 2025"),
    TradeTotal("I", "2016-01", "2016-12", "2020-03-16", 288_000, CONSTRUCTED, "level of the exports"),
    TradeTotal("I", "2017-01", "2017-12", "2020-03-16", 305_000, CONSTRUCTED, "level of the exports"),
    TradeTotal("I", "2018-01", "2018-12", "2020-03-16", 324_000, CONSTRUCTED, "level of the exports"),
    TradeTotal("I", "2019-01", "2019-12", "2020-03-16", 322_000, CONSTRUCTED, "level of the exports"),
    TradeTotal("I", "2020-01", "2020-12", "2021-03-15", 291_000, CONSTRUCTED, "level of the exports"),
    TradeTotal("I", "2021-01", "2021-12", "2022-03-15", 372_000, CONSTRUCTED, "level of the exports"),
    TradeTotal("I", "2022-01", "2022-12", "2023-03-15", 489_900, DERIVED, _FIT_2024 + ": 426 bn is -13.05 %"),
    TradeTotal("I", "2023-01", "2023-12", "2024-03-15", 426_000, PUBLISHED, _FIT_2024),
    TradeTotal("I", "2023-01", "2023-12", "2025-03-14", 435_400, DERIVED, _STATFL + ": 408 bn is -6.3 %"),
    TradeTotal("I", "2024-01", "2024-03", "2025-03-14", 101_200, DERIVED, _STATFL + ": 102.5 bn is +1.3 %"),
    TradeTotal("I", "2024-04", "2024-12", "2025-03-14", 306_800, DERIVED, _STATFL + ": rest of 408 bn"),
    TradeTotal("I", "2025-01", "2025-03", "2026-03-16", 102_500, PUBLISHED, _STATFL),
    TradeTotal("I", "2025-04", "2025-07", "2026-03-16", 136_900, CONSTRUCTED, "2025 is not published: about 409 bn"),
    TradeTotal("I", "2025-08", "2025-12", "2026-03-16", 169_600, CONSTRUCTED, "2025 is not published: about 409 bn"),
    TradeTotal("I", "2026-01", "2026-07", "2026-10-15", 246_600, CONSTRUCTED, "not published: 3 % above 2025"),
)

# Shares of exports in per 100,000 by year; published: EU 64.5 % of 2021 (Trends 2022), the United States 26.4 bn of the
# 418 bn of 2024 (Statistics Flanders). The other years are constructed around them.
EU_SHARES: dict[str, dict[int, int]] = {
    "X": dict(enumerate((64000, 64200, 64600, 64300, 64000, 64500, 66000, 65100, 64600, 64900, 64700), start=2016)),
    "I": dict(enumerate((58000, 57800, 57500, 57600, 57200, 57500, 55500, 56300, 56800, 56600, 56500), start=2016)),
}
US_SHARES: dict[str, dict[int, int]] = {
    "X": dict(enumerate((5300, 5200, 5400, 5900, 6600, 6000, 5800, 6000, 6316, 5850, 5500), start=2016)),
    "I": dict(enumerate((6300, 6200, 6400, 6800, 6700, 6500, 7800, 8100, 7900, 8000, 8100), start=2016)),
}

FDI_FIGURES: tuple[FdiFigure, ...] = (
    FdiFigure(2015, 227, 4352, 2_700_000_000, "2016-01-20", (), "FIT news, results of 2016 (as compared there)"),
    FdiFigure(2016, 198, 4260, 1_870_000_000, "2017-01-20", (), "FIT news, results of 2016"),
    FdiFigure(2017, 215, 5377, 2_080_000_000, "2018-01-20", (), "FIT news, 2017 sees upswing of foreign investment"),
    FdiFigure(2018, 234, 5339, 4_240_000_000, "2019-01-20", ("projects", "jobs"), "Trends 1556073; growth of 2019"),
    FdiFigure(2019, 258, 5384, 5_200_000_000, "2020-01-22", (), "HBVL 22 January 2020; Flanders Today"),
    FdiFigure(2020, 224, 4717, 2_400_000_000, "2021-01-28", (), "VRT 28 January 2021; HLN"),
    FdiFigure(2021, 295, 6233, 2_860_000_000, "2022-01-18", ("projects", "jobs"), "Nieuwsblad 18 January 2022"),
    FdiFigure(2022, 278, 6540, 5_260_000_000, "2023-01-22", (), "HBVL 22 January 2023; Trends 1928269"),
    FdiFigure(2023, 265, 4596, 4_920_000_000, "2024-01-20", (), "Trends, January 2024"),
    FdiFigure(2024, 277, 5039, 5_401_846_000, "2025-01-20", (), "Brussels Times 1400385; Belga"),
    FdiFigure(2025, 285, 5870, 3_790_000_000, "2026-01-20", (), "Belga, January 2026"),
)

# Never announced: the growth of 2022, "+4.7 %" to 6,540 jobs, implies another 2021 than the one printed before.
FDI_REVISIONS: tuple[FdiRevision, ...] = (
    FdiRevision(2021, "jobs", 6247, "2023-01-22", f"HBVL 22 January 2023: 6,540 is +4.7 % ({DERIVED})"),
)

# The running year has no published figures: constructed, until the end of September.
FDI_UNTIL = "2026-09-30"
FDI_THIS_YEAR = FdiFigure(2026, 214, 3190, 2_950_000_000, FDI_UNTIL, (), CONSTRUCTED)
