"""Eurostat's Comext: trade of Belgium and EU27 by HS chapter with three partners.

Totals of a year are constructed: Belgium's so that the Flemish ones are about 82 % of it, EU27's at the level that
Eurostat publishes, trade between members included. Chapters are allotted from them and add up exactly. The last three
months of a publication are low, because late declarations are still to come.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import cache

from sandbox.sources.allotment import allot, dice
from sandbox.sources.eurostat_dataset import Dataset, Row
from sandbox.sources.reply import morning_of

DIMENSIONS = ("freq", "reporter", "partner", "product", "flow", "indicators")
# Reporter, flow -> year -> EUR billion; the months of 2026 that are not there yet are part of its total.
TOTALS: dict[tuple[str, str], dict[int, int]] = {
    ("BE", "2"): {2024: 507, 2025: 502, 2026: 517},
    ("BE", "1"): {2024: 496, 2025: 498, 2026: 512},
    ("EU27_2020", "2"): {2024: 6631, 2025: 6720, 2026: 6900},
    ("EU27_2020", "1"): {2024: 6434, 2025: 6560, 2026: 6760},
}
# Partner -> its share of all trade, per mille, by reporter and flow.
MARKETS: dict[str, dict[tuple[str, str], int]] = {
    "US": {("BE", "2"): 62, ("BE", "1"): 74, ("EU27_2020", "2"): 80, ("EU27_2020", "1"): 52},
    "CN": {("BE", "2"): 17, ("BE", "1"): 70, ("EU27_2020", "2"): 32, ("EU27_2020", "1"): 81},
}
# HS chapter -> weight, and EUR for 100 kg.
CHAPTERS: dict[str, tuple[int, int]] = {
    "08": (110, 140), "18": (90, 520), "22": (120, 110), "27": (1250, 55), "28": (180, 90), "29": (620, 260),
    "30": (1500, 11_000), "33": (150, 900), "38": (380, 260), "39": (620, 230), "40": (170, 480), "48": (150, 115),
    "71": (430, 90_000), "72": (380, 95), "73": (190, 260), "76": (170, 380), "84": (900, 1500), "85": (700, 2400),
    "87": (1250, 1250), "90": (330, 6800), "94": (140, 480),
}  # fmt: skip
SEASON = (970, 965, 1080, 1005, 1000, 1045, 970, 890, 1040, 1060, 1025, 950)
FIRST_YEAR, LAST_YEAR = min(TOTALS["BE", "2"]), max(TOTALS["BE", "2"])
# Months before the newest -> part of their final value that has been declared, per mille.
DECLARED = {0: 985, 1: 994, 2: 998}


def newest_month(at: datetime) -> str:
    """Return the newest month that is published: on the 15th of the second month after it."""
    day = at.date()
    back = 2 if at >= morning_of(f"{day:%Y-%m}-15") else 3
    number = day.year * 12 + day.month - 1 - back
    return f"{number // 12}-{number % 12 + 1:02d}"


def comext_updated_at(at: datetime) -> datetime:
    """Return the last update: the last 15th at 11:00, without an offset, as Eurostat writes it."""
    number = at.year * 12 + at.month - 1 - (0 if at >= morning_of(f"{at:%Y-%m}-15") else 1)
    return datetime.fromisoformat(f"{number // 12}-{number % 12 + 1:02d}-15T11:00:00")


def chapter_rows(at: datetime) -> Sequence[Row]:
    """Build all observations of DS-059341 in a publication."""
    return _chapter_rows(min(newest_month(at), f"{LAST_YEAR}-12"))


@cache
def _chapter_rows(last: str) -> tuple[Row, ...]:
    newest = _number(last)
    return tuple(
        row
        for (reporter, flow), years in TOTALS.items()
        for partner in ("WORLD", *MARKETS)
        for year in years
        for month in range(1, 13)
        if _number(f"{year}-{month:02d}") <= newest
        for row in _month(reporter, flow, partner, date(year, month, 1), newest)
    )


def _month(reporter: str, flow: str, partner: str, month: date, newest: int) -> Iterator[Row]:
    period = f"{month:%Y-%m}"
    total = _total(reporter, flow, partner, month) * DECLARED.get(newest - _number(period), 1000) // 1000
    roll = dice("comext", reporter, flow, partner, period)
    weights = [weight * roll(90, 110) for weight, _ in CHAPTERS.values()]
    chapters = dict(zip(CHAPTERS, allot(total, weights), strict=True))
    quantities = {chapter: value * 100 // CHAPTERS[chapter][1] for chapter, value in chapters.items()}
    values = {"TOTAL": total} | chapters
    for product, value in values.items():
        yield Row(("M", reporter, partner, product, flow, "VALUE_IN_EUROS"), period, str(value))
    for product, hundredths in ({"TOTAL": sum(quantities.values())} | quantities).items():
        amount = f"{hundredths // 100}.{hundredths % 100:02d}"
        yield Row(("M", reporter, partner, product, flow, "QUANTITY_IN_100KG"), period, amount)


def _total(reporter: str, flow: str, partner: str, month: date) -> int:
    """Compute the EUR of a month with a partner."""
    year = TOTALS[reporter, flow][month.year] * 1_000_000_000
    world = allot(year, SEASON)[month.month - 1]
    return world if partner == "WORLD" else world * MARKETS[partner][reporter, flow] // 1000


def _number(period: str) -> int:
    return int(period[:4]) * 12 + int(period[5:]) - 1


def product_rows(at: datetime) -> Sequence[Row]:
    """Build the observations of DS-045409: Belgium's CN8 products, chapters and totals."""
    return _product_rows(min(newest_month(at), f"{LAST_YEAR}-12"))


@cache
def _product_rows(last: str) -> tuple[Row, ...]:
    return tuple(fine for row in _chapter_rows(last) if row.key[1] == "BE" for fine in (row, *_products(row)))


def _products(row: Row) -> Iterator[Row]:
    """Divide a chapter into two CN8 products."""
    freq, reporter, partner, product, flow, indicator = row.key
    if product == "TOTAL":
        return
    first, second = allot(int(row.value.replace(".", "")), (7, 3))
    for code, amount in ((f"{product}019010", first), (f"{product}029090", second)):
        value = f"{amount // 100}.{amount % 100:02d}" if "." in row.value else str(amount)
        yield Row((freq, reporter, partner, code, flow, indicator), row.period, value)


DATASETS = (
    Dataset(
        code="DS-059341",
        label="International trade of EU and non-EU countries since 2002 by HS2-4-6",
        dimensions=DIMENSIONS,
        rows=chapter_rows,
        updated_at=comext_updated_at,
        has_flags=False,
    ),
    Dataset(
        code="DS-045409",
        label="EU trade since 1988 by HS2-4-6 and CN8",
        dimensions=DIMENSIONS,
        rows=product_rows,
        updated_at=comext_updated_at,
        has_flags=False,
    ),
)
