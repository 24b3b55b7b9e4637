"""Checks that can be counted row by row, so that one pass over a bulk payload answers all of them.

Each is a predicate over the typed row `t` that is true for a row that breaks it. What Great Expectations would say of
the rows is said again by an expectation on the count; sums over slices are sums over the payload.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from include.sources.source import Expectation, RowRule


@dataclass(frozen=True, kw_only=True)
class Count:
    """What is counted for a check.

    Args:
        expectation: the check.
        fails_when: SQL predicate, true for a row that breaks it.
        asked_when: SQL predicate, true for a row that the check is about; null values are often no concern of it.
    """

    expectation: Expectation
    fails_when: str
    asked_when: str = "true"

    @property
    def predicates(self) -> tuple[str, str]:
        """What to count: rows that break it, and rows that it is about, where a part of them may break it."""
        return self.fails_when, self.asked_when if most(self.expectation) else "true"


def aggregate(predicate: str) -> str:
    """A count of the rows of a group by dataset, period and frequency; asked once when it depends on these alone."""
    if predicate == "true":
        return "count(*)"
    if is_about(predicate, _GROUP):
        return f"case when {predicate} then count(*) else 0 end"
    return f"count(*) filter (where {predicate})"


def is_about(predicate: str, columns: Set[str]) -> bool:
    """Whether a predicate over the typed row `t` reads some of these columns and nothing else."""
    read = set(re.findall(r'\bt\."?(\w+)', predicate))
    return bool(read) and read <= columns and "select" not in predicate


def rule_predicate(rule: RowRule) -> str:
    """A row rule over a typed row that carries the raw columns as raw_<name>."""
    return re.sub(r"\braw\.(\w+)", r"t.raw_\1", rule.fails_when)


def count_of(expectation: Expectation) -> Count | None:
    """How to count what breaks an expectation, or None when it is not one about single rows."""
    make = _PREDICATES.get(expectation.type)
    if make is None or set(expectation.kwargs) - _ARGUMENTS:
        return None
    column = sql.SQL("t.") + sql.Identifier(str(expectation.kwargs["column"]))
    about = "true" if expectation.type.endswith("not_be_null") else f"{column.as_string()} is not null"
    return Count(expectation=expectation, fails_when=make(column, expectation.kwargs).as_string(), asked_when=about)


def most(expectation: Expectation) -> float:
    """The largest part of the rows that may break it."""
    return round(1 - float(str(expectation.kwargs.get("mostly", 1))), 12)


def _null(column: sql.Composable, _: Mapping[str, object]) -> sql.Composed:
    return sql.SQL("{} is null").format(column)


def _not_in(column: sql.Composable, kwargs: Mapping[str, Any]) -> sql.Composed:
    return sql.SQL("{} not in ({})").format(column, sql.SQL(", ").join(map(sql.Literal, kwargs["value_set"])))


def _unlike(column: sql.Composable, kwargs: Mapping[str, Any]) -> sql.Composed:
    return sql.SQL("{} !~ {}").format(column, sql.Literal(kwargs["regex"]))


def _outside(column: sql.Composable, kwargs: Mapping[str, Any]) -> sql.Composed:
    least, greatest = kwargs.get("min_value"), kwargs.get("max_value")
    sides = [sql.SQL("{} < {}").format(column, sql.Literal(least))] if least is not None else []
    sides += [sql.SQL("{} > {}").format(column, sql.Literal(greatest))] if greatest is not None else []
    return sql.SQL("({})").format(sql.SQL(" or ").join([*sides, sql.SQL("false")]))


_GROUP = {"dataset_code", "period", "freq_code"}
_ARGUMENTS = {"column", "mostly", "value_set", "regex", "min_value", "max_value"}
_PREDICATES: Mapping[str, Callable[[sql.Composable, Mapping[str, Any]], sql.Composed]] = {
    "expect_column_values_to_not_be_null": _null,
    "expect_column_values_to_be_in_set": _not_in,
    "expect_column_values_to_match_regex": _unlike,
    "expect_column_values_to_be_between": _outside,
}


def description(expectation: Expectation) -> str:
    """The words that tell one promise from another; empty when it has none."""
    return str(expectation.kwargs.get("description", ""))
