"""Checks that can be counted by row, so that one pass over a bulk payload answers them all.

Each is a predicate over the typed row `t` that is true for a row that breaks it. Great Expectations then judges the
count in place of the rows; the counts of slices add up to those of the payload.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from include.sources.source import Expectation, RowRule


@dataclass(frozen=True, kw_only=True)
class CheckCount:
    """A check and the rows that are counted for it.

    Args:
        expectation: the check.
        fails_when: SQL predicate, true for a row that breaks it.
        applies_when: SQL predicate, true for a row that the check is about; most checks are not about null values.
    """

    expectation: Expectation
    fails_when: str
    applies_when: str = "true"

    @property
    def predicates(self) -> tuple[str, str]:
        """Predicates to count: rows that break it; rows that it is about, where some may break it."""
        return self.fails_when, self.applies_when if max_failing_share(self.expectation) else "true"


def count_aggregate(predicate: str) -> str:
    """Build the aggregate that counts a predicate in a group of dataset, period and frequency.

    A predicate on these three columns alone is evaluated once per group.
    """
    if predicate == "true":
        return "count(*)"
    if reads_only(predicate, GROUP_COLUMNS):
        return f"case when {predicate} then count(*) else 0 end"
    return f"count(*) filter (where {predicate})"


def reads_only(predicate: str, columns: Set[str]) -> bool:
    """Tell whether a predicate over the typed row `t` reads some of these columns only."""
    read = set(re.findall(r'\bt\."?(\w+)', predicate))
    return bool(read) and read <= columns and "select" not in predicate


def rule_predicate(rule: RowRule) -> str:
    """Rewrite a row rule for a typed row that carries the raw columns as raw_<name>."""
    return re.sub(r"\braw\.(\w+)", r"t.raw_\1", rule.fails_when)


def check_count(expectation: Expectation) -> CheckCount | None:
    """Build the count for an expectation; None when it is not about single rows."""
    build = _PREDICATES.get(expectation.type)
    if build is None or set(expectation.kwargs) - _COUNTED_ARGUMENTS:
        return None
    column = sql.SQL("t.") + sql.Identifier(str(expectation.kwargs["column"]))
    applies = "true" if expectation.type.endswith("not_be_null") else f"{column.as_string()} is not null"
    fails = build(column, expectation.kwargs).as_string()
    return CheckCount(expectation=expectation, fails_when=fails, applies_when=applies)


def max_failing_share(expectation: Expectation) -> float:
    """Return the largest share of the rows that may break an expectation."""
    return round(1 - float(str(expectation.kwargs.get("mostly", 1))), 12)


def description(expectation: Expectation) -> str:
    """Return the words that tell one standard check from another; empty when it has none."""
    return str(expectation.kwargs.get("description", ""))


def _is_null(column: sql.Composable, _: Mapping[str, object]) -> sql.Composed:
    return sql.SQL("{} is null").format(column)


def _is_not_in_set(column: sql.Composable, kwargs: Mapping[str, Any]) -> sql.Composed:
    return sql.SQL("{} not in ({})").format(column, sql.SQL(", ").join(map(sql.Literal, kwargs["value_set"])))


def _does_not_match(column: sql.Composable, kwargs: Mapping[str, Any]) -> sql.Composed:
    return sql.SQL("{} !~ {}").format(column, sql.Literal(kwargs["regex"]))


def _is_not_between(column: sql.Composable, kwargs: Mapping[str, Any]) -> sql.Composed:
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    sides = [sql.SQL("{} < {}").format(column, sql.Literal(low))] if low is not None else []
    sides += [sql.SQL("{} > {}").format(column, sql.Literal(high))] if high is not None else []
    return sql.SQL("({})").format(sql.SQL(" or ").join([*sides, sql.SQL("false")]))


GROUP_COLUMNS = {"dataset_code", "period", "freq_code"}
_COUNTED_ARGUMENTS = {"column", "mostly", "value_set", "regex", "min_value", "max_value"}
_PREDICATES: Mapping[str, Callable[[sql.Composable, Mapping[str, Any]], sql.Composed]] = {
    "expect_column_values_to_not_be_null": _is_null,
    "expect_column_values_to_be_in_set": _is_not_in_set,
    "expect_column_values_to_match_regex": _does_not_match,
    "expect_column_values_to_be_between": _is_not_between,
}
