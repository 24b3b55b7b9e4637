"""OECD's data query for direct investment flows, in the SDMX-CSV of `format=csvfile`.

All constructed. Belgium's flows follow Eurostat's of this world, at a dollar and a tenth. Oddities kept: thirteen
dimensions, alpha-3 codes, negative flows, NaN for all of Ireland's cut without special purpose entities and for
small partners, and 404 with a text for unknown keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from sandbox.sources import eurostat_fdi
from sandbox.sources.allotment import dice
from sandbox.sources.eurostat_dataset import format_tenths
from sandbox.sources.reply import Reply, morning_of, not_found

CONTENT_TYPE = "application/vnd.sdmx.data+csv;version=1.0.0"
DATAFLOW = "OECD.DAF.INV:DSD_FDI@DF_FDI_FLOW_CTRY(1.0)"
PATH = "data/OECD.DAF.INV,DSD_FDI@DF_FDI_FLOW_CTRY,1.0/"
HEADER = (
    "DATAFLOW,REF_AREA,MEASURE,UNIT_MEASURE,MEASURE_PRINCIPLE,ACCOUNTING_ENTRY,TYPE_ENTITY,FDI_COMP,SECTOR,"
    "COUNTERPART_AREA,LEVEL_COUNTERPART,ACTIVITY,FREQ,FDI_COLLECTION_ID,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MULT,"
    "DECIMALS,CURRENCY\n"
)
FIRST_YEAR = 2013
# USD million that usually flow in a year; Belgium's are Eurostat's.
USUAL = {"NLD": 60_000, "DEU": 55_000, "FRA": 40_000, "DNK": 7_000, "IRL": 30_000}
# Partner -> its share, per mille, and Eurostat's code for it.
PARTNERS = {
    "W": (1000, "WRL_REST"), "USA": (190, "US"), "CHN": (15, "CN"), "GBR": (120, "UK"), "DEU": (110, ""),
    "FRA": (140, ""), "NLD": (170, ""), "IND": (4, "IN"), "JPN": (20, ""), "VNM": (1, "VN"),
}  # fmt: skip
USD_PER_EUR_PERCENT = 110


def answer_oecd(path: str, query: Mapping[str, str], at: datetime) -> Reply:
    """Answer a query below /oecd as of a moment."""
    key = path.removeprefix(PATH).split(".")
    if not path.startswith(PATH) or len(key) != 13:
        return not_found("NoRecordsFound")
    wanted = [frozenset(filter(None, part.split("+"))) for part in key]
    start, end = query.get("startPeriod", ""), query.get("endPeriod", "9999")
    lines = [
        f"{DATAFLOW},{','.join(codes)},{year},{value},{'M' if value == 'NaN' else 'A'},6,1,USD\n"
        for codes in _keys()
        if all(not some or code in some for some, code in zip(wanted, codes, strict=True))
        for year in range(FIRST_YEAR, newest_oecd_year(at) + 1)
        if start <= str(year) <= end
        for value in [_value(codes, year)]
    ]
    if not lines:
        return not_found("NoRecordsFound")
    return Reply(body=(HEADER + "".join(lines)).encode(), content_type=CONTENT_TYPE)


def newest_oecd_year(at: datetime) -> int:
    """Return the newest year that is published: at the end of April of the year after it."""
    return at.year - (1 if at >= morning_of(f"{at.year}-04-28") else 2)


def _keys() -> Iterator[tuple[str, ...]]:
    for area in ("BEL", *USUAL):
        for principle in ("DI", "DO"):
            for entity in ("ALL", "ROU"):
                for partner in PARTNERS:
                    if partner != area:
                        yield (area, "T_FA_F", "USD_EXC", principle, "NET_FDI", entity, "D", "S1", partner, "IMC",
                               "_T", "A", "CTRY_IND")  # fmt: skip


def _value(codes: tuple[str, ...], year: int) -> str:
    area, principle, entity, partner = codes[0], codes[3], codes[5], codes[8]
    if (area, entity) == ("IRL", "ROU") or (partner == "VNM" and year % 2):
        return "NaN"
    share, name = PARTNERS[partner]
    if area == "BEL" and name:
        euro = eurostat_fdi.yearly_flow("BE", "NI" if principle == "DI" else "NO", name, year)
        amount = euro * USD_PER_EUR_PERCENT // 100
    else:
        amount = USUAL.get(area, 10_000) * 10 * share // 1000 * dice("oecd", area, principle, partner, year)(-60, 240)
        amount //= 100
    return format_tenths(amount if entity == "ALL" else amount * 7 // 10)
