"""NBB.Stat's data query in SDMX-CSV 1.0: BOM, then a row per observation, ordered by key.

Oddities kept: each cube in its own power of ten (UNIT_MULT), provisional marks on recent periods only and never on
revised ones, aggregates among the countries, an observation under embargo, 404 as plain text for unknown keys.
Unlike the real server, this one sends Last-Modified and ETag, so that the code for them is used too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

from sandbox.sources import nbb_exporters, nbb_fdi, nbb_regional, nbb_trade
from sandbox.sources.nbb_cube import Cube
from sandbox.sources.reply import Reply, morning_of, not_found

CUBES: dict[str, Cube] = {
    f"data/BE2,{cube.flow},1.0/": cube
    for cube in (*nbb_trade.CUBES, nbb_fdi.CUBE, nbb_regional.CUBE, *nbb_exporters.CUBES)
}
CONSTRAINT = "contentconstraint/BE2/CR_A_"
PATH = f"data/BE2,{nbb_trade.FLEMISH.flow},1.0/"
HEADER = nbb_trade.FLEMISH.header
CONTENT_TYPE = "application/vnd.sdmx.data+csv;version=1.0.0"


def answer_nbb(path: str, query: Mapping[str, str], at: datetime) -> Reply:
    """Answer a query below /nbb/rest from the newest publication at a moment."""
    if path.startswith(CONSTRAINT):
        return _constraint(path.removeprefix(CONSTRAINT).partition("/")[0], at)
    flow, _, key_text = path.rpartition("/")
    cube, key = CUBES.get(flow + "/"), tuple(key_text.split("."))
    if cube is None or len(key) != len(cube.dimensions):
        return not_found("Could not find Dataflow and/or DSD related with this data request")
    published = [day for day in cube.days if morning_of(day) <= at]
    if not published:
        return not_found("NoRecordsFound")
    body = _csv(flow + "/", published[-1], key, query.get("startPeriod", ""), query.get("endPeriod", "9999"))
    if not body:
        return not_found("NoRecordsFound")
    return Reply(body=body, content_type=CONTENT_TYPE, released_at=morning_of(published[-1]))


def _constraint(flow: str, at: datetime) -> Reply:
    """Answer the content constraint of a dataflow, reduced to the date of its publication."""
    cube = CUBES.get(f"data/BE2,{flow},1.0/")
    published = [day for day in cube.days if morning_of(day) <= at] if cube else []
    if not published:
        return not_found("NoResultsFound")
    valid_from = f"{morning_of(published[-1]).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    about = {"id": f"CR_A_{flow}", "version": "1.0", "agencyID": "BE2", "validFrom": valid_from, "type": "Actual"}
    body = json.dumps({"data": {"contentConstraints": [about]}})
    return Reply(body=body.encode(), content_type="application/vnd.sdmx.structure+json;version=1.0")


@lru_cache(maxsize=3)
def _csv(path: str, day: str, key: tuple[str, ...], start: str, end: str) -> bytes:
    return CUBES[path].csv(day, key, start, end)
