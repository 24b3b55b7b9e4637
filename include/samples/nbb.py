"""NBB.Stat's data query, answered in its SDMX-CSV 1.0: BOM, then one row per observation in the order of the keys.

Oddities kept: values in thousand EUR (UNIT_MULT 3), provisional marks on recent months only and never on revised
ones, aggregates among the countries, 404 as plain text for what is not there. Unlike the real one, this server sends
Last-Modified and ETag, so that those paths are used too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from include.samples.figures import TRADE_VINTAGES
from include.samples.replying import Reply, missing, morning
from include.samples.trade import month_name, month_number, vintage

DATAFLOW = "BE2:DF_EXTTRADEVLNAT_Overview(1.0)"
PATH = "data/BE2,DF_EXTTRADEVLNAT_Overview,1.0/"
CONTENT_TYPE = "application/vnd.sdmx.data+csv;version=1.0.0"
DIMENSIONS = ("REPORTING", "COUNTRY", "PRODUCT", "FLOW", "CONCEPT", "DATATYPE", "FREQ")
HEADER = (
    "\ufeffDATAFLOW,REPORTING,COUNTRY,PRODUCT,FLOW,CONCEPT,DATATYPE,FREQ,TIME_PERIOD,OBS_VALUE,OBS_STATUS,CONF_STATUS,"
    "UNIT_MEASURE,UNIT_MULT,EMBARGO_TIME,DECIMALS\n"
)
FIXED = {"REPORTING": "VL", "CONCEPT": "COM", "DATATYPE": "VAL", "FREQ": "M"}
PROVISIONAL_MONTHS = 12


def answer(path: str, query: Mapping[str, str], at: datetime) -> Reply:
    """The reply to a query below /nbb/rest, from the newest publication at a moment."""
    published = [day for day in TRADE_VINTAGES if morning(day) <= at]
    key = path.removeprefix(PATH).split(".")
    if not path.startswith(PATH) or len(key) != len(DIMENSIONS):
        return missing("Could not find Dataflow and/or DSD related with this data request")
    if not published:
        return missing("NoRecordsFound")
    body = _csv(published[-1], tuple(key), query.get("startPeriod", ""), query.get("endPeriod", "9999"))
    if not body:
        return missing("NoRecordsFound")
    return Reply(body=body, content_type=CONTENT_TYPE, released_at=morning(published[-1]))


@lru_cache(maxsize=3)
def _csv(day: str, key: tuple[str, ...], start: str, end: str) -> bytes:
    """The CSV of the months from start to end, or nothing when the key fits no series."""
    wanted = {name: frozenset(filter(None, part.split("+"))) for name, part in zip(DIMENSIONS, key, strict=True)}
    if any(wanted[name] and code not in wanted[name] for name, code in FIXED.items()):
        return b""
    last = month_number(TRADE_VINTAGES[day])
    months = [number for number in range(last + 1) if start <= month_name(number) <= end + "~"]
    tails = [(number, f",M,{month_name(number)},", _tail(last - number < PROVISIONAL_MONTHS)) for number in months]
    lines = [HEADER]
    for (country, section, flow), values in vintage(day).items():
        if _fits(wanted["COUNTRY"], country) and _fits(wanted["PRODUCT"], section) and _fits(wanted["FLOW"], flow):
            head = f"{DATAFLOW},VL,{country},{section},{flow},COM,VAL"
            lines += [f"{head}{period}{values[number]}{tail}" for number, period, tail in tails]
    return "".join(lines).encode() if len(lines) > 1 else b""


def _fits(wanted: frozenset[str], code: str) -> bool:
    return not wanted or code in wanted


def _tail(is_provisional: bool) -> str:
    return f",{'P' if is_provisional else 'A'},F,EUR,3,,0\n"
