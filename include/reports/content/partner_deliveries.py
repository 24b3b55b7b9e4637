"""Which partners' reports of a quarter are in, as a table of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import psycopg

from include.reports.language.catalog import phrase
from include.reports.language.formats import one_line
from include.reports.language.labels import Words

Rows = Sequence[Mapping[str, Any]]
_STATES = {
    "received": phrase("received"),
    "nil": phrase("received, nothing to report"),
    "quarantined": phrase("received, not readable"),
    "missing": phrase("not in"),
}
_QUERY = """
    select partner_name, contract_code, state, due_date, handed_in_at, is_on_time, is_overdue, activity_count,
        rejected_row_count
    from mart.partner_report where period = %s
    order by state = 'missing' desc, state = 'quarantined' desc, partner_name, contract_code"""


def read(cursor: psycopg.Cursor[Any], period: str) -> Rows:
    """The reports that are due for a quarter, those that are not in first; as of the cursor's moment."""
    found: Rows = cursor.execute(_QUERY, (period,)).fetchall()
    return found


def said(rows: Rows, words: Words) -> dict[str, Any]:
    """`summary`, and of each report its texts."""
    received = sum(row["state"] in ("received", "nil") for row in rows)
    summary = words.catalog.gettext(
        "%(received)s of %(due)s reports are in and readable, %(on_time)s in time; %(rows)s rows were rejected.",
        received=received,
        due=len(rows),
        on_time=sum(bool(row["is_on_time"]) and row["state"] in ("received", "nil") for row in rows),
        rows=words.formats.number(sum(row["rejected_row_count"] or 0 for row in rows)),
    )
    return {"summary": summary, "rows": [_row(row, words) for row in rows]}


def _row(row: Mapping[str, Any], words: Words) -> dict[str, str]:
    translate = words.catalog.gettext
    in_words = _STATES[row["state"]]
    state = translate(in_words)
    late = row["is_overdue"] or row["is_on_time"] is False
    counts = {"accepted": row["activity_count"], "rejected": row["rejected_row_count"]}
    return {
        "name": one_line(row["partner_name"]),
        "state": translate("%(state)s, too late", state=state) if late else state,
        "due": _day(row["due_date"], words),
        "handed_in": _day(row["handed_in_at"], words) if row["handed_in_at"] else translate("no"),
        **{name: translate("none") if count is None else words.formats.number(count) for name, count in counts.items()},
    }


def _day(given: date | datetime, words: Words) -> str:
    return words.formats.moment(given) if isinstance(given, datetime) else words.formats.day(given)
