"""Goods trade of the Flemish Region by country and HS section, monthly (NBB.Stat, DF_EXTTRADEVLNAT_Overview).

What is odd about it:
- The full cube exceeds 1 GB: always filtered by key and sliced by period.
- COUNTRY mixes countries with aggregates (A1 world, D0 EU, E1 Europe): both are loaded, marts add up countries only.
- GR is Greece (not EL), GB the United Kingdom (not UK), XS Serbia.
- CONCEPT: COM (goods crossing the border) is what FIT and Statistics Flanders publish, NAT (residents only) differs
  by tens of billions. It is part of the key; the KPI catalogue says which one a KPI reads.
- Revisions are not flagged: values change while OBS_STATUS stays 'A' (seen on 196 daily snapshots, 2026), so values
  are compared. The last months are estimates from a sample of traders.
- NBB names the dataflow "National concept" while its code list holds COM too, which is what we ask for. Should a live
  reply hold NAT only, it ends as EmptyReply: then KEY here and concept_code in reference/kpi.csv change together.
- A firewall may answer 200 with an HTML page; there is no ETag at NBB, so every run fetches its slice.
"""

from __future__ import annotations

from datetime import datetime

from include import sdmx
from include.periods import months_back
from include.sources.dataflow import Expressions, dataflow
from include.sources.source import Expectation, Request, RowRule, Scope, Severity

# Earlier years are no longer revised in the regular releases.
REVISED_YEARS = 4
FLOW = "DF_EXTTRADEVLNAT_Overview"
KEY = ("VL", "", "", "X+I", "COM", "VAL", "M")

DIMENSIONS = ("REPORTING", "COUNTRY", "PRODUCT", "FLOW", "CONCEPT", "DATATYPE", "FREQ")


def requests(clock: datetime, given: Scope) -> tuple[Request, ...]:
    """One slice: the years that may still be revised, up to the clock's month."""
    start, end = months_back(clock, REVISED_YEARS)
    scope = sdmx.data_scope("BE2", FLOW, KEY, start, end)
    path = sdmx.data_path("BE2", FLOW, "1.0", KEY)
    return (Request(path=path, scope=scope, params=sdmx.data_params(start, end), accept=sdmx.CSV_1_0),)


RULES = (
    RowRule(
        code="value_is_plausible",
        column="obs_value",
        # The largest cell ever published, all products to the world in a month, is about EUR 45 billion.
        fails_when="t.value not between 0 and 100e9",
        reason="the value is negative, or more than twice all Flemish exports of a month",
        fix="Check UNIT_MULT of the publication; ask NBB.",
    ),
    RowRule(
        code="value_keeps_its_size",
        column="obs_value",
        fails_when="""t.value > 1e6 and t.value > 100 * (
            select max(o.value) from core.observation as o
            where o.series_id = t.series_id and o.known_to = 'infinity'
        )""",
        reason="the value is more than a hundred times the largest known of its series",
        fix="Check UNIT_MULT and the decimal sign; when it is right, load it as a correction of the series.",
    ),
)


def _adds_up(tolerance: float, severity: Severity) -> Expectation:
    """In each section and month, the countries make up the world's total."""
    return Expectation(
        type="unexpected_rows_expectation",
        severity=severity,
        kwargs={
            "description": f"countries add up to the world within {tolerance:.0%}",
            "unexpected_rows_query": f"""
                select flow, product, period
                from {{batch}}
                left join core.country as c on c.source_code = country and c.known_to = 'infinity'
                group by flow, product, period
                having bool_or(country = 'A1') and abs(
                    sum(value) filter (where c.is_aggregate is not true)
                    / nullif(sum(value) filter (where country = 'A1'), 0) - 1
                ) > {tolerance}""",
        },
    )


SUITE = (
    Expectation(type="expect_compound_columns_to_be_unique", kwargs={"column_list": ["series_id", "period"]}),
    Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": "flow", "value_set": ["X", "I"]}),
    Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": "unit_code", "value_set": ["EUR"]}),
    Expectation(
        type="expect_column_values_to_match_regex",
        kwargs={"column": "country", "regex": "^[A-Z][A-Z0-9]$"},
    ),
    Expectation(type="expect_column_values_to_not_be_null", kwargs={"column": "value", "mostly": 0.95}),
    _adds_up(0.25, "critical"),
    # Confidential trade may stand in the world and in no country.
    _adds_up(0.01, "warning"),
    Expectation(
        type="unexpected_rows_expectation",
        severity="warning",
        kwargs={
            "description": "every country is in reference/country.csv",
            "unexpected_rows_query": """
                select distinct country from {batch}
                where country not in (select source_code from core.country where known_to = 'infinity')""",
        },
    ),
)

SOURCE = dataflow(
    code="nbb_goods_trade",
    title="Flemish goods trade by country and HS section (National Bank of Belgium, NBB.Stat)",
    owner="statistics",
    licence="Reproduction with source, educational and non-commercial use (INR bulletin); NBB.Stat terms to confirm.",
    conn_id="nbb",
    # About the 15th, 75 days after the month; the days around it catch a late or early release.
    schedule="0 12 12-20 * *",
    requests=requests,
    dimensions=DIMENSIONS,
    expressions=Expressions(definition="'INR'", price_basis="'V'", concept="concept"),
    rules=RULES,
    suite=SUITE,
)
