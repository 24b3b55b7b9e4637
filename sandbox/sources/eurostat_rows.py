"""What a dataset of the sample Eurostat is: dimensions, rows as known at a moment, and when it was last updated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class Row(NamedTuple):
    """One observation: codes in the order of the dimensions, period, value as written (':' for none), flag."""

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
        rows: all that is known at a moment.
        updated: when it was last updated, by then.
        has_flags: Comext sends none.
    """

    code: str
    label: str
    dimensions: tuple[str, ...]
    rows: Callable[[datetime], Sequence[Row]]
    updated: Callable[[datetime], datetime]
    has_flags: bool = True


def tenths(amount: int) -> str:
    """A whole number of tenths as Eurostat writes it: 12345 is '1234.5', -5 is '-0.5'."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 10}.{abs(amount) % 10}"
