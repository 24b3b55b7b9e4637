"""What is broken right now, as a part of the page: each with since when, how much, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from include.reports.language.catalog import phrase
from include.reports.language.formats import one_line
from include.reports.language.labels import Words

# Few enough to read; the mart has all.
SHOWN = 50
LONGEST = 300
WHAT = {
    "quarantined_batch": phrase("Delivery set aside"),
    "rejected_rows": phrase("Rejected rows"),
    "late_source": phrase("Source is late"),
    "correction_expired": phrase("Correction that the source has overtaken"),
    "correction_unmatched": phrase("Correction of a value that does not exist"),
    "mail_in_doubt": phrase("Mail of which nobody knows whether it arrived"),
    "mail_refused": phrase("Mail refused"),
    "mail_deferred": phrase("Mail put off"),
}
REMEDY = {
    "quarantined_batch": phrase("Nothing of it was loaded. Do what the detail says, then load it again."),
    "rejected_rows": phrase("The other rows were loaded. Wait for a corrected delivery, or ask for one."),
    "late_source": phrase("See whether its DAG runs; if so, the source has nothing new: look at its own pages."),
    "mail_in_doubt": phrase("Ask the person, or the log of the mail server; it is never sent again by itself."),
    "mail_refused": phrase("Correct the address in the list of recipients."),
    "mail_deferred": phrase("The next run tries again; after three days, ask the operator of the mail server."),
}


def read(cursor: psycopg.Cursor[Any]) -> Sequence[Mapping[str, Any]]:
    """The open problems as of the moment that the cursor answers for, the oldest first."""
    return cursor.execute(
        "select * from mart.open_problem order by problem_code, since nulls first, subject"
    ).fetchall()


def said(rows: Sequence[Mapping[str, Any]], words: Words) -> dict[str, Any]:
    """`rows` as texts, and how many `more` there are; what partners wrote is for the template to escape."""
    return {"rows": [_row(row, words) for row in rows[:SHOWN]], "more": max(0, len(rows) - SHOWN)}


def _row(row: Mapping[str, Any], words: Words) -> dict[str, str]:
    detail = one_line(row["detail"] or "")
    what, todo = (texts[row["problem_code"]] for texts in (WHAT, REMEDY))
    return {
        "what": words.catalog.gettext(what),
        "subject": row["subject"],
        "count": words.formats.number(row["item_count"]),
        "since": words.formats.moment(row["since"]) if row["since"] else words.catalog.gettext("never loaded"),
        "todo": words.catalog.gettext(todo),
        "detail": detail if len(detail) <= LONGEST else detail[: LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}",
        "runbook": row["runbook"],
    }
