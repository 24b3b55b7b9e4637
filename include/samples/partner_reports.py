"""The partners' workbooks, as their feeds had them at a moment: what arrived, when, and what is wrong with it.

Faults are few and named here, so that rejection, quarantine, a nil return, a missing report and a corrected one are all
seen in the first run. A workbook is made when first asked for; its bytes may be kept in a folder.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import cast

from include.partners.columns import Language
from include.partners.template import write_workbook
from include.samples.allotment import dice
from include.samples.partner_work import LAST_PERIOD, Activity, activities, contracts, is_due, quarter_end
from include.samples.replying import Reply, missing, morning

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOTHING_YET = ("fedustria-2022", LAST_PERIOD)
NOT_A_WORKBOOK = ("vil-2022", LAST_PERIOD)
NIL_RETURN = ("flega-2022", LAST_PERIOD)
# Contract and quarter -> day of the corrected version, and what it says of the first activity.
CORRECTED: dict[tuple[str, str], tuple[str, Activity]] = {
    ("dsp-valley-2022", "2025-Q4"): ("2026-08-17", {"participants_count": 52, "companies_count": 41}),
}
# Slips of the pen in the first activity of the last quarter's reports.
SLIPS: dict[str, Callable[[Activity], Activity]] = {
    "agoria-2022": lambda row: {"companies_count": cast("int", row["participants_count"]) + 12},
    "fevia-2022": lambda _: {"start_date": "31/09/2026"},
    "flux50-2022": lambda row: {"end_date": cast("date", row["start_date"]) - timedelta(days=7)},
    "unizo-2022": lambda _: {"market_codes": ["XQ"]},
    "voka-2022": lambda _: {"participants_count": "4O"},
}
ERROR_PAGE = b"""<!DOCTYPE html>
<html lang="nl"><head><title>Aanmelden</title></head>
<body><h1>Uw sessie is verlopen</h1><p>Meld u opnieuw aan om dit document te openen.</p></body></html>
"""


class Workbooks:
    """The feeds of all partners.

    Args:
        folder: where made workbooks are kept between runs; None keeps them in memory only.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._made: dict[str, bytes] = {}

    def answer(self, path: str, at: datetime) -> Reply:
        """The reply to a path below /partners ('agoria/2026-Q3.xlsx'), as it stood at a moment."""
        place = _places().get(path)
        if place is None:
            return missing("Not Found")
        sent = sent_at(*place, at)
        if sent is None:
            return missing("Not Found")
        body = ERROR_PAGE if place == NOT_A_WORKBOOK else self._workbook(*place, sent)
        return Reply(body=body, content_type=CONTENT_TYPE, released_at=sent)

    def _workbook(self, contract_code: str, period: str, sent: datetime) -> bytes:
        contract, rows = contracts()[contract_code], reported(contract_code, period, sent)
        # Named after its contents: a folder kept from an older version of this code is not believed.
        name = hashlib.sha256(json.dumps([contract, period, rows], default=str, sort_keys=True).encode()).hexdigest()
        kept = self._folder / f"{name}.xlsx" if self._folder else None
        if name not in self._made and kept and kept.exists():
            self._made[name] = kept.read_bytes()
        if name not in self._made:
            self._made[name] = write_workbook(contract, period, _language(contract), rows, is_nil=not rows)
            if kept:
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes(self._made[name])
        return self._made[name]


def sent_at(contract_code: str, period: str, at: datetime) -> datetime | None:
    """When the version that stood at a moment was sent; None when nothing had been sent."""
    if (contract_code, period) == NOTHING_YET or not is_due(contract_code, period):
        return None
    roll = dice("sent", contract_code, period)
    days = roll(5, 14) if period == LAST_PERIOD else roll(12, 26)
    sent = [morning(str(quarter_end(period) + timedelta(days=days)))]
    if (contract_code, period) in CORRECTED:
        sent.append(morning(CORRECTED[contract_code, period][0]))
    return max((moment for moment in sent if moment <= at), default=None)


def reported(contract_code: str, period: str, at: datetime) -> list[Activity]:
    """The rows of the version that stood at a moment, slips and all; none for a nil return."""
    place = (contract_code, period)
    if place == NIL_RETURN:
        return []
    rows = activities(contract_code, period)
    if period == LAST_PERIOD and contract_code in SLIPS:
        rows[0] |= SLIPS[contract_code](rows[0])
    if place in CORRECTED and at >= morning(CORRECTED[place][0]):
        rows[0] |= CORRECTED[place][1]
    return rows


def _places() -> dict[str, tuple[str, str]]:
    first, last = 2022, int(LAST_PERIOD[:4])
    periods = [f"{year}-Q{quarter}" for year in range(first, last + 1) for quarter in range(1, 5)]
    return {f"{c['feed_path']}/{period}.xlsx": (code, period) for code, c in contracts().items() for period in periods}


def _language(contract: Mapping[str, str]) -> Language:
    return "en" if contract["language_code"] == "en" else "nl"
