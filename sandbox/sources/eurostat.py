"""Eurostat's interfaces for a few datasets, as they stood at a moment.

SDMX 3.0 in SDMX-CSV 2.0, SDMX 2.1 in SDMX-CSV 1.0, gzip when `compressed=true`, and JSON-stat. Oddities kept: CRLF,
':' for a missing value, LAST UPDATE as '15/09/26 11:00:00' in 2.1 alone, no OBS_FLAG at Comext, JSON-stat with status
200 and no values for an unknown code.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sandbox.sources import eurostat_comext, eurostat_fdi, eurostat_gdp, eurostat_trade
from sandbox.sources.eurostat_dataset import Dataset, Row
from sandbox.sources.reply import Reply, not_found

DATASETS: dict[str, Dataset] = {
    dataset.code: dataset
    for datasets in (eurostat_comext.DATASETS, eurostat_fdi.DATASETS, eurostat_gdp.DATASETS, eurostat_trade.DATASETS)
    for dataset in datasets
}
CSV_1_0 = "application/vnd.sdmx.data+csv;version=1.0.0"
CSV_2_0 = "application/vnd.sdmx.data+csv;version=2.0.0"
NOT_FOUND = '<?xml version="1.0" encoding="UTF-8"?><S:Fault xmlns:S="http://schemas.xmlsoap.org/soap/envelope/">' \
    "<faultcode>100</faultcode><faultstring>ERR_NOT_FOUND_4</faultstring></S:Fault>"  # fmt: skip

STRUCTURE = (
    '<?xml version="1.0" encoding="UTF-8"?><m:Structure xmlns:m="urn:m" xmlns:s="urn:s" xmlns:c="urn:c"><m:Structures>'
    '<s:Dataflows><s:Dataflow id="{code}" agencyID="ESTAT" version="1.0"><c:Annotations><c:Annotation>'
    "<c:AnnotationTitle>{updated}</c:AnnotationTitle><c:AnnotationType>UPDATE_DATA</c:AnnotationType></c:Annotation>"
    "</c:Annotations></s:Dataflow></s:Dataflows></m:Structures></m:Structure>"
)


def answer_eurostat(path: str, query: Mapping[str, str], at: datetime) -> Reply:
    """Answer a query below /eurostat."""
    service, _, rest = path.partition("dissemination/")
    is_comext = service == "comext/"
    if rest.startswith("sdmx/3.0/data/dataflow/ESTAT/"):
        code = rest.split("/")[5]
        wanted = {name[2:-1]: set(codes.split(",")) for name, codes in query.items() if name.startswith("c[")}
        start, end = _range(query.get("c[TIME_PERIOD]", ""))
        return _csv(code, is_comext, wanted, (start, end), at, is_version_3=True)
    if rest.startswith("sdmx/2.1/data/"):
        code, _, key = rest.removeprefix("sdmx/2.1/data/").partition("/")
        periods = query.get("startPeriod", ""), query.get("endPeriod", "9999")
        reply = _csv(code, is_comext, _by_place(code, key), periods, at, is_version_3=False)
        return _compressed(reply) if query.get("compressed") == "true" else reply
    if rest.startswith("sdmx/2.1/dataflow/ESTAT/"):
        return _structure(rest.split("/")[4], is_comext, at)
    if rest.startswith("statistics/1.0/data/"):
        return _json_stat(rest.removeprefix("statistics/1.0/data/"), query, at)
    return not_found("Not Found")


def _range(filters: str) -> tuple[str, str]:
    """Parse 'ge:2024-01 le:2024-12' into ('2024-01', '2024-12')."""
    bounds = dict(part.split(":", 1) for part in filters.replace("+", " ").split() if ":" in part)
    return bounds.get("ge", ""), bounds.get("le", "9999")


def _by_place(code: str, key: str) -> dict[str, set[str]]:
    dataset = DATASETS.get(code.upper())
    names = dataset.dimensions if dataset else ()
    return {name: set(codes.split("+")) for name, codes in zip(names, key.split("."), strict=False) if codes}


def _csv(
    code: str,
    is_comext: bool,
    wanted: Mapping[str, set[str]],
    periods: tuple[str, str],
    at: datetime,
    *,
    is_version_3: bool,
) -> Reply:
    dataset = DATASETS.get(code.upper())
    if dataset is None or dataset.code.startswith("DS-") is not is_comext:
        return Reply(body=NOT_FOUND.encode(), content_type="text/xml", status=404)
    rows = _selected(dataset, wanted, periods, at)
    if not rows:
        return Reply(body=NOT_FOUND.encode(), content_type="text/xml", status=404)
    flags = ("OBS_FLAG", "CONF_STATUS") if dataset.has_flags else ()
    flow = f"ESTAT:{dataset.code}(1.0)"
    updated = dataset.updated_at(at)
    head = ("dataflow", flow) if is_version_3 else (flow, f"{updated:%d/%m/%y %H:%M:%S}")
    titles = ("STRUCTURE", "STRUCTURE_ID") if is_version_3 else ("DATAFLOW", "LAST UPDATE")
    lines = [",".join((*titles, *dataset.dimensions, "TIME_PERIOD", "OBS_VALUE", *flags))]
    lines += [",".join((*head, *row.key, row.period, row.value, *((row.flag, "") if flags else ()))) for row in rows]
    body = "".join(line + "\r\n" for line in lines).encode()
    return Reply(body=body, content_type=CSV_2_0 if is_version_3 else CSV_1_0)


def _selected(
    dataset: Dataset, wanted: Mapping[str, set[str]], periods: tuple[str, str], at: datetime
) -> Sequence[Row]:
    places = [(dataset.dimensions.index(name), codes) for name, codes in wanted.items() if name in dataset.dimensions]
    start, end = periods
    return [
        row
        for row in dataset.rows(at)
        if start <= row.period <= end + "~" and all(row.key[place] in codes for place, codes in places)
    ]


def _structure(code: str, is_comext: bool, at: datetime) -> Reply:
    """Answer a dataflow's structure, which holds the moment of its last update."""
    dataset = DATASETS.get(code.upper())
    if dataset is None or dataset.code.startswith("DS-") is not is_comext:
        return Reply(body=NOT_FOUND.encode(), content_type="text/xml", status=404)
    body = STRUCTURE.format(code=dataset.code, updated=f"{dataset.updated_at(at):%Y-%m-%dT%H:%M:%S}+0100")
    return Reply(body=body.encode(), content_type="application/vnd.sdmx.structure+xml;version=2.1")


