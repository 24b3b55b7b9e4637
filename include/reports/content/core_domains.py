"""The partners' work for each core domain as a table: what was held, what was planned by now, and what is in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from include.reports.language.formats import NBSP, one_line
from include.reports.language.labels import Words

Rows = Sequence[Mapping[str, Any]]
# What belongs to none of the five stands below the table, so that sums can be made.
UNASSIGNED = "unassigned"


def said(rows: Rows, words: Words) -> dict[str, Any]:
    """`rows` as texts, always the domains of the strategy in its order; `notes` say what they count."""
    translate = words.catalog.gettext
    if not rows:
        return {"rows": [], "notes": []}
    notes = [translate("Activities, plan and companies: since 1 January. Reports: of this quarter.")]
    if any(row["plan_provenance"] not in (None, "published") for row in rows):
        notes.append(translate("The plan by core domain is illustrative, not official."))
    notes += [
        translate(
            "%(name)s: activities %(activities)s, plan %(planned)s, companies %(companies)s, reports in %(reports)s.",
            **_row(row, words),
        )
        for row in rows
        if row["core_domain_code"] == UNASSIGNED
    ]
    return {"rows": [_row(row, words) for row in rows if row["core_domain_code"] != UNASSIGNED], "notes": notes}


def _row(row: Mapping[str, Any], words: Words) -> dict[str, str]:
    translate = words.catalog.gettext
    received, due = row["reports_received_count"], row["reports_due_count"]
    planned = row["planned_activities_count"]
    reports = translate("%(received)s of %(due)s", received=received, due=due) if due else translate("none")
    return {
        "name": one_line(row["name"]),
        **{name: _count(row[f"{name}_count"], words) for name in ("activities", "companies")},
        "planned": translate("no plan") if planned is None else words.formats.number(planned),
        # On one line, however narrow its column.
        "reports": reports.replace(" ", NBSP),
    }


def _count(count: int | None, words: Words) -> str:
    return words.catalog.gettext("no figure") if count is None else words.formats.number(count)
