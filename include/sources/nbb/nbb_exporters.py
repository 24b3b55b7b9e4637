"""Exporting enterprises of Belgium by activity and size, yearly (NBB.Stat, DF_EXTT_TEC_*).

Which of the eleven tables, and why:
- ACTIVITY_SIZE counts exporters by size: whether small firms take part, the aim of the strategy's second line.
- NBR_COUNTRIES_ACTIVITY counts them by how many countries they sell to: whether they stay with one market.
- The others split value by ownership, product, intensity or type of trader, or repeat the count by partner country,
  where one firm counts in every country and nothing adds up.
What is odd about it:
- All tables have the same fifteen dimensions; those that a table does not break down hold _T or _Z, which differs by
  table. So only frequency, flow (X) and indicator (ENT_TRD: enterprises engaged in trade) are filtered.
- Belgium only: REF_AREA has no region in what NBB publishes. Counts are in single units.
- Enterprises that the business register does not know are _U in size and activity and stand in the total.
- Cells of few firms are empty, with CONF_STATUS C.
- A yearly European obligation (about 18 months after the year), on no fixed day.
"""

from __future__ import annotations

from datetime import datetime

from include import sdmx
from include.periods import local_date
from include.sources.dataflow import Expressions, data_request, dataflow
from include.sources.expectations import (
    adds_up,
    has_values,
    in_list,
    is_plausible,
    is_unique,
    known_codes,
    known_countries,
    no_row,
)
from include.sources.nbb.nbb_trade import AGENCY, LICENCE, freshness_probe
from include.sources.source import Expectation, Request, Scope, Severity

DIMENSIONS = (
    "TABLE_IDENTIFIER", "FREQ", "REF_AREA", "COUNTERPART_AREA", "ACTIVITY", "NUMBER_EMPL", "TOP_ENTERPRISES",
    "NUMBER_PARTNERS", "PRODUCT", "TRADE_POPULATION", "FLOW", "TYPE_CONTROL", "TYPE_TRADER", "EXPORTS_INTENSITY",
    "INDICATOR",
)  # fmt: skip
BY_SIZE, BY_MARKETS = "DF_EXTT_TEC_ACTIVITY_SIZE", "DF_EXTT_TEC_NBR_COUNTRIES_ACTIVITY"
FILTER = {"FREQ": "A", "FLOW": "X", "INDICATOR": "ENT_TRD"}
KEY = tuple(FILTER.get(dimension, "") for dimension in DIMENSIONS)
# The first year of the present definitions; a table is some ten thousand rows.
FIRST_YEAR = "2012"
SIZES = (
    "E0", "E0T1", "E0T49", "E0T9", "E10T19", "E10T249", "E10T49", "E1T4", "E1T9", "E20T49", "E250T499", "E2T9",
    "E500T999", "E50T249", "E5T9", "EGE10", "EGE1000", "EGE250", "EGE50", "EGE500", "ELT10", "_T", "_U", "_Z",
)  # fmt: skip
MARKETS = ("P1", "P2", "P3T5", "P6T9", "P10T14", "P15T19", "PGE20", "_U")


def requests(clock: datetime, given: Scope) -> tuple[Request, ...]:
    """Ask for the whole history of both tables, up to the clock's year."""
    end = str(local_date(clock).year)
    return tuple(
        data_request(
            sdmx.Query(agency=AGENCY, flow=flow, key=KEY, start=FIRST_YEAR, end=end),
            freshness_probe=freshness_probe(flow),
        )
        for flow in (BY_SIZE, BY_MARKETS)
    )


RULES = (
    # Belgium has about a million enterprises, of which a few in a hundred export goods (order of magnitude).
    is_plausible(
        "t.value between 0 and 200000 and t.value = trunc(t.value)",
        "no count of enterprises: negative, broken, or more than a fifth of all there are",
    ),
)

_WHOLE = "dataset_code, freq, ref_area, counterpart_area, trade_population, flow"
_TOTAL = "activity = '_T' and number_empl in ('_T', '_Z') and number_partners in ('_T', '_Z')"


def _markets(tolerance: float, severity: Severity) -> Expectation:
    """Of all activities together: in a small one, much is confidential."""
    return adds_up(
        "numbers of markets add up to all exporters",
        by=f"{_WHOLE}, number_empl",
        total="activity = '_T' and number_partners = '_T'",
        parts=f"activity = '_T' and number_partners in {MARKETS}",
        tolerance=tolerance,
        severity=severity,
    )


def _activities(tolerance: float, severity: Severity) -> Expectation:
    """Select the one-letter sections of NACE and the unknown, without the levels below them."""
    return adds_up(
        "activities add up to all exporters",
        by=_WHOLE,
        total=_TOTAL,
        parts="activity ~ '^([A-U]|_U)$' and number_empl in ('_T', '_Z') and number_partners in ('_T', '_Z')",
        tolerance=tolerance,
        severity=severity,
    )


SUITE = (
    is_unique(),
    in_list("flow", ("X",)),
    in_list("indicator", ("ENT_TRD",)),
    has_values(0.5),
    no_row(
        "all exporters together are 5,000 to 150,000",
        # Some tens of thousands; a count in thousands would be a factor of a thousand away.
        f"""select series_key, period, value from {{batch}}
            where {_TOTAL} and trade_population = '_T' and value not between 5000 and 150000""",
    ),
    no_row(
        "no part counts more exporters than the whole",
        """select part.series_key, part.period
            from {batch} as part
            join {batch} as whole using (ref_area, counterpart_area, trade_population, period)
            where whole.activity = '_T' and whole.number_empl in ('_T', '_Z')
                and whole.number_partners in ('_T', '_Z') and part.value > whole.value""",
    ),
    # Confidential cells are missing from the parts.
    _markets(0.5, "critical"),
    _markets(0.05, "warning"),
    _activities(0.5, "critical"),
    _activities(0.05, "warning"),
    known_codes("number_empl", SIZES),
    known_codes("number_partners", ("_T", "_Z", *MARKETS)),
    known_countries("counterpart_area", "NBB_TEC"),
)

SOURCE = dataflow(
    code="nbb_exporters",
    title="Number of exporters by activity, size and number of markets (National Bank of Belgium, NBB.Stat)",
    owner="statistics",
    licence=LICENCE,
    conn_id="nbb",
    schedule="0 13 1 * *",
    requests=requests,
    dimensions=DIMENSIONS,
    expressions=Expressions(definition="'EBS_TEC'", unit="'NUMBER'"),
    rules=RULES,
    suite=SUITE,
)
