"""Direct investment flows of Belgium and EU27 by partner, yearly (Eurostat, bop_fdi6_flow).

Beside what all dataflows of Eurostat have (eurostat_dataflow.py):
- Balance of payments (BPM6, BMD4), since 2013: net and national. Not FIT's announced projects, and no region below it:
  definition_code tells them apart.
- Negative values are real: more was taken home than invested. NI is inward, NO outward.
- fdi_item is DI__D__F, with two double underscores. Values are in million EUR (MIO_EUR), stored in EUR.
- Small cells are confidential: no value, flag c.
"""

from __future__ import annotations

from datetime import datetime

from include import sdmx
from include.periods import local_date
from include.sources.eurostat.eurostat_dataflow import MAIN, eurostat_dataflow, eurostat_request
from include.sources.expectations import known_countries
from include.sources.source import Expectation, Request, RowRule, Scope

FIRST_YEAR = 2013
DIMENSIONS = ("freq", "currency", "nace_r2", "stk_flow", "entity", "fdi_item", "partner", "geo")
AREAS = ("BE", "EU27_2020")


def requests(clock: datetime, given: Scope) -> tuple[Request, ...]:
    """All years and partners, all activities together."""
    query = sdmx.Query(
        agency="ESTAT",
        flow="BOP_FDI6_FLOW",
        key=("A", "MIO_EUR", "FDI", "NI+NO", "TOTAL", "DI__D__F", "", "+".join(AREAS)),
        dimensions=DIMENSIONS,
        start=str(FIRST_YEAR),
        end=str(local_date(clock).year),
    )
    return (eurostat_request(MAIN, query),)


RULES = (
    RowRule(
        code="value_is_plausible",
        column="obs_value",
        # The largest flows ever published, EU27 with the world, are below EUR 1e12 either way.
        fails_when="abs(t.value) > 3e12",
        reason="the flow is more than three times the largest ever published",
        fix="Check the currency: values are in million EUR.",
    ),
)

SUITE = (
    Expectation(type="expect_compound_columns_to_be_unique", kwargs={"column_list": ["series_id", "period"]}),
    Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": "geo", "value_set": list(AREAS)}),
    Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": "currency", "value_set": ["MIO_EUR"]}),
    Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": "stk_flow", "value_set": ["NI", "NO"]}),
    Expectation(
        type="unexpected_rows_expectation",
        kwargs={
            "description": "what is confidential (flag c) has no value",
            "unexpected_rows_query": "select geo, partner, period from {batch} where status_code = 'c' and value <> 0",
        },
    ),
    # Small partners are confidential, so many a cell is empty; of the rest of the world never all.
    Expectation(
        type="unexpected_rows_expectation",
        severity="warning",
        kwargs={
            "description": "the rest of the world has a value in every year but the last two",
            "unexpected_rows_query": """
                select geo, stk_flow, period from {batch}
                where partner = 'WRL_REST' and value is null
                    and period::integer < (select max(period::integer) from {batch}) - 1""",
        },
    ),
    known_countries("partner", "EUROSTAT"),
)

SOURCE = eurostat_dataflow(
    code="eurostat_fdi",
    title="Direct investment flows of Belgium and EU27 by partner (Eurostat, bop_fdi6_flow)",
    # Eurostat publishes at 11:00 and 23:00; the annual figures come in June and are revised until the spring.
    schedule="30 11,23 * 1-4,6,7,9,12 1-5",
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
