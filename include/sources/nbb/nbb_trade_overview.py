"""Belgium's goods trade with the world, monthly (NBB.Stat, DF_EXTERNAL_TRADE_OVERVIEW).

What it is for: the first sign of a month, about 45 days after it and a month before anything by product or region
(March 2026 was there on 14 May 2026), and the control total of nbb_belgian_trade.
What is odd about it:
- The world is NBB_A1 here and A1 in the trade cubes; its AREA list of more than a thousand codes is that of the
  balance of payments.
- The dimension UNIT is no unit: M is the movement of a month, C cumulated since January, I an index, P a change. Only
  M is asked for. Values are in EUR million, also where UNIT_MULT is left out.
- The balance (FLOW B) is published beside exports and imports and may be negative.
- A first figure may come under embargo (EMBARGO_TIME): it is loaded, and shown only after that moment.
"""

from __future__ import annotations

from datetime import datetime

from include import sdmx
from include.periods import months_back
from include.sources.dataflow import Expressions, data_request, dataflow
from include.sources.expectations import has_values, in_list, is_plausible, is_unique, known_countries, no_row
from include.sources.nbb.nbb_trade import AGENCY, LICENCE, freshness_probe
from include.sources.source import Expectation, Request, Scope, Severity

FLOW = "DF_EXTERNAL_TRADE_OVERVIEW"
DIMENSIONS = ("FREQ", "AREA", "FLOW", "CONCEPT", "DATATYPE", "UNIT")
KEY = ("M", "NBB_A1", "X+I+B", "NAT+COM", "VAL", "M")
# Six series: ten years of them are less than a thousand rows, and no revision goes unseen.
YEARS = 10


def requests(clock: datetime, given: Scope) -> tuple[Request, ...]:
    """Ten years, up to the clock's month."""
    start, end = months_back(clock, YEARS)
    return (
        data_request(
            sdmx.Query(agency=AGENCY, flow=FLOW, key=KEY, start=start, end=end), freshness_probe=freshness_probe(FLOW)
        ),
    )


RULES = (
    # Exports and imports of a month are some EUR 20 to 60 billion, the balance a few either way (March 2026: 3.3).
    is_plausible(
        "case t.flow when 'B' then abs(t.value) <= 20e9 else t.value between 5e9 and 110e9 end",
        "exports and imports of a month are EUR 5 to 110 billion, the balance at most 20 either way",
    ),
)


def _balances(tolerance: float, severity: Severity) -> Expectation:
    """Expect that exports less imports are the balance, measured against the trade of the month."""
    return no_row(
        f"exports less imports are the balance within {tolerance:.2%} of trade",
        f"""select concept, period
            from {{batch}}
            group by concept, period
            having count(distinct flow) filter (where value is not null and flow in ('X', 'I', 'B')) = 3 and abs(
                sum(case flow when 'X' then value when 'I' then -value when 'B' then -value end)
            ) > {tolerance} * sum(value) filter (where flow in ('X', 'I'))""",
        severity,
    )


SUITE = (
    is_unique(),
    in_list("area", ("NBB_A1",)),
    in_list("flow", ("X", "I", "B")),
    in_list("concept", ("NAT", "COM")),
    in_list("unit", ("M",)),
    in_list("unit_code", ("EUR",)),
    has_values(0.95),
    _balances(0.01, "critical"),
    # Each figure is rounded to EUR 10,000 by itself.
    _balances(0.0001, "warning"),
    no_row(
        "the national concept holds no more than the Community concept",
        """select national.flow, national.period
            from {batch} as national
            join {batch} as community using (flow, period)
            where national.concept = 'NAT' and community.concept = 'COM' and flow <> 'B'
                and national.value > community.value""",
        "warning",
    ),
    no_row(
        "exports and imports are those of the trade by section within 5%",
        """with known as (
                select s.dimensions ->> 'FLOW' as flow, s.concept_code, o.period, sum(o.value) as value
                from core.series as s
                join core.observation as o using (series_id)
                where s.dataset_code in ('BE2:DF_EXTTRADEBECOM_Overview', 'BE2:DF_EXTTRADEBENAT_Overview')
                    and s.known_to = 'infinity' and o.known_to = 'infinity' and s.dimensions ->> 'COUNTRY' = 'A1'
                group by 1, 2, 3
            )
            select told.series_key, told.period
            from {batch} as told
            join known using (flow, concept_code, period)
            where abs(told.value - known.value) > 0.05 * known.value""",
        "warning",
    ),
    known_countries("area", "NBB_AREA"),
)

SOURCE = dataflow(
    code="nbb_trade_overview",
    title="Belgian exports, imports and trade balance, first figures (National Bank of Belgium, NBB.Stat)",
    owner="statistics",
    licence=LICENCE,
    conn_id="nbb",
    # The middle of the month, about 45 days after the month; looked at daily around it.
    schedule="30 12 10-20 * *",
    requests=requests,
    dimensions=DIMENSIONS,
    expressions=Expressions(
        definition="'INR'",
        concept="concept",
        price_basis="'V'",
        unit="coalesce(nullif(unit_measure, ''), 'EUR')",
        multiplier="coalesce(nullif(unit_mult, ''), '6')",
    ),
    rules=RULES,
    suite=SUITE,
)
