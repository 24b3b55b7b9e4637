"""The trade cubes of NBB.Stat: Flanders, its chapters, Belgium, the overview."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from sandbox.sources.figures import TRADE_VINTAGES
from sandbox.sources.nbb_cube import Cube, Series, row_ending
from sandbox.sources.trade import SeriesKey, build_vintage, month_name, month_number
from sandbox.sources.trade_belgium import EMBARGOES, FIRST_FIGURES, build_community, build_national, build_overview
from sandbox.sources.trade_chapters import FIRST_DAY, PART_SECTIONS, build_chapters

DIMENSIONS = ("REPORTING", "COUNTRY", "PRODUCT", "FLOW", "CONCEPT", "DATATYPE", "FREQ")
PROVISIONAL_MONTHS = 12
# The Flemish overview is small and goes back to 2016; the rest begins with the baseline year of the strategy.
DAYS = tuple(TRADE_VINTAGES)
LATER_DAYS = tuple(day for day in DAYS if day >= FIRST_DAY)


def _monthly(reporting: str, concept: str, last: int, values: Mapping[SeriesKey, list[int]]) -> Iterator[Series]:
    """Give EUR thousand by country, product and flow.

    `last` is the month of each series' last value.
    """
    for (country, product, flow), of_months in values.items():
        first = last + 1 - len(of_months)
        cells = (
            (month_name(month), f"{value}{row_ending('P' if last - month < PROVISIONAL_MONTHS else 'A')}")
            for month, value in enumerate(of_months, start=first)
        )
        yield (reporting, country, product, flow, concept, "VAL", "M"), cells


def _last(day: str) -> int:
    return month_number(TRADE_VINTAGES[day])


def _flemish(day: str) -> Iterator[Series]:
    return _monthly("VL", "COM", _last(day), build_vintage(day))


def _part(sections: tuple[str, ...], day: str) -> Iterator[Series]:
    return _monthly("VL", "COM", _last(day), build_chapters(day, sections))


def _community(day: str) -> Iterator[Series]:
    return _monthly("BE", "COM", _last(day), build_community(day))


def _national(day: str) -> Iterator[Series]:
    return _monthly("BE", "NAT", _last(day), build_national(day))


def _overview(day: str) -> Iterator[Series]:
    """Give EUR million with two decimals.

    The newest month of a publication may be under embargo.
    """
    for (concept, flow), of_months in build_overview(day).items():
        newest = max(of_months)
        cells = (
            (
                month_name(month),
                format_hundredths(value)
                + row_ending(
                    "P" if newest - month < PROVISIONAL_MONTHS else "A",
                    multiplier="6",
                    embargo=EMBARGOES.get((day, month_name(month)), ""),
                    decimals=2,
                ),
            )
            for month, value in sorted(of_months.items())
        )
        yield ("M", "NBB_A1", flow, concept, "VAL", "M"), cells


def format_hundredths(thousands: int) -> str:
    """Format EUR thousand as EUR million with two decimals, rounded half up: '-3284.09'."""
    whole = (abs(thousands) + 5) // 10
    return f"{'-' if thousands < 0 and whole else ''}{whole // 100}.{whole % 100:02d}"


FLEMISH = Cube(flow="DF_EXTTRADEVLNAT_Overview", dimensions=DIMENSIONS, days=DAYS, series=_flemish)
CUBES = (
    FLEMISH,
    *(
        Cube(
            flow=f"DF_EXTTRADEVLNAT_{part}",
            dimensions=DIMENSIONS,
            days=LATER_DAYS,
            series=partial(_part, sections),
        )
        for part, sections in PART_SECTIONS.items()
    ),
    Cube(flow="DF_EXTTRADEBECOM_Overview", dimensions=DIMENSIONS, days=LATER_DAYS, series=_community),
    Cube(flow="DF_EXTTRADEBENAT_Overview", dimensions=DIMENSIONS, days=LATER_DAYS, series=_national),
    Cube(
        flow="DF_EXTERNAL_TRADE_OVERVIEW",
        dimensions=("FREQ", "AREA", "FLOW", "CONCEPT", "DATATYPE", "UNIT"),
        days=FIRST_FIGURES,
        series=_overview,
    ),
)
