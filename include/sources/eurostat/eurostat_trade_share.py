"""Belgium's trade in and outside EU27 by product group, yearly (Eurostat, ext_lt_intratrd).

What is odd about it:
- Asked of the statistics interface, not of SDMX: made for small extracts, it answers in JSON-stat 2.0. Values are a
  sparse object beside a status object; a cell without a value may have a flag, and is kept then.
- A code that does not exist is answered with status 200 and a cube without values: EmptyValue, not zero trade.
- In million EUR, stored in EUR. sitc06 has its own group codes: SITC0_1, SITC6_8, and TOTAL.
- partner is INT_EU27_2020, EXT_EU27_2020 or WORLD; EU27_2020 is the union of today in all years.
"""

from __future__ import annotations

from datetime import datetime

from include import sdmx
from include.periods import local_date
from include.sources.eurostat.eurostat_dataflow import MAIN, eurostat_dataflow, freshness_probe
from include.sources.expectations import known_countries
from include.sources.source import Expectation, Request, RowRule, Scope

FLOW = "EXT_LT_INTRATRD"
FIRST_YEAR = 2016
INDICATORS = ("MIO_EXP_VAL", "MIO_IMP_VAL")
DIMENSIONS = ("freq", "indic_et", "sitc06", "partner", "geo")


def requests(clock: datetime, given: Scope) -> tuple[Request, ...]:
    """Ask one question for exports, one for imports: each code would be a parameter of its own."""
    return tuple(_request(indicator, str(local_date(clock).year)) for indicator in INDICATORS)


def _request(indicator: str, year: str) -> Request:
    return Request(
        path=f"{MAIN}/statistics/1.0/data/{FLOW}",
        params={
            "format": "JSON",
            "lang": "EN",
            "freq": "A",
            "geo": "BE",
            "indic_et": indicator,
            "sinceTimePeriod": str(FIRST_YEAR),
            "untilTimePeriod": year,
        },
        scope=sdmx.data_scope("ESTAT", FLOW, ("A", indicator, "", "", "BE"), str(FIRST_YEAR), year),
        accept="application/json",
        freshness_probe=freshness_probe(MAIN, FLOW),
    )


RULES = (
    RowRule(
        code="value_is_plausible",
        column="obs_value",
        # Belgium's trade of a year with the world is about EUR 0.55e12.
        fails_when="t.value not between 0 and 2e12",
        reason="the value is negative, or three times all Belgian trade of a year",
        fix="Check the indicator: values are in million EUR.",
    ),
)

SUITE = (
    Expectation(type="expect_compound_columns_to_be_unique", kwargs={"column_list": ["series_id", "period"]}),
    Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": "geo", "value_set": ["BE"]}),
    Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": "indic_et", "value_set": list(INDICATORS)}),
    Expectation(
        type="unexpected_rows_expectation",
        kwargs={
            "description": "inside and outside of the union make up the world within 1 %",
            "unexpected_rows_query": """
                select indic_et, sitc06, period from {batch}
                group by indic_et, sitc06, period
                having abs(
                    (sum(value) filter (where partner = 'INT_EU27_2020')
                        + sum(value) filter (where partner = 'EXT_EU27_2020'))
                    / nullif(sum(value) filter (where partner = 'WORLD'), 0) - 1
                ) > 0.01""",
        },
    ),
    known_countries("partner", "EUROSTAT"),
)

SOURCE = eurostat_dataflow(
    code="eurostat_trade_share",
    title="Yearly trade of Belgium by product group, inside and outside EU27 (Eurostat, ext_lt_intratrd)",
    # At 11:00 and 23:00; the year is out by the end of March and revised in autumn.
    schedule="15 11,23 * 3,4,9,10 1-5",
    requests=requests,
    reader=sdmx.json_stat_blocks,
    media_types=("application/json",),
    dimensions=DIMENSIONS,
    expressions={
        "definition": "'EUROSTAT_COMEXT'",
        "concept": "'COM'",
        "unit": "'EUR'",
        "multiplier": "'6'",
        "price_basis": "'V'",
    },
    # JSON has no lines.
    ends_with_newline=False,
    rules=RULES,
    suite=SUITE,
)