def _compressed(reply: Reply) -> Reply:
    """Compress a reply as Eurostat does on request; mtime=0 keeps the bytes the same."""
    if reply.status != 200:
        return reply
    return Reply(body=gzip.compress(reply.body, mtime=0), content_type=reply.content_type)


def _json_stat(code: str, query: Mapping[str, str], at: datetime) -> Reply:
    """Answer a cube of all selected cells.

    An unknown code gives a cube without cells, not an error.
    """
    dataset = DATASETS.get(code.upper())
    if dataset is None:
        cube: dict[str, object] = {"id": [], "size": [], "dimension": {}, "value": {}}
    else:
        wanted = {name: {codes} for name, codes in query.items() if name in dataset.dimensions}
        periods = query.get("sinceTimePeriod", ""), query.get("untilTimePeriod", "9999")
        updated = f"{dataset.updated_at(at):%Y-%m-%dT%H:%M:%S}+0100"
        cube = {"label": dataset.label, "updated": updated} | _cube(dataset, _selected(dataset, wanted, periods, at))
    message = {"version": "2.0", "class": "dataset", "source": "ESTAT"} | cube
    message["extension"] = {"id": code.upper(), "agencyId": "ESTAT"}
    return Reply(body=json.dumps(message).encode(), content_type="application/json")


def _cube(dataset: Dataset, rows: Sequence[Row]) -> dict[str, object]:
    """Build JSON-stat's sparse objects from rows; ':' alone is a cell without a flag of its own."""
    names = (*dataset.dimensions, "time")
    codes = [_codes(row[place] for row in ((*row.key, row.period) for row in rows)) for place in range(len(names))]
    cells = sorted((_place(codes, (*row.key, row.period)), row) for row in rows)
    return {
        "value": {str(place): float(row.value) for place, row in cells if row.value != ":"},
        "status": {str(place): row.flag or ":" for place, row in cells if row.flag or row.value == ":"},
        "id": list(names),
        "size": [len(listed) for listed in codes],
        "dimension": {name: _dimension(name, listed) for name, listed in zip(names, codes, strict=True)},
    }


def _dimension(name: str, codes: Sequence[str]) -> dict[str, object]:
    index = {code: place for place, code in enumerate(codes)}
    return {"label": name, "category": {"index": index, "label": {code: code for code in codes}}}


def _codes(values: Iterable[str]) -> list[str]:
    return sorted(set(values))


def _place(codes: Sequence[Sequence[str]], cell: Sequence[str]) -> int:
    """Compute the row-major position of a cell, the last dimension fastest."""
    place = 0
    for listed, code in zip(codes, cell, strict=True):
        place = place * len(listed) + listed.index(code)
    return place
