"""Great Expectations on a staging table: what must hold before a batch may enter the warehouse.

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

# It tells every parsing step at INFO, hundreds of lines a batch.
logging.getLogger("great_expectations").setLevel(logging.WARNING)


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one expectation said: a row of ops.check_result."""

    expectation: str
    column_name: str
    severity: Severity
    is_success: bool
    unexpected_count: int | None
    observed: str

    def as_row(self) -> tuple[object, ...]:
        """In the order of include.ledger.batches.record_checks()."""
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
        suite: what must hold; UnexpectedRows queries may say {batch} for the table.

    Returns:
        One result per expectation, in the order of the suite.
    """
    source = _source(_sqlalchemy_url(dsn))
    asset = source.add_table_asset(table, table_name=table)
    try:
        batch = asset.add_batch_definition_whole_table("all").get_batch()
        built = [_built(expectation, index) for index, expectation in enumerate(suite)]
        said = batch.validate(gx.ExpectationSuite(name=table, expectations=built), result_format="BASIC")
    finally:
        source.delete_asset(table)
    # They come back in another order than they went.
    by_index = {result.expectation_config.meta["index"]: result for result in said.results}
    results = ((_result(by_index[index], expectation), expectation) for index, expectation in enumerate(suite))
    return [_with_codes(dsn, table, result, expectation) for result, expectation in results]


@cache
def _source(url: str) -> Any:
    """One context and one engine per process: a context leaves a temporary folder behind."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    return context.data_sources.add_postgres("warehouse", connection_string=url, create_temp_table=False)


def _built(expectation: Expectation, index: int) -> Any:
    kind = get_expectation_impl(expectation.type)
    return kind(severity=expectation.severity, meta={"index": index}, **expectation.kwargs)


def _result(validation: Any, expectation: Expectation) -> Result:
    said = validation.to_json_dict()
    detail = said.get("result") or {}
    if raised := _raised(said.get("exception_info") or {}):
        detail = {"exception": raised}
    # Samples of values may be partners' text or very long; the counts and the observed value are enough here.
    kept = {key: detail[key] for key in ("observed_value", "element_count", "exception") if key in detail}
    kwargs = expectation.kwargs
    column = kwargs.get("column") or ",".join(_listed(kwargs.get("column_list"))) or kwargs.get("description", "")
    return Result(
        expectation=expectation.type,
        column_name=str(column),
        severity=expectation.severity,
        is_success=bool(said["success"]),
        unexpected_count=detail.get("unexpected_count"),
        observed=json.dumps(kept, default=str),
    )


def _raised(info: dict[str, Any]) -> str | None:
    """What went wrong inside Great Expectations, which says it of the whole or of each metric."""
    told = [info, *(one for one in info.values() if isinstance(one, dict))]
    return next((str(one.get("exception_message")) for one in told if one.get("raised_exception")), None)


def _with_codes(dsn: str, table: str, result: Result, expectation: Expectation) -> Result:
    """The same result; when it failed and its rows are codes, with the first fifty, each cut to a code's length."""
    if result.is_success or not expectation.names_codes:
        return result
    asked = sql.SQL(str(expectation.kwargs["unexpected_rows_query"])).format(batch=sql.Identifier("staging", table))
    with psycopg.connect(dsn) as conn:
        rows = conn.execute(asked + sql.SQL(" order by 1 limit 50")).fetchall()
    codes = [str(value)[:40] for row in rows for value in row]
    return replace(result, observed=json.dumps({**json.loads(result.observed), "codes": codes}))


def _listed(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else []


def _sqlalchemy_url(dsn: str) -> str:
    return dsn.replace("postgresql://", "postgresql+psycopg://", 1) + "?options=-csearch_path%3Dstaging"
