"""Feeds other than workbooks over HTTP: JSON pages behind a token, CSV, a folder of files.

include/sources/reference/contract_feed.csv names the feed of each partner. The rows are those of `partner_reports`,
faults included; only the wire format differs.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from include.partners.columns import COLUMNS, FACTS, TEMPLATE_VERSION
from include.partners.lists import word_of
from sandbox.sources import TODAY
from sandbox.sources.partner_reports import Workbooks, find_sent_at, language_of, report_extras, report_rows
from sandbox.sources.partner_work import Activity, list_quarters, read_contracts
from sandbox.sources.reply import PARTNER_API_TOKEN, Reply, not_found

PER_PAGE = 2


def build_page(contract_code: str, period: str, number: int, at: datetime) -> Reply:
    """Build a page, counted from 1, of the report that stood at a moment."""
    sent = find_sent_at(contract_code, period, at)
    rows = report_rows(contract_code, period, sent) if sent else []
    start = (number - 1) * PER_PAGE
    if sent is None or number < 1 or (start and start >= len(rows)):
        return not_found("Not Found")
    extras = report_extras(contract_code, period, sent)
    lists: dict[str, list[object]] = {name: extras.pop(name) for name in ("companies", "follow_ups") if name in extras}
    has_more = start + PER_PAGE < len(rows)
    page: dict[str, object] = {
        **_facts(contract_code, period),
        **extras,
        "is_nil": not rows,
        "total": len(rows) + sum(map(len, lists.values())),
        "activities": rows[start : start + PER_PAGE],
        "next": f"?page={number + 1}" if has_more else None,
    }
    if not has_more:
        page |= lists
    body = json.dumps(page, default=str, ensure_ascii=False).encode()
    return Reply(body=body, content_type="application/json", released_at=sent)


def answer_partner_api(path: str, query: Mapping[str, str], authorization: str | None, at: datetime) -> Reply:
    """Answer a path below /partner-api ('voka/2026-Q3.json'): 401 without the token."""
    if authorization != f"Bearer {PARTNER_API_TOKEN}":
        return Reply(body=b"Unauthorized", content_type="text/plain", status=401)
    feed_path, _, period = path.removesuffix(".json").rpartition("/")
    number = query.get("page", "1")
    for code, contract in read_contracts().items():
        if contract["feed_path"] == feed_path and contract["format_code"] == "json" and number.isdecimal():
            return build_page(code, period, int(number), at)
    return not_found("Not Found")


def build_csv(contract_code: str, period: str, rows: Sequence[Activity]) -> bytes:
    """Build a report's CSV as Excel saves it in Belgium: semicolons, decimal comma, day first."""
    contract, target = read_contracts()[contract_code], io.StringIO()
    language = language_of(contract)
    facts = {**_facts(contract_code, period), "is_nil": word_of("yes_no", str(not rows).lower(), language)}
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerows((getattr(fact, language), facts.get(fact.name, "")) for fact in FACTS)
    writer.writerow(())
    writer.writerow(getattr(column, language) for column in COLUMNS)
    writer.writerows([_belgian(row.get(column.name)) for column in COLUMNS] for row in rows)
    return target.getvalue().encode("utf-8-sig")


def write_folder(folder: Path, at: datetime = TODAY) -> int:
    """Write the files of the partners that hand in by folder; returns their number."""
    workbooks, count = Workbooks(), 0
    for contract in read_contracts().values():
        for period in list_quarters() if contract["feed_kind_code"] == "folder" else ():
            reply = workbooks.answer_partners(f"{contract['feed_path']}/{period}.xlsx", at)
            if reply.status == 200:
                target = folder / contract["feed_path"] / f"{period}.xlsx"
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(reply.body)
                # The file gets the age of the report, not of this copy.
                if reply.released_at:
                    os.utime(target, times=(reply.released_at.timestamp(),) * 2)
                count += 1
    return count


def _facts(contract_code: str, period: str) -> dict[str, str]:
    return {
        "contract_code": contract_code,
        "partner": read_contracts()[contract_code]["name"],
        "period": period,
        "template_version": TEMPLATE_VERSION,
    }


def _belgian(value: object) -> str:
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float):
        return f"{value:.2f}".replace(".", ",")
    return ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
