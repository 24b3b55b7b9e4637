"""Direct investment flows of Belgium and its peers, yearly (OECD, DF_FDI_FLOW_CTRY).

What is odd about it:
- Thirteen dimensions; FDI_COLLECTION_ID, the last, is left open in the key.
- Very few questions are allowed: a minute between two, whoever asks, unless the connection's extra says another
  distance ({"seconds_between": 90}). A run asks one. Host: https://sdmx.oecd.org/public/rest.
- Countries are ISO 3166 alpha-3, aggregates W (world), WXD and others; NBB and Eurostat write alpha-2.
- In million USD at the year's exchange rate (USD_EXC, UNIT_MULT 6), not converted: a change in EUR is another one.
- TYPE_ENTITY: ALL units, or ROU without special purpose entities. For some countries all of ROU is NaN. They are
  different statistics and never compared; ALL is what can be compared with NBB and Eurostat.
- DI is the directional principle inward, DO outward. Negative values are real: more was taken home than invested.
- National: the OECD has nothing on Flanders.
"""

from __future__ import annotations

from datetime import datetime

from include import sdmx
from include.periods import local_date
from include.sources.dataflow import Expressions, data_request, dataflow
from include.sources.expectations import known_countries
from include.sources.source import Expectation, Request, RowRule, Scope

AGENCY, FLOW = "OECD.DAF.INV", "DSD_FDI@DF_FDI_FLOW_CTRY"
# Belgium and the small open economies and neighbours that it is compared with.
REPORTERS = ("BEL", "NLD", "DEU", "FRA", "DNK", "IRL")
PARTNERS = ("W", "USA", "CHN", "GBR", "DEU", "FRA", "NLD", "IND", "JPN", "VNM")
YEARS = 12
DIMENSIONS = (
    "REF_AREA", "MEASURE", "UNIT_MEASURE", "MEASURE_PRINCIPLE", "ACCOUNTING_ENTRY", "TYPE_ENTITY", "FDI_COMP",
    "SECTOR", "COUNTERPART_AREA", "LEVEL_COUNTERPART", "ACTIVITY", "FREQ", "FDI_COLLECTION_ID",
)  # fmt: skip
ATTRIBUTES = (
    "OBS_STATUS", "CONF_STATUS", "UNIT_MULT", "DECIMALS", "CURRENCY", "BASE_PER", "REF_YEAR_PRICE", "PRICE_BASE",
    "TIME_FORMAT", "OBS_COMMENT", "COMMENT_OBS", "COMPILING_ORG", "REF_PERIOD_DETAIL",
)  # fmt: skip


def requests(clock: datetime, given: Scope) -> tuple[Request, ...]:
    """Ask one question for everything."""
    year = local_date(clock).year
    query = sdmx.Query(
        agency=AGENCY,
        flow=FLOW,
        key=("+".join(REPORTERS), "T_FA_F", "USD_EXC", "DI+DO", "NET_FDI", "ALL+ROU", "D", "S1",
             "+".join(PARTNERS), "IMC", "_T", "A", ""),
        start=str(year - YEARS),
        end=str(year),
        extra={"format": "csvfile"},
    )  # fmt: skip
    return (data_request(query),)


RULES = (
    RowRule(
        code="value_is_plausible",
        column="obs_value",
        # The largest flow ever reported to the OECD, in or out, is about USD 0.5e12.
        fails_when="abs(t.value) > 2e12",
        reason="the flow is more than four times the largest ever reported",
        fix="Check UNIT_MULT: values are in million USD.",
    ),
)

SUITE = (
    Expectation(type="expect_compound_columns_to_be_unique", kwargs={"column_list": ["series_id", "period"]}),
    Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": "ref_area", "value_set": list(REPORTERS)}),
    Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": "unit_measure", "value_set": ["USD_EXC"]}),
    Expectation(
        type="expect_column_values_to_be_in_set", kwargs={"column": "measure_principle", "value_set": ["DI", "DO"]}
    ),
    Expectation(
        type="expect_column_values_to_be_in_set", kwargs={"column": "type_entity", "value_set": ["ALL", "ROU"]}
    ),
    Expectation(
        type="unexpected_rows_expectation",
        kwargs={
            "description": "Belgium's flows of all units with the world are there",
            "unexpected_rows_query": """
                select count(*) as found from {batch}
                where ref_area = 'BEL' and counterpart_area = 'W' and type_entity = 'ALL' and value is not null
                having count(*) = 0""",
        },
    ),
    Expectation(
        type="unexpected_rows_expectation",
        severity="warning",
        kwargs={
            "description": "no country has a cut of units without a single value",
            "unexpected_rows_query": """
                select ref_area, type_entity from {batch}
                group by ref_area, type_entity
                having count(value) = 0""",
        },
    ),
    known_countries("counterpart_area", "OECD"),
)

SOURCE = dataflow(
    code="oecd_fdi_flow",
    title="Direct investment flows of Belgium and peers by partner (OECD)",
    owner="statistics",
    licence="OECD terms: free reuse with the source named.",
    conn_id="oecd",
    # About a month after each quarter, and in December for the detailed yearly figures: a look a week in those months.
    schedule="0 7 * 1,4,7,10,12 1",
    seconds_between=60.0,
    requests=requests,
    dimensions=DIMENSIONS,
    attributes=ATTRIBUTES,
    expressions=Expressions(definition="'OECD_BMD4'", unit="'USD'", price_basis="'V'", embargo="null"),
    rules=RULES,
    suite=SUITE,
)
