"""Tables as texts: core domains, reports of the partners, open problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from include.reports.language.catalog import phrase
from include.reports.language.formats import NBSP, one_line
from include.reports.language.labels import Words

Rows = Sequence[Mapping[str, Any]]
# Activities without one of the five core domains; written below the table, so that sums can be made.
UNASSIGNED = "unassigned"
# Few enough to read; mart.open_problem has all.
MAX_PROBLEMS, MAX_DETAIL_LENGTH = 50, 300
_REPORT_STATES = {
    "received": phrase("received"),
    "nil": phrase("received, nothing to report"),
    "quarantined": phrase("received, not readable"),
    "missing": phrase("not in"),
}
PROBLEM_NAMES = {
    "quarantined_batch": phrase("Delivery set aside"),
    "rejected_rows": phrase("Rejected rows"),
    "late_source": phrase("Source is late"),
    "correction_expired": phrase("Correction that the source has overtaken"),
    "correction_unmatched": phrase("Correction of a value that does not exist"),
    "mail_in_doubt": phrase("Mail of which nobody knows whether it arrived"),
    "mail_refused": phrase("Mail refused"),
    "mail_deferred": phrase("Mail put off"),
}
PROBLEM_REMEDIES = {
    "quarantined_batch": phrase("Nothing of it was loaded. Do what the detail says, then load it again."),
    "rejected_rows": phrase("The other rows were loaded. Wait for a corrected delivery, or ask for one."),
    "late_source": phrase("See whether its DAG runs; if so, the source has nothing new: look at its own pages."),
    "mail_in_doubt": phrase("Ask the person, or the log of the mail server; it is never sent again by itself."),
    "mail_refused": phrase("Correct the address in the list of recipients."),
    "mail_deferred": phrase("The next run tries again; after three days, ask the operator of the mail server."),
}


def core_domains_to_text(rows: Rows, words: Words) -> dict[str, Any]:
    """Write `rows`, the five domains, and `notes` on what they count."""
    translate = words.catalog.gettext
    if not rows:
        return {"rows": [], "notes": []}
    notes = [translate("Activities, plan and companies: since 1 January. Reports: of this quarter.")]
    if any(row["plan_provenance"] not in (None, "published") for row in rows):
        notes.append(translate("The plan by core domain is illustrative, not official."))
    texts = [_domain_to_text(row, words) | {"core_domain_code": row["core_domain_code"]} for row in rows]
    notes += [
        translate(
            "%(name)s: activities %(activities)s, plan %(planned)s, companies %(companies)s, reports in %(reports)s.",
            name=row["name"],
            activities=row["activities_count"],
            planned=row["planned_activities_count"],
            companies=row["companies_count"],
            reports=row["reports_received_count"],
        )
        for row in texts
        if row["core_domain_code"] == UNASSIGNED
    ]
    return {"rows": [row for row in texts if row["core_domain_code"] != UNASSIGNED], "notes": notes}


def _domain_to_text(row: Mapping[str, Any], words: Words) -> dict[str, str]:
    translate = words.catalog.gettext
    received, due = row["reports_received_count"], row["reports_due_count"]
    planned = row["planned_activities_count"]
    reports = translate("%(received)s of %(due)s", received=received, due=due) if due else translate("none")
    return {
        "name": one_line(row["name"]),
        "activities_count": _count(row["activities_count"], words),
        "companies_count": _count(row["companies_count"], words),
        "planned_activities_count": translate("no plan") if planned is None else words.formats.number(planned),
        # On one line, however narrow its column.
        "reports_received_count": reports.replace(" ", NBSP),
    }


def _count(count: int | None, words: Words) -> str:
    return words.catalog.gettext("no figure") if count is None else words.formats.number(count)


def partner_reports_to_text(rows: Rows, words: Words) -> dict[str, Any]:
    """Write a `summary` and the `rows` of the partners' reports."""
    received = sum(row["state"] in ("received", "nil") for row in rows)
    summary = words.catalog.gettext(
        "%(received)s of %(due)s reports are in and readable, %(on_time)s in time; %(rows)s rows were rejected.",
        received=received,
        due=len(rows),
        on_time=sum(bool(row["is_on_time"]) and row["state"] in ("received", "nil") for row in rows),
        rows=words.formats.number(sum(row["rejected_row_count"] or 0 for row in rows)),
    )
    return {"summary": summary, "rows": [_report_to_text(row, words) for row in rows]}


def _report_to_text(row: Mapping[str, Any], words: Words) -> dict[str, str]:
    translate = words.catalog.gettext
    state_name = _REPORT_STATES[row["state"]]
    state = translate(state_name)
    is_late = row["is_overdue"] or row["is_on_time"] is False
    counts = {name: row[name] for name in ("activity_count", "rejected_row_count")}
    return {
        "partner_name": one_line(row["partner_name"]),
        "state": translate("%(state)s, too late", state=state) if is_late else state,
        "due_date": _day(row["due_date"], words),
        "handed_in_at": _day(row["handed_in_at"], words) if row["handed_in_at"] else translate("no"),
        **{name: translate("none") if count is None else words.formats.number(count) for name, count in counts.items()},
    }


def _day(given: date | datetime, words: Words) -> str:
    return words.formats.moment(given) if isinstance(given, datetime) else words.formats.day(given)


def open_problems_to_text(rows: Rows, words: Words) -> dict[str, Any]:
    """Write `rows` and how many `more` there are; the template escapes what partners wrote."""
    shown = [_problem_to_text(row, words) for row in rows[:MAX_PROBLEMS]]
    return {"rows": shown, "more": max(0, len(rows) - MAX_PROBLEMS)}


def _problem_to_text(row: Mapping[str, Any], words: Words) -> dict[str, str]:
    detail = one_line(row["detail"] or "")
    if len(detail) > MAX_DETAIL_LENGTH:
        detail = detail[: MAX_DETAIL_LENGTH - 1] + "\N{HORIZONTAL ELLIPSIS}"
    name, remedy = (texts[row["problem_code"]] for texts in (PROBLEM_NAMES, PROBLEM_REMEDIES))
    return {
        "problem": words.catalog.gettext(name),
        "subject": row["subject"],
        "item_count": words.formats.number(row["item_count"]),
        "since": words.formats.moment(row["since"]) if row["since"] else words.catalog.gettext("never loaded"),
        "remedy": words.catalog.gettext(remedy),
        "detail": detail,
        "runbook": row["runbook"],
    }
