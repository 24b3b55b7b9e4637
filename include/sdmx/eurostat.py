"""Formats of Eurostat alone: JSON-stat 2.0 for small extracts, and tab-separated bulk files.

JSON-stat becomes CSV blocks with the words of Eurostat's SDMX-CSV: DATAFLOW, LAST UPDATE, the dimensions by their own
names, TIME_PERIOD, OBS_VALUE, OBS_FLAG. Its value object may be sparse or an array; its status an object, an array or
one flag for all. A cell with a flag and no value is a row. Bulk files have time across the page, newest first or last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any, BinaryIO

from include.sdmx.documents import empty_value, layout_changed, read_json, text_lines, write_csv

_OLD_PERIOD = re.compile(r"([0-9]{4})(M([0-9]{2})|([QSW])([0-9]{1,2})|D([0-9]{2})([0-9]{2}))?")
_CELL = re.compile(r"(:|[-+]?[0-9][0-9.eE+-]*|NaN)?\s*([A-Za-z, ]*)")


def sdmx_period(code: str) -> str:
    """Rewrite Eurostat's older periods as SDMX's: 2015M03 as 2015-03, 2015Q1 as 2015-Q1."""
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
    """Read a bulk table as CSV blocks, one row per observation.

    Columns: DATAFLOW, the dimensions, TIME_PERIOD, OBS_VALUE, OBS_FLAG.

    A cell ':' without a flag is no observation; ': c' is one without a value. Values and flags are verbatim; memory
    is a few lines, whatever the size.

    Raises:
        LayoutChanged: no bulk table, or a cell that is neither number nor missing.
        TruncatedReply, PayloadTooLarge: see documents.unpack().
    """
    table = text_lines(payload, scope)
    first, *periods = next(table, "").rstrip("\r\n").split("\t")
    names, separator, time = first.partition("\\")
    if not separator or not periods or time.strip().lower() not in {"time", "time_period"}:
        raise layout_changed(scope, "a header like freq,geo\\TIME_PERIOD and periods", repr(first[:200]))
    dimensions = names.split(",")
    named = [sdmx_period(period) for period in periods]
    header = ["DATAFLOW", *dimensions, "TIME_PERIOD", "OBS_VALUE", "OBS_FLAG"]
    rows = (row for line in table for row in _table_rows(line, dimensions, named, scope))
    yield from write_csv(header, rows)


def _table_rows(
    line: str, dimensions: list[str], periods: list[str], scope: Mapping[str, str]
) -> Iterator[list[str | None]]:
    first, *cells = line.rstrip("\r\n").split("\t")
    if not first and not cells:
        return
    codes, flow = first.split(","), scope.get("dataset", "")
    if len(codes) != len(dimensions) or len(cells) != len(periods):
        raise layout_changed(scope, f"{len(dimensions)} codes and {len(periods)} cells in a line", repr(line[:200]))
    for period, cell in zip(periods, cells, strict=True):
        found = _CELL.fullmatch(cell.strip())
        if found is None:
            raise layout_changed(scope, "a number, ':' or a flag in every cell", repr(cell[:100]))
        value, flag = found[1], found[2].replace(" ", "")
        if value in (None, ":") and not flag:
            continue
        yield [flow, *codes, period, None if value == ":" else value, flag or None]


def json_stat_blocks(payload: BinaryIO, scope: Mapping[str, str]) -> Iterator[bytes]:
    """Read the cells of a JSON-stat dataset as CSV blocks, header first.

    Raises:
        EmptyValue: no cell has a value.
        LayoutChanged: no JSON-stat 2.0 dataset, or cells beside its dimensions.
        PayloadTooLarge: see documents.read_text().
    """
    cube = read_json(payload, scope)
    try:
        if cube.get("class") != "dataset" or cube.get("version") != "2.0":
            raise ValueError(f"version {cube.get('version')!r}, class {cube.get('class')!r}")
        names, codes, time = _dimensions(cube)
        values, flags = _cells(cube["value"]), _flags(cube.get("status"), cube["value"])
        if not any(value is not None for value in values.values()):
            raise empty_value(scope, "a cube without a value")
        size = prod(map(len, codes))
        if any(not 0 <= place < size for place in (*values, *flags)) or _is_short(cube["value"], size):
            raise ValueError(f"cells beside its {size} places")
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise layout_changed(scope, "a JSON-stat 2.0 dataset", f"{type(error).__name__}: {error}") from error
    first = [_dataflow(cube, scope), cube.get("updated")]
    order = [place for place in range(len(names)) if place != time] + [time]
    places = sorted({place for place, value in values.items() if value is not None} | set(flags))
    rows = (
        [*first, *(coded[axis] for axis in order), values.get(place), flags.get(place)]
        for place in places
        for coded in [_place(codes, place)]
    )
    header = ["DATAFLOW", "LAST UPDATE", *(names[axis] for axis in order[:-1]), "TIME_PERIOD", "OBS_VALUE", "OBS_FLAG"]
    yield from write_csv(header, rows)


def _dimensions(cube: Mapping[str, Any]) -> tuple[list[str], list[list[str]], int]:
    """Names, the codes along each dimension in order, and which of them is time."""
    names: list[str] = cube["id"]
    codes = [_codes(cube["dimension"][name]["category"]) for name in names]
    if [len(listed) for listed in codes] != [int(size) for size in cube["size"]]:
        raise ValueError("sizes that are not those of the categories")
    time_roles = (cube.get("role") or {}).get("time") or ["time"]
    time = names.index(time_roles[0])
    codes[time] = [sdmx_period(code) for code in codes[time]]
    return names, codes, time


def _codes(category: Mapping[str, Any]) -> list[str]:
    index = category.get("index")
    if index is None:
        return list(category["label"])
    if isinstance(index, list):
        return index
    placed = sorted(index.items(), key=lambda item: int(item[1]))
    if [int(place) for _, place in placed] != list(range(len(placed))):
        raise ValueError("an index with gaps")
    return [code for code, _ in placed]


def _cells(cells: Any) -> dict[int, str | None]:
    """Index the cells of a sparse object or an array by place."""
    if isinstance(cells, Mapping):
        return {int(place): cell for place, cell in cells.items()}
    if not isinstance(cells, list):
        raise TypeError(f"cells that are {type(cells).__name__}")
    return dict(enumerate(cells))


def _flags(status: Any, values: Any) -> dict[int, str]:
    """Index the flags by place: of an object, an array, or one for every cell that is there."""
    if isinstance(status, str):
        return dict.fromkeys((place for place, value in _cells(values).items() if value is not None), status)
    return {place: flag for place, flag in _cells(status or {}).items() if flag}


def _is_short(values: Any, size: int) -> bool:
    return isinstance(values, list) and len(values) != size


def _place(codes: Sequence[Sequence[str]], place: int) -> list[str]:
    """Find the codes of a cell: the last dimension turns fastest."""
    found = []
    for listed in reversed(codes):
        place, index = divmod(place, len(listed))
        found.append(listed[index])
    return found[::-1]


def _dataflow(cube: Mapping[str, Any], scope: Mapping[str, str]) -> str:
    extension = cube.get("extension") or {}
    if "id" in extension:
        return f"{extension.get('agencyId', 'ESTAT')}:{extension['id']}({extension.get('version', '1.0')})"
    return scope.get("dataset", "")
