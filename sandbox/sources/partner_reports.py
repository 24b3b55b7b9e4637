"""The partners' workbooks, as their feeds had them at a moment, with a few faults.

The faults are named here, so that rejection, quarantine, a nil return, a missing report and a corrected report all show
in the first run. A workbook is made on the first request; its bytes may be kept in a folder.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from include.partners.lists import Language
from include.partners.template import write_workbook
from sandbox.sources.allotment import dice
from sandbox.sources.partner_details import OLD_TEMPLATE, build_companies, build_follow_ups, has_details
from sandbox.sources.partner_work import (
    LAST_PERIOD,
    Activity,
    build_activities,
    is_due,
    list_quarters,
    quarter_end,
    read_contracts,
)
from sandbox.sources.reply import Reply, morning_of, not_found

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOTHING_YET = ("fedustria-2022", LAST_PERIOD)
NOT_A_WORKBOOK = ("vil-2022", LAST_PERIOD)
NIL_RETURN = ("flega-2022", LAST_PERIOD)
# Contract and quarter -> day of the corrected version, and the corrected cells of the first activity.
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
        folder: keeps the workbooks between runs; None keeps them in memory only.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._workbooks: dict[str, bytes] = {}

    def answer_partners(self, path: str, at: datetime) -> Reply:
        """Answer a path below /partners ('agoria/2026-Q3.xlsx'), as it stood at a moment."""
        place = _places().get(path)
        if place is None:
            return not_found("Not Found")
        sent = find_sent_at(*place, at)
        if sent is None:
            return not_found("Not Found")
        if path.endswith(".csv"):
            from sandbox.sources.partner_feeds import build_csv

            return Reply(body=build_csv(*place, report_rows(*place, sent)), content_type="text/csv", released_at=sent)
        body = ERROR_PAGE if place == NOT_A_WORKBOOK else self._workbook(*place, sent)
        return Reply(body=body, content_type=CONTENT_TYPE, released_at=sent)

    def _workbook(self, contract_code: str, period: str, sent: datetime) -> bytes:
        contract, rows = read_contracts()[contract_code], report_rows(contract_code, period, sent)
        extras = report_extras(contract_code, period, sent)
        # Named after its contents, so that a file of an older version of this code is never used.
        name = hashlib.sha256(
            json.dumps([contract, period, rows, extras], default=str, sort_keys=True).encode()
        ).hexdigest()
        file = self._folder / f"{name}.xlsx" if self._folder else None
        if name not in self._workbooks and file and file.exists():
            self._workbooks[name] = file.read_bytes()
        if name not in self._workbooks:
            self._workbooks[name] = write_workbook(contract, period, language_of(contract), rows, not rows, **extras)
            if file:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(self._workbooks[name])
        return self._workbooks[name]


def find_sent_at(contract_code: str, period: str, at: datetime) -> datetime | None:
    """Return when the version that stood at a moment was sent; None when nothing had been sent."""
    if (contract_code, period) == NOTHING_YET or not is_due(contract_code, period):
        return None
    roll = dice("sent", contract_code, period)
    days = roll(5, 14) if period == LAST_PERIOD else roll(12, 26)
    sent = [morning_of(str(quarter_end(period) + timedelta(days=days)))]
    if (contract_code, period) in CORRECTED:
        sent.append(morning_of(CORRECTED[contract_code, period][0]))
    return max((moment for moment in sent if moment <= at), default=None)


def report_rows(contract_code: str, period: str, at: datetime) -> list[Activity]:
    """Build the rows of the version that stood at a moment, slips included.

    A nil return has none.
    """
    place = (contract_code, period)
    if place == NIL_RETURN:
        return []
    rows = build_activities(contract_code, period)
    if period == LAST_PERIOD and contract_code in SLIPS:
        rows[0] |= SLIPS[contract_code](rows[0])
    if place in CORRECTED and at >= morning_of(CORRECTED[place][0]):
        rows[0] |= CORRECTED[place][1]
    return rows


def report_extras(contract_code: str, period: str, at: datetime) -> dict[str, Any]:
    """Build the parts of the version that stood at a moment beside its activities."""
    if not has_details(period):
        return {"template_version": OLD_TEMPLATE}
    rows = report_rows(contract_code, period, at)
    earlier = {6: _shifted(period, -2), 12: _shifted(period, -4)}
    activities = {months: build_activities(contract_code, then) for months, then in earlier.items()}
    is_corrected = (contract_code, period) in CORRECTED and at >= morning_of(CORRECTED[contract_code, period][0])
    return {
        "companies": build_companies(contract_code, period, rows),
        "follow_ups": build_follow_ups(contract_code, period, activities),
        "version_number": 2 if is_corrected else 1,
        "submitted_date": at.date(),
        "submitter": "reports",
        "stated_budget_used_eur": sum(cast("int", row["budget_used_eur"]) for row in rows),
    }


def _shifted(period: str, quarters_on: int) -> str:
    index = int(period[:4]) * 4 + int(period[-1]) - 1 + quarters_on
    return f"{index // 4}-Q{index % 4 + 1}"


def _places() -> dict[str, tuple[str, str]]:
    suffixes = ("xlsx", "csv")
    return {
        f"{c['feed_path']}/{period}.{suffix}": (code, period)
        for code, c in read_contracts().items()
        for period in list_quarters()
        for suffix in suffixes
        if suffix in ("xlsx", c["format_code"])
    }


def language_of(contract: Mapping[str, str]) -> Language:
    """Return the language of a contract's reports."""
    return "en" if contract["language_code"] == "en" else "nl"
