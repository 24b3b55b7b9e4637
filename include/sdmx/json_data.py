"""SDMX-JSON data messages 2.0 (NBB, ECB) and 1.0 (OECD before 2024) as CSV blocks.

The form is that of SDMX-CSV 1.0. Columns: DATAFLOW, the dimensions in the order of the key, OBS_VALUE, then every
attribute by its name. Codes and status are verbatim; a null is an empty cell. A message that deletes has a column
ACTION, which only a source that is declared for actions stages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from include.sdmx.documents import empty_value, layout_changed, read_json, write_csv

_FLOW = re.compile(r"Dataflow=([^\s\"]+)")
Row = list[str | None]


def json_blocks(payload: BinaryIO, scope: Mapping[str, str]) -> Iterator[bytes]:
    """Read the observations of an SDMX-JSON message as CSV blocks, header first.

    Raises:
        EmptyValue: no observation.
        LayoutChanged: another shape, or an index beside its list.
        PayloadTooLarge: see documents.read_text().
    """
    message = read_json(payload, scope)
    try:
        header, rows = _table(message.get("data") or message, scope)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise layout_changed(
            scope, "an SDMX-JSON data message 1.0 or 2.0", f"{type(error).__name__}: {error}"
        ) from error
    if not rows:
        raise empty_value(scope, "a message without observations")
    yield from write_csv(header, rows)


@dataclass(frozen=True, kw_only=True)
class _Shape:
    """The structure of one data set: dimensions and attributes by level, each in its order."""

    fixed: Sequence[Mapping[str, Any]]
    series: Sequence[Mapping[str, Any]]
    observation: Sequence[Mapping[str, Any]]
    attributes: Mapping[str, Sequence[Mapping[str, Any]]]
    measures: int

    def dimensions(self) -> list[Mapping[str, Any]]:
        """List all dimensions in the order of an observation's place."""
        return [*self.fixed, *self.series, *self.observation]


def _table(data: Mapping[str, Any], scope: Mapping[str, str]) -> tuple[list[str], list[Row]]:
    structures = data.get("structures") or [data["structure"]]
    sets = data.get("dataSets") or []
    shapes = [_shape(structure) for structure in structures]
    used = [shapes[int(data_set.get("structure", 0))] for data_set in sets]
    if not used:
        return [], []
    words, attributes = _words(used[0]), _attribute_names(used[0])
    deletes = any(data_set.get("action") == "Delete" for data_set in sets)
    rows: list[Row] = []
    for data_set, shape in zip(sets, used, strict=True):
        if (_words(shape), _attribute_names(shape)) != (words, attributes):
            raise ValueError("data sets of different structures in one message")
        flow = _dataflow(data_set, structures[int(data_set.get("structure", 0))], scope)
        action = [str(data_set.get("action", "Information"))[:1]] if deletes else []
        rows += [[*action, flow, *row] for row in _rows(data_set, shape)]
    return [*(["ACTION"] if deletes else []), "DATAFLOW", *words, "OBS_VALUE", *attributes], rows


def _shape(structure: Mapping[str, Any]) -> _Shape:
    dimensions, attributes = structure["dimensions"], structure.get("attributes", {})
    measures = (structure.get("measures") or {}).get("observation") or [{}]
    return _Shape(
        fixed=dimensions.get("dataSet") or [],
        series=dimensions.get("series") or [],
        observation=dimensions.get("observation") or [],
        attributes={
            level: attributes.get(level) or [] for level in ("dataSet", "dimensionGroup", "series", "observation")
        },
        measures=len(measures),
    )


def _order(shape: _Shape) -> list[int]:
    """Places of the dimensions by their position in the key; time, which may have none, is last."""
    dimensions = shape.dimensions()
    return sorted(range(len(dimensions)), key=lambda place: int(dimensions[place].get("keyPosition", 10**6)))


def _words(shape: _Shape) -> list[str]:
    dimensions = shape.dimensions()
    return [dimensions[place]["id"] for place in _order(shape)]


def _attribute_names(shape: _Shape) -> list[str]:
    return [attribute["id"] for level in shape.attributes.values() for attribute in level]


