"""FIT's yearly figures on foreign direct investment, as published each January.

FIT has no API: the agency keeps the published figures in one CSV, a row per year and indicator, with the day
and the publication. What is odd about it:
- "Projects" are announced investments (greenfield, expansion, merger and acquisition); jobs and capex are
  announced, not realised. The EY barometer uses the same words for another definition: other series.
- Back data move unannounced: in January 2023 jobs of 2022 were "+4.7 %" on a 2021 that was no longer the printed one.
- A newspaper once printed 2,015 projects for 2017 (true: 215). Jobs per project, 17 to 25 since 2015, catches that.
"""

from __future__ import annotations

from datetime import datetime

from include import sdmx
from include.sources.source import Expectation, Request, RowRule, Scope, Source, Target

COLUMNS = {
    "year": "year",
    "indicator": "indicator",
    "value": "value_text",
    "unit": "unit",
    "published_on": "published_on",
    "source": "publication",
}


def requests(clock: datetime, given: Scope) -> tuple[Request, ...]:
    """Ask for the whole file: it is small and speaks for all years."""
    return (Request(path="fdi-annual.csv", scope={"file": "fdi-annual.csv"}, accept="text/csv"),)


RULES = (
    RowRule(
        code="value_is_number",
        column="value_text",
        fails_when="t.value is null or t.value < 0",
        reason="the value is no number of zero or more",
        fix="Write digits only, 5401846000.",
    ),
    RowRule(
        code="value_is_plausible",
        column="value_text",
        # About ten times the record of each until 2025: 295 projects, 6,540 jobs, EUR 5.4 billion.
        fails_when="t.value > case t.indicator when 'projects' then 3000 when 'jobs' then 65000 else 54e9 end",
        reason="the value is more than ten times the record of its indicator",
        fix="Check the unit: capex is in EUR, not in thousands.",
    ),
    RowRule(
        code="year_is_year",
        column="year",
        fails_when="(t.period ~ '^(19|20)[0-9]{2}$') is not true",
        reason="the year is no year",
        fix="Write four digits, 2025.",
    ),
    RowRule(
        code="indicator_is_known",
        column="indicator",
        fails_when="(t.indicator in ('projects', 'jobs', 'capex')) is not true",
        reason="the indicator is none of projects, jobs, capex",
        fix="Use one of the three words.",
    ),
)

SUITE = (
    Expectation(type="expect_compound_columns_to_be_unique", kwargs={"column_list": ["indicator", "period"]}),
    Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": "unit", "value_set": ["NUMBER", "EUR"]}),
    Expectation(
        type="unexpected_rows_expectation",
        kwargs={
            "description": "jobs per project between 10 and 40",
            "unexpected_rows_query": """
                select period from {batch}
                group by period
                having sum(value) filter (where indicator = 'jobs')
                    / nullif(sum(value) filter (where indicator = 'projects'), 0) not between 10 and 40""",
        },
    ),
)

SOURCE = Source(
    code="fit_fdi_annual",
    queries="fit_fdi_annual",
    title="Foreign direct investment in Flanders, yearly figures as published (FIT)",
    owner="statistics",
    licence="Published by the agency itself.",
    conn_id="fit",
    # Mid to late January, at Davos.
    schedule="0 8 * 1 1-5",
    requests=requests,
    reader=sdmx.csv_blocks,
    columns=COLUMNS,
    media_types=("text/csv", "application/csv"),
    rules=RULES,
    suite=SUITE,
    targets=(
        Target(table="core.series", query="series", scope=None),
        Target(table="core.observation", query="observation", scope="dataset_code = 'FIT:FDI_ANNUAL'"),
    ),
    max_bytes=10_000_000,
)
