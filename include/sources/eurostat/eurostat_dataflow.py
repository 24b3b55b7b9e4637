"""Dataflows of Eurostat: SDMX 3.0 first and 2.1 when that fails, two dialects of one CSV.

Host of the connection, for all services: https://ec.europa.eu/eurostat/api. What is odd about them:
- 3.0 answers in SDMX-CSV 2.0 (STRUCTURE, STRUCTURE_ID), 2.1 in 1.0 (DATAFLOW, LAST UPDATE). Both are read into the same
  series; only 2.1 says when the data were updated, '15/09/26 11:00:00', sometimes without the time.
- Comext is another service beside the rest, under another path of the same host, and sends no OBS_FLAG.
- Lines may end in CRLF; what is missing is ':' or nothing; flags are letters (p provisional, c confidential, e
  estimated, n not significant), kept verbatim.
- Eurostat keeps no past versions: what we do not store is gone.
- More than about 5 million rows are refused with a notice, about half a million come asynchronously.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from include import sdmx
from include.sources.dataflow import TIME, VALUE, Expressions, data_request, dataflow
from include.sources.source import Probe, Request, Source

MAIN, COMEXT = "dissemination", "comext/dissemination"
ATTRIBUTES = ("DATAFLOW", "LAST UPDATE", "STRUCTURE", "STRUCTURE_ID", "OBS_FLAG", "CONF_STATUS")
DATASET = "split_part(coalesce(structure_id, dataflow), '(', 1)"
EXPRESSIONS: dict[str, str] = {
    "dataset": DATASET,
    "status": "obs_flag",
    "decimals": "null",
    "embargo": "null",
    "released": "last_update",
}


def eurostat_request(service: str, query: sdmx.Query) -> Request:
    """Build the request for a query to Eurostat: by SDMX 3.0, and by 2.1 when that fails.

    Args:
        service: MAIN, or COMEXT for dataflows whose code begins with DS-.
        query: the question, without form and base; its dimensions named.
    """
    newer = replace(
        query,
        form="3.0",
        base=f"{service}/sdmx/3.0",
        version="+",
        extra={"format": "csvdata", "formatVersion": "2.0"},
    )
    older = replace(query, form="short", base=f"{service}/sdmx/2.1", extra={"format": "SDMX-CSV"})
    return replace(
        data_request(newer, accept=(sdmx.CSV_2_0, sdmx.CSV_1_0), freshness_probe=freshness_probe(service, query.flow)),
        split=lambda: tuple(replace(eurostat_request(service, half), may_be_absent=True) for half in query.split()),
        fallback=data_request(older),
    )


def freshness_probe(service: str, flow: str) -> Probe:
    """Build the probe of a dataflow: its own note of its last update, kilobytes."""
    return Probe(
        path=sdmx.structure_path("ESTAT", flow, "1.0", base=f"{service}/sdmx/2.1"),
        accept=sdmx.STRUCTURE_XML,
        pattern=sdmx.EUROSTAT_CHANGED,
    )


def eurostat_dataflow(*, dimensions: tuple[str, ...], expressions: dict[str, str], **entry: Any) -> Source:
    """Build the register's entry of a dataflow of Eurostat, on the connection `eurostat`.

    Args:
        dimensions: its words in the order of the key.
        expressions: its own arguments of Expressions: definition, unit, multiplier, ...
        entry: other arguments of Source.
    """
    general: dict[str, Any] = {
        "owner": "statistics",
        "licence": "Free reuse with Eurostat named as source; data of some non-EU countries excepted.",
        "conn_id": "eurostat",
        "reader": sdmx.csv_2_blocks,
        "words": (TIME, VALUE),
        "attributes": ATTRIBUTES,
    }
    return dataflow(
        dimensions=dimensions, expressions=Expressions(**{**EXPRESSIONS, **expressions}), **{**general, **entry}
    )
