"""Figures on Flemish goods trade as FIT and Statistics Flanders published them.

Control totals, not data to compute with: a figure of ours is held against what was said in public. What is odd:
- There is no interface: the agency keeps the statements in one CSV, the newest of each figure. A figure that is stated
  anew replaces the older one; replaying the days of publication gives the statements back as versions.
- Later statements are often rates ("3.7 % less than 2023") that imply another base than the one printed: the base is
  written down as derived, with the arithmetic in its source.
- Rounded to 0.1 or 1 billion EUR. By the Community concept, like INR's series, but another definition: what was said
  (FIT_STATEMENT), not what INR's series add up to.
- Years are stated in mid-March; quarters by Statistics Flanders, marked provisional.
"""

from __future__ import annotations

from datetime import datetime

from include import sdmx
from include.sources.source import Expectation, Request, RowRule, Scope, Source, Target

COLUMNS = {
    "period": "period_text",
    "indicator": "indicator",
    "value": "value_text",
    "unit": "unit",
    "status": "status",
    "published_on": "published_on",
    "source": "publication",
}
INDICATORS = ("exports", "imports", "exports_to_us")


def requests(clock: datetime, given: Scope) -> tuple[Request, ...]:
    """Ask for the whole file: it is small and speaks for all periods."""
    return (Request(path="headlines.csv", scope={"file": "headlines.csv"}, accept="text/csv"),)


RULES = (
    RowRule(
        code="value_is_number",
        column="value_text",
        fails_when="t.value is null or t.value <= 0",
        reason="the value is no number above zero",
        fix="Write digits only, 380500000000.",
    ),
    RowRule(
        code="value_is_plausible",
        column="value_text",
        # About three times the record of each, EUR 490 billion and 26 billion; a quarter has a quarter of it.
        fails_when="""t.value not between 1e9 and case t.indicator when 'exports_to_us' then 80e9 else 1500e9 end
            / case t.freq_code when 'Q' then 4 else 1 end""",
        reason="the value is below a billion EUR, or more than three times the record",
        fix="Check the unit: values are in EUR, not in millions or billions.",
    ),
    RowRule(
        code="period_is_year_or_quarter",
        column="period_text",
        fails_when="(t.period ~ '^20[0-9]{2}(-Q[1-4])?$') is not true",
        reason="the period is no year or quarter",
        fix="Write 2025 or 2025-Q1.",
    ),
    RowRule(
        code="indicator_is_known",
        column="indicator",
        fails_when=f"(t.indicator in {INDICATORS}) is not true",
        reason="the indicator is none of exports, imports, exports_to_us",
        fix="Use one of the three words.",
    ),
    RowRule(
        code="has_its_publication",
        column="published_on",
        fails_when="t.released_at is null or trim(coalesce(raw.publication, '')) = ''",
        reason="the day or the source of the statement is missing",
        fix="Write the day as 2026-03-16, and where it was said; a figure without its source is hearsay.",
    ),
    RowRule(
        code="status_is_known",
        column="status",
        fails_when="(t.status_code in ('A', 'P')) is not true",
        reason="the status is neither A (final) nor P (provisional)",
        fix="Write P as long as the publication says provisional.",
    ),
)

SUITE = (
    Expectation(type="expect_compound_columns_to_be_unique", kwargs={"column_list": ["indicator", "period"]}),
    Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": "unit", "value_set": ["EUR"]}),
    Expectation(
        type="unexpected_rows_expectation",
        kwargs={
            "description": "from year to year between a third less and half more (2016 to 2024: -10.7 to +27.7 %)",
            "unexpected_rows_query": """
                select indicator, period, value, before from (
                    select indicator, period, value, freq_code,
                        lag(value) over (partition by indicator, freq_code order by period) as before,
                        lag(period) over (partition by indicator, freq_code order by period) as period_before
                    from {batch} where freq_code = 'A'
                ) as years
                where period::integer = period_before::integer + 1 and value / before not between 0.67 and 1.5""",
        },
    ),
    Expectation(
        type="unexpected_rows_expectation",
        kwargs={
            "description": "imports within a third of exports",
            "unexpected_rows_query": """
                select period from {batch}
                group by period
                having sum(value) filter (where indicator = 'imports')
                    / nullif(sum(value) filter (where indicator = 'exports'), 0) not between 0.67 and 1.5""",
        },
    ),
)

SOURCE = Source(
    code="fit_headline",
    queries="fit_headline",
    title="Headline figures of Flemish goods trade as stated (FIT, Statistics Flanders)",
    owner="statistics",
    licence="Published statements, each with its source.",
    conn_id="fit",
    # Mid-March for the year; the quarters follow in the middle of a month.
    schedule="30 8 10-20 3,6,9,12 1-5",
    requests=requests,
    reader=sdmx.csv_blocks,
    columns=COLUMNS,
    media_types=("text/csv", "application/csv"),
    rules=RULES,
    suite=SUITE,
    targets=(
        Target(table="core.series", query="series", scope=None),
        Target(table="core.observation", query="observation", scope="dataset_code = 'FIT:HEADLINE'"),
    ),
    max_bytes=10_000_000,
)
