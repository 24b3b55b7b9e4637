"""What is broken right now, as a part of the page: each with since when, how much, and where it says what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import psycopg
from psycopg.rows import dict_row

from include.periods import ZONE
from include.reports.catalog import catalog, phrase

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
TITLE, NOTHING = phrase("What is broken right now"), phrase("Nothing that we know of.")
MORE = phrase("And %(count)s more: see mart.open_problem.")
HEADS = (phrase("What"), phrase("Where"), phrase("Number"), phrase("Since"), phrase("Detail"), phrase("What to do"))
_CELL = "padding: 6px 12px 6px 0; text-align: left; vertical-align: top; overflow-wrap: anywhere"


def read(cursor: psycopg.Cursor[Any]) -> Sequence[Mapping[str, Any]]:
    """The open problems as of the moment that the cursor answers for, the oldest first."""
    cursor.row_factory = dict_row
    return cursor.execute(
        "select * from mart.open_problem order by problem_code, since nulls first, subject"
    ).fetchall()


def section(rows: Sequence[Mapping[str, Any]], language: str) -> str:
    """The part of the page, as HTML; what partners wrote is escaped."""
    said = catalog(language)
    title = escape(said.gettext(TITLE))
    if not rows:
        return _framed(title, f"<p>{escape(said.gettext(NOTHING))}</p>")
    heads = "".join(f'<th scope="col" style="{_CELL}">{escape(said.gettext(head))}</th>' for head in HEADS)
    body = "".join(_row(row, language) for row in rows[:SHOWN])
    more = len(rows) - SHOWN
    rest = f"<p>{escape(said.gettext(MORE, count=more))}</p>" if more > 0 else ""
    # A table wider than a phone scrolls by itself; who has no mouse reaches it too.
    table = f'<table style="border-collapse: collapse; font-size: 14px"><thead><tr>{heads}</tr></thead>{body}</table>'
    return _framed(
        title, f'<div tabindex="0" role="region" aria-label="{title}" style="overflow-x: auto">{table}</div>{rest}'
    )


def _row(row: Mapping[str, Any], language: str) -> str:
    since = row["since"].astimezone(ZONE).date().isoformat() if row["since"] else ""
    detail = (row["detail"] or "").replace("\0", "")
    what = WHAT[row["problem_code"]]
    cells = (
        catalog(language).gettext(what),
        row["subject"],
        str(row["item_count"]),
        since,
        detail if len(detail) <= LONGEST else detail[: LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}",
        row["runbook"],
    )
    return "<tr>" + "".join(f'<td style="{_CELL}">{escape(cell)}</td>' for cell in cells) + "</tr>"


def _framed(title: str, content: str) -> str:
    style = "max-width: 960px; margin: 24px auto; padding: 0 16px; font: 15px/1.45 sans-serif"
    return (
        f'<section class="problems" style="{style}">\n<h2 style="font-size: 18px">{title}</h2>\n{content}\n</section>'
    )
