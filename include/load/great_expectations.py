"""Great Expectations on a staging table: a batch must pass before it enters the warehouse.

SQL push-down through SQLAlchemy; no row comes to Python. Importing Great Expectations takes seconds, so
this module is imported inside tasks only.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import great_expectations as gx
import psycopg
from great_expectations.expectations.registry import get_expectation_impl
from psycopg import sql

from include.sources.source import Expectation, Severity

# It logs every parsing step at INFO, hundreds of lines a batch.
logging.getLogger("great_expectations").setLevel(logging.WARNING)


@dataclass(frozen=True, kw_only=True)
class Result:
    """The result of one expectation: a row of ops.check_result."""

    expectation: str
    column_name: str
    severity: Severity
    is_success: bool
    unexpected_count: int | None
    observed: str

    def as_row(self) -> tuple[object, ...]:
        """Return the columns in the order of include.ledger.record_checks()."""
        return (
            self.expectation,
            self.column_name,
            self.severity,
            self.is_success,
            self.unexpected_count,
            self.observed,
        )

    def __str__(self) -> str:
        broken = "" if self.unexpected_count is None else f", {self.unexpected_count} rows"
        return f"{self.severity} {self.expectation}({self.column_name}): {self.observed}{broken}"


def validate(dsn: str, table: str, suite: Sequence[Expectation]) -> list[Result]:
    """Run a suite on a table of schema staging.

    Args:
        dsn: PostgreSQL URL of the warehouse.
        table: name of the table in schema staging.
        suite: the expectations; UnexpectedRows queries may say {batch} for the table.

    Returns:
        One result per expectation, in the order of the suite.
    """
    source = _source(_sqlalchemy_url(dsn))
    asset = source.add_table_asset(table, table_name=table)
    try:
        batch = asset.add_batch_definition_whole_table("all").get_batch()
        built = [_build(expectation, index) for index, expectation in enumerate(suite)]
        validated = batch.validate(gx.ExpectationSuite(name=table, expectations=built), result_format="BASIC")
    finally:
        source.delete_asset(table)
    # They come back in another order than they went.
    by_index = {result.expectation_config.meta["index"]: result for result in validated.results}
    results = ((_result(by_index[index], expectation), expectation) for index, expectation in enumerate(suite))
    return [_with_codes(dsn, table, result, expectation) for result, expectation in results]


@cache
def _source(url: str) -> Any:
    """Create one context and one engine per process: a context leaves a temporary folder behind."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    return context.data_sources.add_postgres("warehouse", connection_string=url, create_temp_table=False)


def _build(expectation: Expectation, index: int) -> Any:
    kind = get_expectation_impl(expectation.type)
    return kind(severity=expectation.severity, meta={"index": index}, **expectation.kwargs)


def _result(validation: Any, expectation: Expectation) -> Result:
    outcome = validation.to_json_dict()
    detail = outcome.get("result") or {}
    if raised := _exception_message(outcome.get("exception_info") or {}):
        detail = {"exception": raised}
    # Samples of values may be partners' text or very long; the counts and the observed value are enough here.
    observed = {key: detail[key] for key in ("observed_value", "element_count", "exception") if key in detail}
    kwargs = expectation.kwargs
    column = kwargs.get("column") or ",".join(_texts(kwargs.get("column_list"))) or kwargs.get("description", "")
    return Result(
        expectation=expectation.type,
        column_name=str(column),
        severity=expectation.severity,
        is_success=bool(outcome["success"]),
        unexpected_count=detail.get("unexpected_count"),
        observed=json.dumps(observed, default=str),
    )


def _exception_message(info: dict[str, Any]) -> str | None:
    """Find the message of an error inside Great Expectations, reported per metric or once."""
    reports = [info, *(item for item in info.values() if isinstance(item, dict))]
    return next((str(item.get("exception_message")) for item in reports if item.get("raised_exception")), None)


def _with_codes(dsn: str, table: str, result: Result, expectation: Expectation) -> Result:
    """Add the first fifty codes to a failed result whose rows are codes, cut to their length."""
    if result.is_success or not expectation.names_codes:
        return result
    query = sql.SQL(str(expectation.kwargs["unexpected_rows_query"])).format(batch=sql.Identifier("staging", table))
    with psycopg.connect(dsn) as conn:
        rows = conn.execute(query + sql.SQL(" order by 1 limit 50")).fetchall()
    codes = [str(value)[:40] for row in rows for value in row]
    return replace(result, observed=json.dumps({**json.loads(result.observed), "codes": codes}))


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else []


def _sqlalchemy_url(dsn: str) -> str:
    return dsn.replace("postgresql://", "postgresql+psycopg://", 1) + "?options=-csearch_path%3Dstaging"
