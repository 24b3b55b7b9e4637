"""Flemish goods trade by country and section, monthly (NBB, DF_EXTTRADEVLNAT_Overview).

What is odd about it:
- The full cube exceeds 1 GB: always filtered by key and sliced by period; a slice that is too big is asked in halves.
- COUNTRY mixes countries with aggregates (A1 world, D0 EU, E1 Europe): both are loaded, marts add up countries only.
- GR is Greece (not EL), GB the United Kingdom (not UK), XS Serbia.
- CONCEPT: COM (goods crossing the border) is what FIT and Statistics Flanders publish, NAT (residents only) differs
  by tens of billions. It is part of the key; the KPI catalogue says which one a KPI reads.
- Revisions are not flagged: values change while OBS_STATUS stays 'A' (seen on 196 daily snapshots, 2026), so values
  are compared. The last months are estimates from a sample of traders.
- NBB names the dataflow "National concept" while its code list holds COM too, which is what we ask for. Should a live
  reply hold NAT only, it ends as HeaderOnly: then KEY here and concept_code in reference/kpi.csv change together.
- A firewall may answer 200 with an HTML page; there is no ETag at NBB: nbb_trade.probe() tells.
"""

from __future__ import annotations

from datetime import datetime

from include.sources.dataflow import Expressions, dataflow
from include.sources.expectations import (
    adds_up,
    aggregates,
    has_values,
    in_list,
    is_plausible,
    is_unique,
    is_within,
    keeps_its_size,
    known_countries,
    known_products,
)
from include.sources.nbb.nbb_trade import AGENCY, DIMENSIONS, LICENCE, SCHEDULE, WORLD, trade_key, trade_request
from include.sources.source import Expectation, Request, Scope, Severity

FLOW = "DF_EXTTRADEVLNAT_Overview"
KEY = trade_key("VL", (), (), "COM")
DATASET = f"{AGENCY}:{FLOW}"
COUNTRIES = f"country not in {aggregates('NBB')}"


def requests(clock: datetime, given: Scope) -> tuple[Request, ...]:
    """Ask one question: the years that may still be revised, up to the clock's month."""
    return (trade_request(clock, FLOW, KEY),)


RULES = (
    # The largest cell ever published, all products to the world in a month, is about EUR 45 billion.
    is_plausible(
        "t.value between 0 and 100e9", "the value is negative, or more than twice all Flemish exports of a month"
    ),
    keeps_its_size((DATASET,), 1e6),
)


def _adds_up(tolerance: float, severity: Severity) -> Expectation:
    """In each section and month, the countries make up the world's total."""
    return adds_up(
        "countries add up to the world",
        by="flow, product",
        total=f"country = '{WORLD}'",
        parts=COUNTRIES,
        tolerance=tolerance,
        severity=severity,
    )


SUITE = (
    is_unique(),
    in_list("flow", ("X", "I")),
    in_list("concept", ("COM",)),
    in_list("unit_code", ("EUR",)),
    Expectation(type="expect_column_values_to_match_regex", kwargs={"column": "country", "regex": "^[A-Z][A-Z0-9]$"}),
    has_values(0.95),
    # 298 in 2020 and 479.7 in 2022 are 25 to 40 a month; a wrong multiplier is a factor of a thousand away.
    is_within(
        "the world's trade of a month is EUR 5 to 90 billion",
        value="sum(value)",
        where=f"country = '{WORLD}' and product ~ '^[IVX]+$'",
        by="flow",
        low=5e9,
        high=90e9,
    ),
    _adds_up(0.25, "critical"),
    # Confidential trade may stand in the world and in no country.
    _adds_up(0.01, "warning"),
    known_countries("country", "NBB"),
    known_products("product"),
)

SOURCE = dataflow(
    code="nbb_goods_trade",
    title="Flemish goods trade by country and HS section (National Bank of Belgium, NBB.Stat)",
    owner="statistics",
    licence=LICENCE,
    conn_id="nbb",
    schedule=SCHEDULE,
    requests=requests,
    dimensions=DIMENSIONS,
    expressions=Expressions(definition="'INR'", price_basis="'V'", concept="concept"),
    rules=RULES,
    suite=SUITE,
)
