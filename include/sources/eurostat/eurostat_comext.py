"""Goods trade of Belgium and EU27 by HS chapter and market, monthly (Comext, DS-059341).

Beside what all dataflows of Eurostat have (eurostat_dataflow.py):
- The dataset holds HS chapters, headings and subheadings of all reporters since 2002: asked for chapters and TOTAL,
  two reporters, a few markets and one year a time.
- flow is 1 for imports and 2 for exports. Reporter EU27_2020 holds the trade between members too when the partner is
  WORLD; Belgium here is Belgium by the Community concept, of which Flanders is about 82 %.
- Quantities are QUANTITY_IN_100KG, stored in kilograms. Not QUANTITY_100KG: it is in the code list too, and refused.
- A month is published about the 15th of the second month after it, and revised until the next year's autumn.
"""

from __future__ import annotations

from datetime import datetime

from include import sdmx
from include.periods import local_date, months_back
from include.sources.eurostat.eurostat_dataflow import COMEXT, eurostat_dataflow, eurostat_request
from include.sources.expectations import known_countries, known_products
from include.sources.source import Expectation, Request, RowRule, Scope, Severity

REPORTERS = ("BE", "EU27_2020")
# The world, and the markets that the strategy's KPIs follow; a partner code that Eurostat has no trade for is no error.
PARTNERS = ("WORLD", "US", "CN", "IN", "VN", "GB", "JP")
CHAPTERS = tuple(f"{number:02d}" for number in range(1, 100))
INDICATORS = ("VALUE_IN_EUROS", "QUANTITY_IN_100KG")
REVISED_YEARS = 1
DIMENSIONS = ("freq", "reporter", "partner", "product", "flow", "indicators")
# Of all datasets of Comext.
EXPRESSIONS = {
    "definition": "'EUROSTAT_COMEXT'",
    "concept": "'COM'",
    "unit": "case indicators when 'VALUE_IN_EUROS' then 'EUR' else 'KG' end",
    "multiplier": "case indicators when 'QUANTITY_IN_100KG' then '2' else '0' end",
    "price_basis": "case unit_code when 'EUR' then 'V' else '_Z' end",
}


def requests(clock: datetime, given: Scope) -> tuple[Request, ...]:
    """Ask one question a year: for years that may still be revised, and the clock's."""
    this_year, last_month = local_date(clock).year, months_back(clock, 0)[1]
    listed = ("+".join(codes) for codes in (REPORTERS, PARTNERS, ("TOTAL", *CHAPTERS), ("1", "2"), INDICATORS))
    key = ("M", *listed)
    return tuple(
        eurostat_request(
            COMEXT,
            sdmx.Query(
                agency="ESTAT",
                flow="DS-059341",
                key=key,
                dimensions=DIMENSIONS,
                start=f"{year}-01",
                end=min(f"{year}-12", last_month),
            ),
        )
        for year in range(this_year - REVISED_YEARS, this_year + 1)
        # In January and February nothing of the year is published yet.
        if f"{year}-03" <= last_month
    )


RULES = (
    RowRule(
        code="value_is_plausible",
        column="obs_value",
        # EU27's trade of a month, between members too, is about EUR 0.6e12 and 0.3e12 kg.
        fails_when="t.value not between 0 and 2e12",
        reason="the value is negative, or more than three times all trade of EU27 in a month",
        fix="Check the indicator: values are in EUR, quantities in 100 kg.",
    ),
    RowRule(
        code="value_keeps_its_size",
        column="obs_value",
        fails_when="""t.value > 1e7 and t.value > 100 * (
            select max(o.value) from core.observation as o
            where o.series_id = t.series_id and o.known_to = 'infinity'
        )""",
        reason="the value is more than a hundred times the largest known of its series",
        fix="Check the indicator and the decimal sign; when it is right, load it as a correction of the series.",
    ),
)


def _chapters_add_up(tolerance: float, severity: Severity) -> Expectation:
    """Expect that the chapters make up the total; confidential trade may be in the total alone."""
    return Expectation(
        type="unexpected_rows_expectation",
        severity=severity,
        kwargs={
            "description": f"chapters add up to TOTAL within {tolerance:.0%}",
            "unexpected_rows_query": f"""
                select reporter, partner, flow, period from {{batch}}
                where indicators = 'VALUE_IN_EUROS'
                group by reporter, partner, flow, period
                having bool_or(product = 'TOTAL') and abs(
                    coalesce(sum(value) filter (where product <> 'TOTAL'), 0)
                    / nullif(sum(value) filter (where product = 'TOTAL'), 0) - 1
                ) > {tolerance}""",
        },
    )


SUITE = (
    Expectation(type="expect_compound_columns_to_be_unique", kwargs={"column_list": ["series_id", "period"]}),
    Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": "reporter", "value_set": list(REPORTERS)}),
    Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": "flow", "value_set": ["1", "2"]}),
    Expectation(
        type="expect_column_values_to_be_in_set", kwargs={"column": "indicators", "value_set": list(INDICATORS)}
    ),
    Expectation(
        type="unexpected_rows_expectation",
        kwargs={
            "description": "Belgium's trade is part of EU27's",
            "unexpected_rows_query": """
                select partner, product, flow, indicators, period from {batch}
                group by partner, product, flow, indicators, period
                having sum(value) filter (where reporter = 'BE') > sum(value) filter (where reporter = 'EU27_2020')""",
        },
    ),
    Expectation(
        type="unexpected_rows_expectation",
        kwargs={
            "description": "no market is larger than the world",
            "unexpected_rows_query": """
                select reporter, product, flow, indicators, period from {batch}
                group by reporter, product, flow, indicators, period
                having sum(value) filter (where partner <> 'WORLD') > sum(value) filter (where partner = 'WORLD')""",
        },
    ),
    _chapters_add_up(0.25, "critical"),
    _chapters_add_up(0.02, "warning"),
    known_countries("partner", "EUROSTAT"),
    known_products("product"),
)

SOURCE = eurostat_dataflow(
    code="eurostat_comext",
    title="Goods trade of Belgium and EU27 by HS chapter and market (Eurostat Comext, DS-059341)",
    # At 11:00 about the 15th; the days around it catch a late or early release.
    schedule="30 11 13-21 * *",
    requests=requests,
    dimensions=DIMENSIONS,
    expressions=EXPRESSIONS,
    rules=RULES,
    suite=SUITE,
)
