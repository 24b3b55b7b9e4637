"""Belgium's goods trade by CN8 product and partner, monthly and large (Comext, DS-045409).

Beside what all dataflows of Eurostat have (eurostat_dataflow.py):
- A month of Belgium is some hundred thousand products, partners, flows and indicators: one file a month, asked for
  packed (compressed=true), streamed to the database, never held in memory. Zip archives of one file are read too.
- The bulk folder's full*.7z are not read: no library of the platform opens them and their addresses were seen to
  answer 404 in 2026 (docs/decisions/0014-comext-by-month.md).
- The products of all levels stand beside each other: HS chapters, headings, subheadings, CN8 and TOTAL. Never add them
  up without choosing a level by the length of the code.
- CN8 changes each January: a product of one year may have no series in the next.
- A month that is not out yet is answered 404; months are revised for more than a year.
"""

from __future__ import annotations

from datetime import datetime

from include import sdmx
from include.periods import local_date
from include.sources.dataflow import data_request
from include.sources.eurostat.eurostat_comext import DIMENSIONS, EXPRESSIONS, INDICATORS
from include.sources.eurostat.eurostat_dataflow import COMEXT, eurostat_dataflow, freshness_probe
from include.sources.expectations import known_countries, known_products
from include.sources.source import Expectation, Request, RowRule, Scope

# Back from the month before the clock's, which is never out yet. The year's revision is the chapters' to show
# (eurostat_comext.py); a month of an earlier year is loaded by a backfill.
MONTHS = 4
KEY = ("M", "BE", "", "", "1+2", "+".join(INDICATORS))


def requests(clock: datetime, given: Scope) -> tuple[Request, ...]:
    """Ask for one packed file a month, the newest first."""
    day = local_date(clock)
    months = (day.year * 12 + day.month - 1 - back for back in range(1, MONTHS + 1))
    return tuple(_request(f"{number // 12}-{number % 12 + 1:02d}") for number in months)


def _request(month: str) -> Request:
    query = sdmx.Query(
        agency="ESTAT",
        flow="DS-045409",
        key=KEY,
        dimensions=DIMENSIONS,
        start=month,
        end=month,
        form="short",
        base=f"{COMEXT}/sdmx/2.1",
        extra={"format": "SDMX-CSV", "compressed": "true"},
    )
    return data_request(query, may_be_absent=True, freshness_probe=freshness_probe(COMEXT, query.flow))


RULES = (
    RowRule(
        code="value_is_plausible",
        column="obs_value",
        # Belgium's trade of a month, all products and partners, is about EUR 45e9.
        fails_when="t.value not between 0 and 200e9",
        reason="the value is negative, or more than four times all Belgian trade of a month",
        fix="Check the indicator: values are in EUR, quantities in 100 kg.",
    ),
)

SUITE = (
    Expectation(type="expect_compound_columns_to_be_unique", kwargs={"column_list": ["series_id", "period"]}),
    Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": "reporter", "value_set": ["BE"]}),
    Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": "flow", "value_set": ["1", "2"]}),
    Expectation(
        type="expect_column_values_to_match_regex",
        kwargs={"column": "product", "regex": "^(TOTAL|[0-9]{2}[0-9A-Z]{0,6})$"},
    ),
    Expectation(
        type="unexpected_rows_expectation",
        kwargs={
            "description": "CN8 products make up the total of a partner within a quarter",
            "unexpected_rows_query": """
                select partner, flow, period from {batch}
                where indicators = 'VALUE_IN_EUROS' and partner = 'WORLD'
                group by partner, flow, period
                having bool_or(product = 'TOTAL') and abs(
                    coalesce(sum(value) filter (where length(product) = 8), 0)
                    / nullif(sum(value) filter (where product = 'TOTAL'), 0) - 1
                ) > 0.25""",
        },
    ),
    known_countries("partner", "EUROSTAT"),
    known_products("product"),
)

SOURCE = eurostat_dataflow(
    code="eurostat_comext_month",
    title="Goods trade of Belgium by CN8 product and partner, month by month (Eurostat Comext, DS-045409)",
    # In the night after the chapters of about the 15th, when nobody waits for the line.
    schedule="30 2 14-22 * *",
    requests=requests,
    dimensions=DIMENSIONS,
    expressions=EXPRESSIONS,
    rules=RULES,
    suite=SUITE,
)