def _rows(data_set: Mapping[str, Any], shape: _Shape) -> Iterator[Row]:
    order, dimensions = _order(shape), shape.dimensions()
    whole = _coded(shape.attributes["dataSet"], data_set.get("attributes") or [])
    groups = _groups(data_set.get("dimensionGroupAttributes") or {}) if shape.attributes["dimensionGroup"] else {}
    for place, series, cells in _observations(data_set, shape):
        codes = [_code(dimension, index) for dimension, index in zip(dimensions, place, strict=True)]
        grouped = _of_group(groups, [place[position] for position in order])
        observation, rest = shape.attributes["observation"], cells[shape.measures :]
        yield [
            *(codes[position] for position in order),
            cells[0] if cells else None,
            *whole,
            *_coded(shape.attributes["dimensionGroup"], grouped),
            *_coded(shape.attributes["series"], series),
            *_coded(observation, _aligned(observation, rest)),
        ]


def _observations(data_set: Mapping[str, Any], shape: _Shape) -> Iterator[tuple[list[int], Sequence[Any], list[Any]]]:
    """Each observation: its place along every dimension, its series' attributes, and its cells."""
    fixed = [0] * len(shape.fixed)
    for key, series in (data_set.get("series") or {}).items():
        above = [*fixed, *map(int, key.split(":"))]
        for place, cells in series["observations"].items():
            yield [*above, *map(int, place.split(":"))], series.get("attributes") or [], cells
    for place, cells in (data_set.get("observations") or {}).items():
        yield [*fixed, *map(int, place.split(":"))], [], cells


def _code(dimension: Mapping[str, Any], index: int) -> str:
    if index < 0:
        raise IndexError(index)
    value = dimension["values"][index]
    return str(value["id"] if "id" in value else value["value"])


def _coded(attributes: Sequence[Mapping[str, Any]], cells: Sequence[Any]) -> Row:
    """Look up the values of attributes, by index in their list or, without one, as text."""
    found: Row = []
    for position, attribute in enumerate(attributes):
        cell = cells[position] if position < len(cells) else None
        listed = attribute.get("values")
        found.append(None if cell is None else _code(attribute, int(cell)) if listed else str(cell))
    return found


def _aligned(attributes: Sequence[Mapping[str, Any]], cells: Sequence[Any]) -> Sequence[Any]:
    """Match cells to attributes; the OECD sends none for an attribute with an empty list."""
    if len(cells) >= len(attributes):
        return cells
    sent = iter(cells)
    return [None if attribute.get("values") == [] else next(sent, None) for attribute in attributes]


def _groups(groups: Mapping[str, Any]) -> dict[tuple[int, ...], dict[tuple[int, ...], Sequence[Any]]]:
    """Attributes of partial keys, '0:~:~', by which dimensions they fix and to what."""
    found: dict[tuple[int, ...], dict[tuple[int, ...], Sequence[Any]]] = {}
    for key, cells in groups.items():
        parts = [(position, int(part)) for position, part in enumerate(key.split(":")) if part not in ("~", "")]
        fixes, values = tuple(position for position, _ in parts), tuple(value for _, value in parts)
        found.setdefault(fixes, {})[values] = cells
    return found


def _of_group(
    groups: Mapping[tuple[int, ...], Mapping[tuple[int, ...], Sequence[Any]]], place: Sequence[int]
) -> list[Any]:
    """Merge the attributes of every group of an observation; a null gives way to a value."""
    merged: list[Any] = []
    for fixes, values in groups.items():
        for position, cell in enumerate(values.get(tuple(place[fixed] for fixed in fixes), ())):
            merged += [None] * (position + 1 - len(merged))
            merged[position] = merged[position] if cell is None else cell
    return merged


def _dataflow(data_set: Mapping[str, Any], structure: Mapping[str, Any], scope: Mapping[str, str]) -> str:
    """Find the dataflow in the message's links, else take the one that was asked for."""
    links = [*(data_set.get("links") or []), *(structure.get("links") or [])]
    named = (_FLOW.search(str(link.get("urn", ""))) for link in links)
    return next((found[1] for found in named if found), scope.get("dataset", ""))
