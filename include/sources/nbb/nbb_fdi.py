"""Direct investment of Belgium: flows, stocks, income, yearly (NBB, DF_FDI_COMPLETE).

What is odd about it:
- Belgium only: no region has such figures. It is another thing than FIT's projects: what moved and is held on the
  balance of payments (BPM6), net, against what investors announced. Never in one sum or one line.
- Negatives are real: a repayment to a parent makes a negative inflow, and a single group can turn a year.
- Two principles beside each other: FDI_BALANCE A and L (assets, liabilities; gross) have FDI_DIRECTION N, and
  FDI_DIRECTION I and O (inward, outward; loans between affiliates taken off) have FDI_BALANCE N. Income says R and E.
  "Investment in Belgium" is direction I.
- FDI_AREA mixes countries, continents and economic unions, FDI_SECTOR sections and the sum of services (TS): add up
  only what the expectations below add up. CO, GA and EA are headings.
- DF_FDI_IO gives the same bytes as its sibling, so the whole cube is asked, with every area and sector.
- Values are in EUR million, also where UNIT_MULT is left out.
"""

from __future__ import annotations

from datetime import datetime

from include import sdmx
from include.periods import local_date
from include.sources.dataflow import Expressions, data_request, dataflow
from include.sources.expectations import (
    adds_up,
    has_values,
    in_list,
    is_plausible,
    is_unique,
    known_codes,
    known_countries,
    no_row,
)
from include.sources.nbb.nbb_trade import AGENCY, LICENCE, freshness_probe
from include.sources.source import Expectation, Request, Scope, Severity

FLOW = "DF_FDI_COMPLETE"
DIMENSIONS = ("FREQ", "FDI_ACCOUNT", "FDI_BALANCE", "FDI_DIRECTION", "FDI_ITEM", "FDI_AREA", "FDI_SECTOR")
# A year, not a quarter: a quarter is one or two transactions.
KEY = ("A", "", "", "", "", "", "")
# BPM6 begins in 2012; the whole history is some ten thousand rows, so a late revision is seen too.
FIRST_YEAR = "2012"
CONTINENTS = ("E1", "E4", "E7", "F2", "GX")
SERVICES = ("G", "H", "I", "J", "K", "LM", "P", "Q", "R")
SECTORS = ("A", "B", "C", "D", "E", "F", "TS", "X", "L1")


def requests(clock: datetime, given: Scope) -> tuple[Request, ...]:
    """Ask for the whole history, up to the clock's year."""
    end = str(local_date(clock).year)
    return (
        data_request(
            sdmx.Query(agency=AGENCY, flow=FLOW, key=KEY, start=FIRST_YEAR, end=end),
            freshness_probe=freshness_probe(FLOW),
        ),
    )


RULES = (
    # Orders of magnitude: inward or outward capital is some EUR 500 billion, the largest flow of a year some 100.
    is_plausible(
        "abs(t.value) <= case t.fdi_account when 'S' then 3000e9 else 400e9 end",
        "a stock beyond EUR 3,000 billion, or a flow or income beyond 400, is several times the largest ever",
    ),
)

_OTHERS = "fdi_account, fdi_balance, fdi_direction, fdi_item"


def _areas(tolerance: float, severity: Severity) -> Expectation:
    return adds_up(
        "continents add up to the world",
        by=f"{_OTHERS}, fdi_sector",
        total="fdi_area = 'A1'",
        parts=f"fdi_area in {CONTINENTS}",
        tolerance=tolerance,
        severity=severity,
    )


def _sectors(what: str, total: str, parts: tuple[str, ...], tolerance: float, severity: Severity) -> Expectation:
    return adds_up(
        what,
        by=f"{_OTHERS}, fdi_area",
        total=f"fdi_sector = '{total}'",
        parts=f"fdi_sector in {parts}",
        tolerance=tolerance,
        severity=severity,
    )


SUITE = (
    is_unique(),
    in_list("fdi_account", ("F", "S", "I")),
    in_list("fdi_balance", ("A", "L", "R", "E", "N")),
    in_list("fdi_direction", ("I", "O", "N")),
    in_list("fdi_item", ("T", "E", "O", "I", "D", "R", "N")),
    in_list("unit_code", ("EUR",)),
    # Cells in which one group could be recognised are empty.
    has_values(0.6),
    no_row(
        "a principle is either assets and liabilities or directions",
        "select series_key from {batch} where (fdi_balance = 'N') = (fdi_direction = 'N')",
    ),
    no_row(
        "inward and outward stocks of all areas and sectors are EUR 100 to 2,000 billion",
        # Some EUR 500 billion each; a wrong multiplier is a factor of a thousand away.
        """select fdi_direction, period, value from {batch}
            where fdi_account = 'S' and fdi_direction <> 'N' and fdi_item = 'T' and fdi_area = 'A1'
                and fdi_sector = 'TOT' and value not between 100e9 and 2000e9""",
    ),
    # Values without an area or sector are missing from the parts; when half of the total is, it is another table.
    _areas(0.5, "critical"),
    _areas(0.05, "warning"),
    _sectors("sectors add up to all activities", "TOT", SECTORS, 0.5, "critical"),
    _sectors("sectors add up to all activities", "TOT", SECTORS, 0.05, "warning"),
    _sectors("services add up to their total", "TS", SERVICES, 0.05, "warning"),
    adds_up(
        "equity and debt instruments add up to the stock",
        by="fdi_account, fdi_balance, fdi_direction, fdi_area, fdi_sector",
        total="fdi_account = 'S' and fdi_item = 'T'",
        parts="fdi_account = 'S' and fdi_item in ('E', 'N')",
        tolerance=0.05,
        severity="warning",
    ),
    known_countries("fdi_area", "NBB_AREA"),
    known_codes("fdi_sector", ("TOT", *SECTORS, *SERVICES)),
)

SOURCE = dataflow(
    code="nbb_fdi",
    title="Belgian foreign direct investment by area and sector (National Bank of Belgium, NBB.Stat)",
    owner="statistics",
    licence=LICENCE,
    conn_id="nbb",
    # With the balance of payments, about 90 days after a quarter; yearly detail comes in autumn, on no fixed day.
    schedule="0 13 1-7 1,4,7,10 *",
    requests=requests,
    dimensions=DIMENSIONS,
    expressions=Expressions(
        definition="'BPM6'",
        price_basis="'V'",
        unit="coalesce(nullif(unit_measure, ''), 'EUR')",
        multiplier="coalesce(nullif(unit_mult, ''), '6')",
    ),
    rules=RULES,
    suite=SUITE,
)
