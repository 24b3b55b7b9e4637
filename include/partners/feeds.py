"""Read a partner's report from a workbook, a CSV file or the pages of a JSON feed.

Each becomes a workbook first, so that titles, number styles, dates and rules are the same for all, and every partner
can be answered with a workbook.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO


def read_report(payload: BinaryIO, scope: Mapping[str, str]) -> Iterator[bytes]:
    """Yield the report as blocks of CSV for staging; see include.partners.workbook_reader.

    Args:
        payload: the bytes as the partner sent them.
        scope: contract_code and period of the report, and the media_type it came as.

    Raises: what read_workbook raises; LayoutChanged, TruncatedReply, WrongContract for pages and CSV files.
    """
    from include.partners.workbook_reader import read_workbook

    grid = as_workbook(payload, scope)
    return read_workbook(grid, contract_code=scope["contract_code"], period=scope["period"])


def as_workbook(payload: BinaryIO, scope: Mapping[str, str]) -> BinaryIO:
    """Return the report as an .xlsx: the partner's own bytes, or its cells in a fresh one.

    A row of a CSV file keeps its line number; object n of a JSON list stands n rows below the titles. A workbook may
    stand in the place of a CSV file: it may be our answer to that file, mended.
    """
    kind = scope.get("media_type", "").partition(";")[0].strip().lower()
    name = f"partner_activity {scope['contract_code']} {scope['period']}"
    if kind.endswith("json"):
        from include.partners.json_feed import to_workbook

        return to_workbook(payload, name)
    if kind == "text/csv" and not _is_archive(payload):
        from include.partners.csv_feed import to_workbook

        return to_workbook(payload, name)
    return payload


def _is_archive(payload: BinaryIO) -> bool:
    head = payload.read(4)
    payload.seek(0)
    return head == b"PK\x03\x04"
