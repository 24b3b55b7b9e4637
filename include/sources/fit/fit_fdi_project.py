"""FIT's register of foreign investment projects: one row per announced project.

What is odd about it:
- Jobs and capex are announced. A few projects make most of the capex (2022: one of EUR 1.2 billion of 5.26).
- The register is a list that is kept: each delivery is the whole of it, and a project that disappears from it
  has been withdrawn.
"""

from __future__ import annotations

from datetime import datetime

from include import sdmx
from include.sources.expectations import known_countries
from include.sources.source import Expectation, Request, RowRule, Scope, Source, Target

COLUMNS = {
    "project_id": "project_code",
    "year": "year_text",
    "announced_on": "announced_on",
    "origin_country": "country_code",
    "mode": "mode_code",
    "core_domain": "core_domain_code",
    "jobs": "jobs",
    "capex_eur": "capex",
}


def requests(clock: datetime, given: Scope) -> tuple[Request, ...]:
    """Ask for the whole register."""
    return (Request(path="fdi-projects.csv", scope={"file": "fdi-projects.csv"}, accept="text/csv"),)


def _number_rule(column: str, typed: str) -> RowRule:
    return RowRule(
        code=f"{column}_is_number",
        column=column,
        fails_when=f"t.{typed} is null or t.{typed} < 0",
        reason=f"{column} is no number of zero or more",
        fix="Write digits only, without thousands signs.",
    )


RULES = (
    RowRule(
        code="project_has_a_number",
        column="project_code",
        fails_when="coalesce(trim(t.project_code), '') = ''",
        reason="the project has no number",
        fix="Give each project the number that the register keeps for it.",
    ),
    _number_rule("jobs", "jobs_count"),
    _number_rule("capex", "capex_eur"),
    RowRule(
        code="announced_in_its_year",
        column="announced_on",
        fails_when="t.announced_date is null or t.year is null or extract(year from t.announced_date) <> t.year",
        reason="the day of announcement is no day of the project's year",
        fix="Write the day as 2026-03-31, in the year that the project counts for.",
    ),
    RowRule(
        code="size_keeps",
        column="capex",
        fails_when="""exists (
            select from core.fdi_project as p where p.project_code = t.project_code and p.known_to = 'infinity'
            and (t.jobs_count > 100 * greatest(p.jobs_count, 1) or t.capex_eur > 100 * greatest(p.capex_eur, 1e5))
        )""",
        reason="more than a hundred times the jobs or the capex known of this project",
        fix="Check the unit: capex is in EUR, not in thousands.",
    ),
    RowRule(
        code="size_is_plausible",
        column="capex",
        # The largest project in Flanders so far is INEOS Project One, about EUR 4 billion.
        fails_when="t.capex_eur > 5e9 or t.jobs_count > 3000",
        reason="more than EUR 5 billion or 3,000 jobs in one project",
        fix="Check the unit: capex is in EUR, not in thousands.",
    ),
)


def _adds_up(indicator: str, aggregate: str) -> Expectation:
    """In each closed year the register makes up the figure that FIT published."""
    return Expectation(
        type="unexpected_rows_expectation",
        severity="warning",
        kwargs={
            "description": f"{indicator} of a closed year add up to FIT's published figure",
            "unexpected_rows_query": f"""
                select year, {aggregate}, max(o.value) from {{batch}}
                join core.observation as o
                    on o.series_id = core.series_id('FIT:FDI_ANNUAL', '{indicator}.A')
                    and o.period = year::text and o.known_to = 'infinity'
                group by year
                having {aggregate} <> max(o.value)""",
        },
    )


SUITE = (
    _adds_up("jobs", "sum(jobs_count)"),
    _adds_up("capex", "sum(capex_eur)"),
    _adds_up("projects", "count(*)"),
    Expectation(type="expect_column_values_to_be_unique", kwargs={"column": "project_code"}),
    Expectation(
        type="expect_column_values_to_be_in_set",
        kwargs={"column": "mode_code", "value_set": ["greenfield", "expansion", "merger_acquisition"]},
    ),
    Expectation(type="expect_column_values_to_match_regex", kwargs={"column": "country_code", "regex": "^[A-Z]{2}$"}),
    Expectation(
        type="unexpected_rows_expectation",
        severity="warning",
        names_codes=True,
        kwargs={
            "description": "every core domain is known",
            "unexpected_rows_query": """
                select distinct core_domain_code from {batch}
                where core_domain_code <> 'unassigned' and core_domain_code not in (
                    select d.core_domain_code from core.core_domain as d where d.known_to = 'infinity'
                )""",
        },
    ),
    known_countries("country_code", "ISO2"),
)

SOURCE = Source(
    code="fit_fdi_project",
    queries="fit_fdi_project",
    title="Foreign investment projects in Flanders (FIT's project register)",
    owner="investment",
    licence="The agency's own register.",
    conn_id="fit",
    schedule="0 6 * * 1",
    requests=requests,
    reader=sdmx.csv_blocks,
    columns=COLUMNS,
    media_types=("text/csv", "application/csv"),
    rules=RULES,
    suite=SUITE,
    targets=(Target(table="core.fdi_project", query="fdi_project", scope="true"),),
    max_bytes=100_000_000,
)
