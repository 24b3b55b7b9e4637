"""NBB.Stat's data query, answered in its SDMX-CSV 1.0: BOM, then one row per observation in the order of the keys.

Oddities kept: each cube in its own power of ten (UNIT_MULT), provisional marks on recent periods only and never on
revised ones, aggregates among the countries, an observation under embargo, 404 as plain text for what is not there.
Unlike the real one, this server sends Last-Modified and ETag, so that those paths are used too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

from sandbox.sources import nbb_exporters, nbb_fdi, nbb_regional, nbb_trade
from sandbox.sources.nbb_cube import Cube
from sandbox.sources.replying import Reply, missing, morning

CUBES: dict[str, Cube] = {
    f"data/BE2,{cube.flow},1.0/": cube
    for cube in (*nbb_trade.CUBES, nbb_fdi.CUBE, nbb_regional.CUBE, *nbb_exporters.CUBES)
}
CONSTRAINT = "contentconstraint/BE2/CR_A_"
PATH = f"data/BE2,{nbb_trade.FLEMISH.flow},1.0/"
HEADER = nbb_trade.FLEMISH.header
CONTENT_TYPE = "application/vnd.sdmx.data+csv;version=1.0.0"


def answer(path: str, query: Mapping[str, str], at: datetime) -> Reply:
    """The reply to a query below /nbb/rest, from the newest publication at a moment."""
    if path.startswith(CONSTRAINT):
        return _constraint(path.removeprefix(CONSTRAINT).partition("/")[0], at)
    flow, _, asked = path.rpartition("/")
    cube, key = CUBES.get(flow + "/"), tuple(asked.split("."))
    if cube is None or len(key) != len(cube.dimensions):
        return missing("Could not find Dataflow and/or DSD related with this data request")
    published = [day for day in cube.days if morning(day) <= at]
    if not published:
        return missing("NoRecordsFound")
    body = _csv(flow + "/", published[-1], key, query.get("startPeriod", ""), query.get("endPeriod", "9999"))
    if not body:
        return missing("NoRecordsFound")
    return Reply(body=body, content_type=CONTENT_TYPE, released_at=morning(published[-1]))


def _constraint(flow: str, at: datetime) -> Reply:
    """What a dataflow holds, made anew with every publication; of the real one only what says when."""
    cube = CUBES.get(f"data/BE2,{flow},1.0/")
    published = [day for day in cube.days if morning(day) <= at] if cube else []
    if not published:
        return missing("NoResultsFound")
    made = f"{morning(published[-1]).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    about = {"id": f"CR_A_{flow}", "version": "1.0", "agencyID": "BE2", "validFrom": made, "type": "Actual"}
    body = json.dumps({"data": {"contentConstraints": [about]}})
    return Reply(body=body.encode(), content_type="application/vnd.sdmx.structure+json;version=1.0")


@lru_cache(maxsize=3)
def _csv(path: str, day: str, key: tuple[str, ...], start: str, end: str) -> bytes:
    return CUBES[path].csv(day, key, start, end)
