"""Exports and imports of goods and services by region, yearly (NBB.Stat, DF_REGTRD).

What is odd about it:
- A third concept (ESA 2010): goods and services, change of ownership, no transit. Flanders exported EUR 223.2 billion
  in 2013 by this measure, 78.2 % of it goods (Statistics Flanders, 19 July 2016). Compare it with itself only.
- NUTS is not NUTS: codes are those of the statistical institute. 000 Belgium, 200 Flemish Region, 210 to 250 its
  provinces, 400 extra-territorial. BE2, which is NUTS for Flanders, is NBB's agency code here.
- UNIT says the unit (CU: EUR million at current prices; PG, PR, PY: shares and changes, which marts work out
  themselves), UNIT_MEASURE may be empty. Only CU and the sum of all branches are asked for.
- Late: about 27 months after the year (2016 came on 15 March 2019), with the two years before revised.
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
    is_within,
    keeps_its_size,
    known_codes,
)
from include.sources.nbb.nbb_trade import AGENCY, LICENCE, freshness_probe
from include.sources.source import Expectation, Request, Scope, Severity

FLOW = "DF_REGTRD"
DIMENSIONS = ("FREQ", "ITEM", "NUTS", "BRANCH", "UNIT")
# Exports and imports, each as a total, goods and services; the balances follow from them.
ITEMS = ("P60000", "P61000", "P62000", "P70000", "P71000", "P72000")
KEY = ("A", "+".join(ITEMS), "", "TOT", "CU")
# The whole history of this edition of the accounts: a few thousand rows.
FIRST_YEAR = "2003"
REGIONS = ("100", "200", "300", "400")
FLEMISH_PROVINCES = ("210", "220", "230", "240", "250")
WALLOON_PROVINCES = ("310", "320", "330", "340", "350")
# As of April 2026, districts included.
AREAS = (
    "000", *REGIONS, *FLEMISH_PROVINCES, *WALLOON_PROVINCES, "211", "212", "213", "221", "222", "223", "231", "232",
    "233", "234", "235", "236", "241", "242", "251", "252", "253", "254", "255", "256", "257", "258", "321", "322",
    "323", "324", "325", "326", "327", "328", "329", "331", "332", "333", "334", "335", "336", "337", "341", "342",
    "343", "344", "345", "351", "352", "353",
)  # fmt: skip


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
    # All of Belgium exports some EUR 500 billion of goods and services at present prices (order of magnitude).
    is_plausible("t.value between 0 and 1500e9", "the value is negative, or more than twice all Belgian exports"),
    keeps_its_size((f"{AGENCY}:{FLOW}",), 100e6, factor=20),
)


def _adds_up(what: str, by: str, total: str, parts: str, tolerance: float, severity: Severity) -> Expectation:
    return adds_up(what, by=by, total=total, parts=parts, tolerance=tolerance, severity=severity)


def _areas(what: str, total: str, parts: tuple[str, ...]) -> tuple[Expectation, Expectation]:
    """Parts of the country make it up; what belongs nowhere is small."""
    of_total, of_parts = f"nuts = '{total}'", f"nuts in {parts}"
    return (
        _adds_up(what, "item", of_total, of_parts, 0.25, "critical"),
        _adds_up(what, "item", of_total, of_parts, 0.01, "warning"),
    )


SUITE = (
    is_unique(),
    in_list("item", ITEMS),
    in_list("branch", ("TOT",)),
    in_list("unit", ("CU",)),
    in_list("unit_code", ("EUR",)),
    has_values(0.9),
    # 223.2 in 2013; a wrong multiplier is a factor of a thousand away.
    is_within(
        "Flemish exports of goods and services are EUR 100 to 900 billion a year",
        value="sum(value)",
        where="nuts = '200' and item = 'P60000'",
        by="nuts",
        low=100e9,
        high=900e9,
    ),
    *_areas("regions add up to Belgium", "000", REGIONS),
    *_areas("provinces add up to the Flemish Region", "200", FLEMISH_PROVINCES),
    _adds_up(
        "goods and services add up to exports",
        "nuts", "item = 'P60000'", "item in ('P61000', 'P62000')", 0.01, "critical",
    ),
    _adds_up(
        "goods and services add up to imports",
        "nuts", "item = 'P70000'", "item in ('P71000', 'P72000')", 0.01, "critical",
    ),
    known_codes("nuts", AREAS),
)  # fmt: skip

SOURCE = dataflow(
    code="nbb_regional_trade",
    title="Exports and imports of goods and services by region (National Bank of Belgium, regional accounts)",
    owner="statistics",
    licence=LICENCE,
    conn_id="nbb",
    # Mid-March for the newest year; revised once more with the national accounts of autumn.
    schedule="0 13 10-20 3,10 *",
    requests=requests,
    dimensions=DIMENSIONS,
    expressions=Expressions(
        definition="'ESA2010'",
        price_basis="'V'",
        unit="case unit when 'CU' then 'EUR' else unit end",
        multiplier="coalesce(nullif(unit_mult, ''), '6')",
    ),
    rules=RULES,
    suite=SUITE,
)
