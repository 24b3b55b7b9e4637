"""FIT's statements on Flemish goods trade, as printed: the newest of each figure at a moment, with day and source.

EUR million. `published` is printed; `derived` follows from a printed rate by the arithmetic in its source. Where only
the month of a publication is known, its day is the 15th; where only the year, mid-March, when FIT tells the year.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sandbox.sources.figures import DERIVED, PUBLISHED
from sandbox.sources.replying import morning

COLUMNS = ("period", "indicator", "value", "unit", "status", "published_on", "source")
EUR_PER_MILLION = 1_000_000


class Statement(NamedTuple):
    """A figure as stated on a day."""

    period: str
    indicator: str
    million_eur: int
    published_on: str
    provenance: str
    source: str
    status: str = "A"


_HLN_2018, _HLN_2021 = "HLN, April 2018, after FIT", "HLN, March 2021, after FIT"
_FIT_2024 = "FIT, Vlaamse export bij jaarwisseling 23-24"
_STATFL = "Statistics Flanders, import and export of goods"

STATEMENTS: tuple[Statement, ...] = (
    Statement("2016", "exports", 302_000, "2018-04-15", PUBLISHED, _HLN_2018),
    Statement("2017", "exports", 317_000, "2018-04-15", PUBLISHED, _HLN_2018),
    Statement("2018", "exports", 328_000, "2019-03-30", PUBLISHED, "HLN, 30 March 2019, after FIT"),
    Statement("2019", "exports", 325_100, "2020-03-16", PUBLISHED, "FIT, Analyse Vlaamse in- en uitvoercijfers"),
    Statement("2019", "exports", 324_300, "2021-03-15", DERIVED, _HLN_2021 + ": 298 bn is -8.1 %"),
    Statement("2020", "exports", 298_000, "2021-03-15", PUBLISHED, _HLN_2021),
    Statement("2021", "exports", 380_500, "2022-03-15", PUBLISHED, "Trends, 2022, after FIT"),
    Statement("2022", "exports", 479_700, "2023-03-15", PUBLISHED, "Trends, April 2023, after FIT"),
    Statement("2022", "exports", 481_000, "2024-03-15", DERIVED, _FIT_2024 + ": 430 bn is -10.65 %"),
    Statement("2022", "imports", 489_900, "2024-03-15", DERIVED, _FIT_2024 + ": 426 bn is -13.05 %"),
    Statement("2023", "exports", 430_000, "2024-03-15", PUBLISHED, _FIT_2024 + ': "just under 430 bn"'),
    Statement("2023", "imports", 426_000, "2024-03-15", PUBLISHED, _FIT_2024),
    Statement("2023", "exports", 434_000, "2025-03-14", DERIVED, _STATFL + ": 418 bn is -3.7 %"),
    Statement("2023", "imports", 435_400, "2025-03-14", DERIVED, _STATFL + ": 408 bn is -6.3 %"),
    Statement("2024", "exports", 418_000, "2025-03-14", PUBLISHED, _STATFL, "P"),
    Statement("2024", "imports", 408_000, "2025-03-14", PUBLISHED, _STATFL, "P"),
    Statement("2024", "exports_to_us", 26_400, "2025-03-14", PUBLISHED, _STATFL, "P"),
    Statement("2025-Q1", "exports", 103_200, "2025-06-15", PUBLISHED, _STATFL, "P"),
    Statement("2025-Q1", "imports", 102_500, "2025-06-15", PUBLISHED, _STATFL, "P"),
)


def rows(at: datetime) -> list[tuple[object, ...]]:
    """The file's rows, COLUMNS, as it stood at a moment: the newest statement of each figure."""
    newest: dict[tuple[str, str], Statement] = {}
    for statement in STATEMENTS:
        if morning(statement.published_on) <= at:
            newest[statement.period, statement.indicator] = statement
    return [
        (
            told.period,
            told.indicator,
            told.million_eur * EUR_PER_MILLION,
            "EUR",
            told.status,
            told.published_on,
            told.source if told.provenance == PUBLISHED else f"{told.source} ({DERIVED})",
        )
        for told in newest.values()
    ]
