"""Direct investment positions of Belgium and EU27, yearly (Eurostat, bop_fdi6_pos).

Beside what all dataflows of Eurostat have (eurostat_dataflow.py) and what eurostat_fdi.py says of the flows:
- Stocks at the end of the year. They change by flows, by prices and by exchange rates: never compare their difference
  with the flows of the year.
- Has one dimension more than the flows, counterp: IMM is the immediate counterpart, ULT the ultimate one (inward only).
  Asked for IMM, which the flows are too.
- Negative stocks are rare but real: loans from daughters to mothers.
"""

from __future__ import annotations

from datetime import datetime

from include import sdmx
from include.periods import local_date
from include.sources.eurostat.eurostat_dataflow import MAIN, eurostat_dataflow, eurostat_request
from include.sources.eurostat.eurostat_fdi import AREAS, FIRST_YEAR
from include.sources.expectations import known_countries
from include.sources.source import Expectation, Request, RowRule, Scope

DIMENSIONS = ("freq", "currency", "nace_r2", "counterp", "stk_flow", "entity", "fdi_item", "partner", "geo")


def requests(clock: datetime, given: Scope) -> tuple[Request, ...]:
    """All years and partners, all activities together, by immediate counterpart."""
    query = sdmx.Query(
        agency="ESTAT",
        flow="BOP_FDI6_POS",
        key=("A", "MIO_EUR", "FDI", "IMM", "NI+NO", "TOTAL", "DI__D__F", "", "+".join(AREAS)),
        dimensions=DIMENSIONS,
        start=str(FIRST_YEAR),
        end=str(local_date(clock).year),
    )
    return (eurostat_request(MAIN, query),)


RULES = (
    RowRule(
        code="value_is_plausible",
        column="obs_value",
        # EU27 holds about EUR 10e12 outside; a stock below minus a tenth of that is a sign error.
        fails_when="t.value not between -1e12 and 30e12",
        reason="the stock is three times the largest ever published, or deeply negative",
        fix="Check the currency: values are in million EUR.",
    ),
)

SUITE = (
    Expectation(type="expect_compound_columns_to_be_unique", kwargs={"column_list": ["series_id", "period"]}),
    Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": "geo", "value_set": list(AREAS)}),
    Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": "currency", "value_set": ["MIO_EUR"]}),
    Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": "counterp", "value_set": ["IMM"]}),
    Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": "stk_flow", "value_set": ["NI", "NO"]}),
    Expectation(
        type="unexpected_rows_expectation",
        kwargs={
            "description": "the stock with the rest of the world is above zero",
            "unexpected_rows_query": "select geo, period from {batch} where partner = 'WRL_REST' and value <= 0",
        },
    ),
    known_countries("partner", "EUROSTAT"),
)

SOURCE = eurostat_dataflow(
    code="eurostat_fdi_position",
    title="Direct investment positions of Belgium and EU27 by partner (Eurostat, bop_fdi6_pos)",
    # Eurostat publishes at 11:00 and 23:00; the annual figures come in June and are revised until the spring.
    schedule="45 11,23 * 1-4,6,7,9,12 1-5",
    requests=requests,
    dimensions=DIMENSIONS,
    expressions={
        "definition": "'EUROSTAT_BPM6'",
        "unit": "'EUR'",
        "multiplier": "'6'",
        "price_basis": "'V'",
    },
    rules=RULES,
    suite=SUITE,
)
