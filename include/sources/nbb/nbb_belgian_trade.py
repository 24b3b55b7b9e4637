"""Belgian goods trade by section, both concepts (NBB, DF_EXTTRADEBECOM/BENAT_Overview).

What it is for: Flanders' share of Belgium, and how far the two concepts lie apart.
What is odd about it:
- Two cubes for one thing: BECOM counts goods that cross the border, BENAT only what residents own. They differ by
  tens of billions a year and more, most of it transit through the ports. CONCEPT is part of the key; a share of
  Belgium is a share of the same concept only.
- Regions are allotted by where the last value was added (exports) or the first (imports), so Flanders, Wallonia and
  Brussels add up to Belgium, save for what cannot be allotted.
- COM is asked for the world, the EU and the markets of nbb_trade.MARKETS; NAT, which serves as a check on totals, for
  the world and the EU only. The full cubes exceed 1 GB.
- A region may be revised on another day than the country: a share can be off by a revision for a while.
"""

from __future__ import annotations

from datetime import datetime

from include.sources.dataflow import Expressions, dataflow
from include.sources.expectations import (
    has_values,
    in_list,
    is_plausible,
    is_unique,
    is_within,
    keeps_its_size,
    known_countries,
    known_products,
    no_row,
)
from include.sources.nbb.nbb_trade import (
    AGENCY,
    DIMENSIONS,
    EUROPEAN_UNION,
    LICENCE,
    MARKETS,
    SCHEDULE,
    SECTIONS,
    WORLD,
    trade_key,
    trade_request,
)
from include.sources.source import Expectation, Request, Scope

COMMUNITY, NATIONAL = "DF_EXTTRADEBECOM_Overview", "DF_EXTTRADEBENAT_Overview"
GROUPS = (WORLD, EUROPEAN_UNION)
KEYS: dict[str, tuple[str, ...]] = {
    COMMUNITY: trade_key("BE", (*GROUPS, *MARKETS), tuple(SECTIONS), "COM"),
    NATIONAL: trade_key("BE", GROUPS, tuple(SECTIONS), "NAT"),
}
FLEMISH = f"{AGENCY}:DF_EXTTRADEVLNAT_Overview"


def requests(clock: datetime, given: Scope) -> tuple[Request, ...]:
    """Ask one question per concept: the years still open to revision, up to the clock's month."""
    return tuple(trade_request(clock, flow, key) for flow, key in KEYS.items())


RULES = (
    # All Belgian exports of 2022 were near 50 a month (479.7 of Flanders is four fifths); no section is most of them.
    is_plausible(
        "t.value between 0 and 40e9", "the value is negative, or more than twice the largest section of any month"
    ),
    keeps_its_size([f"{AGENCY}:{flow}" for flow in KEYS], 1e6),
)

SUITE = (
    is_unique(),
    in_list("reporting", ("BE",)),
    in_list("country", (*GROUPS, *MARKETS)),
    in_list("flow", ("X", "I")),
    in_list("unit_code", ("EUR",)),
    Expectation(type="expect_column_values_to_match_regex", kwargs={"column": "product", "regex": "^[IVX]+$"}),
    has_values(0.95),
    no_row(
        "a cube holds its own concept",
        f"""select distinct dataset_code, concept from {{batch}}
            where concept <> case dataset_code
                when '{AGENCY}:{COMMUNITY}' then 'COM' when '{AGENCY}:{NATIONAL}' then 'NAT' else '' end""",
    ),
    # Flanders' 25 to 40 a month are four fifths of it; the national concept holds less. A wrong multiplier is a factor
    # of a thousand away.
    is_within(
        "the world's trade of a month is EUR 10 to 100 billion",
        value="sum(value)",
        where=f"country = '{WORLD}'",
        by="flow, concept",
        low=10e9,
        high=100e9,
    ),
    no_row(
        "no country or group trades more than the world",
        f"""select part.series_key, part.period
            from {{batch}} as part
            join {{batch}} as world using (product, flow, concept, period)
            where world.country = '{WORLD}' and part.country <> '{WORLD}' and part.value > world.value + 1e6""",
    ),
    no_row(
        "Flanders trades no more of a section than Belgium, within 5%",
        f"""select series_key, belgium.period
            from {{batch}} as belgium
            join core.observation as flanders
                on flanders.series_id = core.series_id('{FLEMISH}', 'VL' || substr(series_key, 3))
                and flanders.period = belgium.period and flanders.known_to = 'infinity'
            where country = '{WORLD}' and flanders.value > 1.05 * belgium.value""",
        "warning",
    ),
    known_countries("country", "NBB"),
    known_products("product"),
)

SOURCE = dataflow(
    code="nbb_belgian_trade",
    title="Belgian goods trade by HS section, Community and national concept (National Bank of Belgium, NBB.Stat)",
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
