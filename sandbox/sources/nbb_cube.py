"""A dataflow of the sample NBB.Stat: its days, its series, and its SDMX-CSV 1.0."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

# A series: its key, and its cells in order of period, each the period and the rest of its row.
Series = tuple[tuple[str, ...], Iterable[tuple[str, str]]]
ATTRIBUTES = "TIME_PERIOD,OBS_VALUE,OBS_STATUS,CONF_STATUS,UNIT_MEASURE,UNIT_MULT,EMBARGO_TIME,DECIMALS"


@dataclass(frozen=True, kw_only=True)
class Cube:
    """A dataflow.

    Args:
        flow: its code, without agency.
        dimensions: in the order of the key.
        days: of publication, oldest first.
        series: the series as published on a day, in the order of their keys.
    """

    flow: str
    dimensions: tuple[str, ...]
    days: tuple[str, ...]
    series: Callable[[str], Iterable[Series]]

    @property
    def header(self) -> str:
        """The first line, byte order mark included."""
        return f"\ufeffDATAFLOW,{','.join(self.dimensions)},{ATTRIBUTES}\n"

    def csv(self, day: str, key: tuple[str, ...], start: str, end: str) -> bytes:
        """Build the CSV of the periods from start to end; empty when the key fits no series."""
        wanted = [frozenset(filter(None, part.split("+"))) for part in key]
        dataflow, last = f"BE2:{self.flow}(1.0)", end + "~"
        lines = [self.header]
        for codes, cells in self.series(day):
            if all(not some or code in some for code, some in zip(codes, wanted, strict=True)):
                head = f"{dataflow},{','.join(codes)},"
                lines += [f"{head}{period},{rest}" for period, rest in cells if start <= period <= last]
        return "".join(lines).encode() if len(lines) > 1 else b""


def row_ending(
    status: str = "A",
    *,
    conf: str = "F",
    unit: str = "EUR",
    multiplier: str = "3",
    embargo: str = "",
    decimals: int = 0,
) -> str:
    """Build the part of a row after its value."""
    return f",{status},{conf},{unit},{multiplier},{embargo},{decimals}\n"
