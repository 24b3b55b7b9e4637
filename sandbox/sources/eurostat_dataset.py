"""A dataset of the sample Eurostat: dimensions, rows as of a moment, last update."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class Row(NamedTuple):
    """One observation: codes in the order of the dimensions, period, value (or ':'), flag."""

    key: tuple[str, ...]
    period: str
    value: str
    flag: str = ""


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A dataset as Eurostat publishes it.

    Args:
        code: upper case, 'DS-059341'.
        label: its title.
        dimensions: in the order of the key, without time.
        rows: gives the observations known at a moment.
        updated_at: gives the last update before a moment.
        has_flags: whether rows have a column OBS_FLAG; Comext sends none.
    """

    code: str
    label: str
    dimensions: tuple[str, ...]
    rows: Callable[[datetime], Sequence[Row]]
    updated_at: Callable[[datetime], datetime]
    has_flags: bool = True


def format_tenths(amount: int) -> str:
    """Format a whole number of tenths as Eurostat does: 12345 is '1234.5', -5 is '-0.5'."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 10}.{abs(amount) % 10}"
