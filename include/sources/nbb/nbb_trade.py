"""Foreign trade cubes of NBB.Stat (DF_EXTTRADE<region><concept>_<part>): what they share.

REPORTING VL is the Flemish Region, BE Belgium; WL and BX are the other regions. CONCEPT is a dimension, whatever the
name of the flow says: COM counts goods that cross the border, NAT only what residents own. Values are those at the
Belgian border, in current prices, without tax.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from include import sdmx
from include.periods import months_back
from include.sources.dataflow import data_request
from include.sources.source import Probe, Request

AGENCY = "BE2"
DIMENSIONS = ("REPORTING", "COUNTRY", "PRODUCT", "FLOW", "CONCEPT", "DATATYPE", "FREQ")
# Earlier years are no longer revised in the regular releases.
REVISED_YEARS = 4
WORLD, EUROPEAN_UNION = "A1", "D0"
# The five largest buyers of Flemish goods, half of all exports, and the markets of the bilateral chambers among the
# partners (China, India, Vietnam).
MARKETS = ("DE", "NL", "FR", "GB", "US", "CN", "IN", "VN")
# HS section -> its chapters; 77 is reserved and empty, 98 and 99 are the Combined Nomenclature's special codes.
SECTIONS: dict[str, tuple[str, ...]] = {
    section: tuple(f"{chapter:02d}" for chapter in range(first, last + 1) if chapter != 77)
    for section, first, last in (
        ("I", 1, 5), ("II", 6, 14), ("III", 15, 15), ("IV", 16, 24), ("V", 25, 27), ("VI", 28, 38), ("VII", 39, 40),
        ("VIII", 41, 43), ("IX", 44, 46), ("X", 47, 49), ("XI", 50, 63), ("XII", 64, 67), ("XIII", 68, 70),
        ("XIV", 71, 71), ("XV", 72, 83), ("XVI", 84, 85), ("XVII", 86, 89), ("XVIII", 90, 92), ("XIX", 93, 93),
        ("XX", 94, 96), ("XXI", 97, 99),
    )
}  # fmt: skip
# About the 15th, 75 days after the month; the days around it catch a late or early release.
SCHEDULE = "0 12 12-20 * *"
LICENCE = "Reproduction with source, educational and non-commercial use (INR bulletin); NBB.Stat terms to confirm."


def trade_key(reporting: str, countries: Sequence[str], products: Sequence[str], concept: str) -> tuple[str, ...]:
    """Build the key for monthly values of exports and imports, one entry per dimension.

    Args:
        reporting: VL or BE.
        countries: NBB's codes; empty for all.
        products: HS sections or chapters; empty for all.
        concept: COM or NAT.
    """
    return (reporting, "+".join(countries), "+".join(products), "X+I", concept, "VAL", "M")


def freshness_probe(flow: str) -> Probe:
    """Build the probe of a flow: NBB's own note of what it holds, new with every load of data.

    Kilobytes, asked before megabytes. Seen inside the structure of DF_EXR of 12 April 2026, where it names the load of
    the 10th. When a firewall's page or a 404 comes in its place, the data are fetched.
    """
    return Probe(path=sdmx.availability_path(AGENCY, flow, "1.0"), accept=sdmx.STRUCTURE_JSON, pattern=sdmx.NBB_CHANGED)


def trade_request(clock: datetime, flow: str, key: tuple[str, ...]) -> Request:
    """Build the request for the years that may still be revised, up to the clock's month."""
    start, end = months_back(clock, REVISED_YEARS)
    return data_request(
        sdmx.Query(agency=AGENCY, flow=flow, key=key, start=start, end=end), freshness_probe=freshness_probe(flow)
    )
