"""Great Expectations' own failures are results like others: named, kept, and never taken for a success."""

from __future__ import annotations

import json

import psycopg
import pytest

from include.load import great_expectations
from include.sources.source import Expectation


@pytest.mark.parametrize(
    "expectation",
    [
        Expectation(type="expect_column_values_to_not_be_null", kwargs={"column": "absent"}),
        Expectation(
            type="unexpected_rows_expectation",
            kwargs={"description": "a query", "unexpected_rows_query": "select absent from {batch}"},
        ),
    ],
    ids=["of a column", "of a query"],
)
def test_an_expectation_that_cannot_be_evaluated_says_why(
    conn: psycopg.Connection, dsn: str, expectation: Expectation
) -> None:
    conn.execute("create table staging.b1 as select 1 as present")
    (result,) = great_expectations.validate(dsn, "b1", [expectation])
    assert not result.is_success
    assert "absent" in json.loads(result.observed)["exception"]
