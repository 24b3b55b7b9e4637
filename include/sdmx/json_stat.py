"""JSON-stat 2.0 (Eurostat's small extracts) as CSV blocks with the words of Eurostat's SDMX-CSV.

Columns: DATAFLOW, LAST UPDATE, the dimensions by their own names, TIME_PERIOD, OBS_VALUE, OBS_FLAG. The value object
may be sparse or an array, status an object, an array or one flag for all. A cell with a flag and no value is a row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any, BinaryIO

from include.sdmx.documents import changed, csv_of, empty, json_of
from include.sdmx.eurostat import period_of


def json_stat_blocks(payload: BinaryIO, scope: Mapping[str, str]) -> Iterator[bytes]:
    """The cells of a JSON-stat dataset as CSV blocks, header first.

    Raises:
        EmptyValue: no cell has a value.
        LayoutChanged: no JSON-stat 2.0 dataset, or cells beside its dimensions.
        PayloadTooLarge: see documents.text_of().
    """
    cube = json_of(payload, scope)
    try:
        if cube.get("class") != "dataset" or cube.get("version") != "2.0":
            raise ValueError(f"version {cube.get('version')!r}, class {cube.get('class')!r}")
        names, codes, time = _dimensions(cube)
        values, flags = _cells(cube["value"]), _flags(cube.get("status"), cube["value"])
        if not any(value is not None for value in values.values()):
            raise empty(scope, "a cube without a value")
        size = prod(map(len, codes))
        if any(not 0 <= place < size for place in (*values, *flags)) or _is_short(cube["value"], size):
            raise ValueError(f"cells beside its {size} places")
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise changed(scope, "a JSON-stat 2.0 dataset", f"{type(error).__name__}: {error}") from error
    first = [_dataflow(cube, scope), cube.get("updated")]
    order = [place for place in range(len(names)) if place != time] + [time]
    places = sorted({place for place, value in values.items() if value is not None} | set(flags))
    rows = (
        [*first, *(coded[axis] for axis in order), values.get(place), flags.get(place)]
        for place in places
        for coded in [_place(codes, place)]
    )
    header = ["DATAFLOW", "LAST UPDATE", *(names[axis] for axis in order[:-1]), "TIME_PERIOD", "OBS_VALUE", "OBS_FLAG"]
    yield from csv_of(header, rows)


def _dimensions(cube: Mapping[str, Any]) -> tuple[list[str], list[list[str]], int]:
    """Names, the codes along each dimension in order, and which of them is time."""
    names: list[str] = cube["id"]
    codes = [_codes(cube["dimension"][name]["category"]) for name in names]
    if [len(listed) for listed in codes] != [int(size) for size in cube["size"]]:
        raise ValueError("sizes that are not those of the categories")
    told = (cube.get("role") or {}).get("time") or ["time"]
    time = names.index(told[0])
    codes[time] = [period_of(code) for code in codes[time]]
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
    """A sparse object or an array of cells, by place."""
    if isinstance(cells, Mapping):
        return {int(place): cell for place, cell in cells.items()}
    if not isinstance(cells, list):
        raise TypeError(f"cells that are {type(cells).__name__}")
    return dict(enumerate(cells))


def _flags(status: Any, values: Any) -> dict[int, str]:
    """The flags by place: of an object, an array, or one for every cell that is there."""
    if isinstance(status, str):
        return dict.fromkeys((place for place, value in _cells(values).items() if value is not None), status)
    return {place: flag for place, flag in _cells(status or {}).items() if flag}


def _is_short(values: Any, size: int) -> bool:
    return isinstance(values, list) and len(values) != size


def _place(codes: Sequence[Sequence[str]], place: int) -> list[str]:
    """The codes of a cell: the last dimension turns fastest."""
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
