"""The benchmark's entry for the register: Comext as include/sources would have it, with 14 checks."""

from __future__ import annotations

from include.sources.dataflow import Expressions, dataflow
from include.sources.source import Expectation, Source

DIMENSIONS = ("FREQ", "REPORTER", "PARTNER", "PRODUCT", "FLOW", "INDICATORS")


def _not_null(column: str, **more: object) -> Expectation:
    return Expectation(type="expect_column_values_to_not_be_null", kwargs={"column": column, **more})


def _in(column: str, *words: str) -> Expectation:
    return Expectation(type="expect_column_values_to_be_in_set", kwargs={"column": column, "value_set": [*words]})


def _like(column: str, regex: str) -> Expectation:
    return Expectation(type="expect_column_values_to_match_regex", kwargs={"column": column, "regex": regex})


# With the check of the payload's size, which every batch has, these are the 14 checks.
SUITE = (
    Expectation(type="expect_compound_columns_to_be_unique", kwargs={"column_list": ["series_id", "period"]}),
    _not_null("series_key"),
    _not_null("period"),
    _not_null("value", mostly=0.95),
    _in("freq", "M"),
    _in("reporter", "BE", "EU27_2020"),
    _in("flow", "1", "2"),
    _in("indicators", "VALUE_IN_EUROS", "QUANTITY_IN_100KG"),
    _in("unit_code", "EUR"),
    _like("partner", "^[A-Z][A-Z0-9_]+$"),
    _like("product", "^[0-9]{2,8}$"),
    _like("period", "^20[0-9]{2}-[0-9]{2}$"),
    Expectation(
        type="expect_column_values_to_be_between", kwargs={"column": "value", "min_value": 0, "max_value": 1e12}
    ),
)

SOURCE: Source = dataflow(
    code="bench_comext",
    title="Made-up Comext",
    owner="bench",
    licence="none",
    conn_id="",
    schedule=None,
    requests=lambda clock, given: (),
    dimensions=DIMENSIONS,
    attributes=("LAST UPDATE", "OBS_FLAG"),
    expressions=Expressions(
        definition="'ESTAT_COMEXT'",
        unit="'EUR'",
        multiplier="null",
        concept="'COM'",
        price_basis="'V'",
        status="obs_flag",
        decimals="null",
        embargo="null",
        released="last_update",
    ),
    suite=SUITE,
)
