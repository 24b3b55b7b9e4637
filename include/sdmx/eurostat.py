"""What only Eurostat does: bulk files as tab-separated tables, time across the page, newest first or last."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from include.sdmx.documents import changed, csv_of
from include.sdmx.unwrap import lines

_OLD_PERIOD = re.compile(r"([0-9]{4})(M([0-9]{2})|([QSW])([0-9]{1,2})|D([0-9]{2})([0-9]{2}))?")
_CELL = re.compile(r"(:|[-+]?[0-9][0-9.eE+-]*|NaN)?\s*([A-Za-z, ]*)")


def period_of(code: str) -> str:
    """Eurostat's older notation as SDMX's: 2015M03 is 2015-03, 2015Q1 is 2015-Q1; anything else as it is."""
    found = _OLD_PERIOD.fullmatch(code.strip())
    if found is None or found[2] is None:
        return code.strip()
    year, month, letter, number, day_month, day = found[1], found[3], found[4], found[5], found[6], found[7]
    if month:
        return f"{year}-{month}"
    if day:
        return f"{year}-{day_month}-{day}"
    return f"{year}-{letter}{int(number):02d}" if letter == "W" else f"{year}-{letter}{int(number)}"


def tsv_blocks(payload: BinaryIO, scope: Mapping[str, str]) -> Iterator[bytes]:
    """A bulk table as CSV blocks, one row per observation: DATAFLOW, dimensions, TIME_PERIOD, OBS_VALUE, OBS_FLAG.

    A cell ':' without a flag is no observation; ': c' is one without a value. Values and flags are verbatim; memory
    is a few lines, whatever the size.

    Raises:
        LayoutChanged: no bulk table, or a cell that is neither number nor missing.
        TruncatedReply, PayloadTooLarge: see unwrapping.unpacked().
    """
    table = lines(payload, scope)
    first, *periods = next(table, "").rstrip("\r\n").split("\t")
    names, separator, time = first.partition("\\")
    if not separator or not periods or time.strip().lower() not in {"time", "time_period"}:
        raise changed(scope, "a header like freq,geo\\TIME_PERIOD and periods", repr(first[:200]))
    dimensions = names.split(",")
    named = [period_of(period) for period in periods]
    header = ["DATAFLOW", *dimensions, "TIME_PERIOD", "OBS_VALUE", "OBS_FLAG"]
    rows = (row for line in table for row in _rows(line, dimensions, named, scope))
    yield from csv_of(header, rows)


def _rows(line: str, dimensions: list[str], periods: list[str], scope: Mapping[str, str]) -> Iterator[list[str | None]]:
    first, *cells = line.rstrip("\r\n").split("\t")
    if not first and not cells:
        return
    codes, flow = first.split(","), scope.get("dataset", "")
    if len(codes) != len(dimensions) or len(cells) != len(periods):
        raise changed(scope, f"{len(dimensions)} codes and {len(periods)} cells in a line", repr(line[:200]))
    for period, cell in zip(periods, cells, strict=True):
        found = _CELL.fullmatch(cell.strip())
        if found is None:
            raise changed(scope, "a number, ':' or a flag in every cell", repr(cell[:100]))
        value, flag = found[1], found[2].replace(" ", "")
        if value in (None, ":") and not flag:
            continue
        yield [flow, *codes, period, None if value == ":" else value, flag or None]
