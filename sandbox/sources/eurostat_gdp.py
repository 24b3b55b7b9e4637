"""Eurostat's gross domestic product of Belgium and its regions (nama_10r_2gdp).

Constructed, in tenths of a million EUR. The platform does not load it: it is the example of CONTRIBUTING.md. Oddity
kept: a region's year is published two years later.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sandbox.sources.eurostat_dataset import Dataset, Row, format_tenths
from sandbox.sources.reply import morning_of

DIMENSIONS = ("freq", "unit", "geo")
FIRST_YEAR = 2015
# Region -> EUR million of the first year, and growth of a year in per mille.
LEVELS = {"BE1": (76_000, 31), "BE2": (245_000, 45), "BE3": (96_000, 36)}


def newest_gdp_year(at: datetime) -> int:
    """Return the newest year that is published: in February, two years later."""
    return at.year - (2 if at >= morning_of(f"{at.year}-02-20") else 3)


def gdp_updated_at(at: datetime) -> datetime:
    """Return the last update: 11:00 on the day that the newest year was published."""
    return datetime.fromisoformat(f"{newest_gdp_year(at) + 2}-02-20T11:00:00")


def gdp_rows(at: datetime) -> Sequence[Row]:
    """Build all observations known at a moment; Belgium is the sum of its regions."""
    years = range(FIRST_YEAR, newest_gdp_year(at) + 1)
    regions = {(geo, year): _amount(geo, year) for geo in LEVELS for year in years}
    country = {("BE", year): sum(regions[geo, year] for geo in LEVELS) for year in years}
    return [
        Row(("A", "MIO_EUR", geo), str(year), format_tenths(amount))
        for (geo, year), amount in (country | regions).items()
    ]


def _amount(geo: str, year: int) -> int:
    million, growth = LEVELS[geo]
    return million * 10 * (1000 + growth * (year - FIRST_YEAR)) // 1000


DATASETS = (
    Dataset(
        code="NAMA_10R_2GDP",
        label="Gross domestic product (GDP) at current market prices by NUTS 2 regions",
        dimensions=DIMENSIONS,
        rows=gdp_rows,
        updated_at=gdp_updated_at,
    ),
)
