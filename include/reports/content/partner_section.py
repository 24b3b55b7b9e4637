"""The section that one partner reads: its report, its work since January, its next date.

An audience is one of management, minister, partner and engineer, or partner:agoria for the partner of that code.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from include.reports.language.catalog import phrase
from include.reports.language.formats import one_line
from include.reports.language.labels import Words

_FIGURES = {
    "activities_count": phrase("Activities held since 1 January: %(now)s (same period last year: %(before)s)."),
    "companies_count": phrase("Companies at them: %(now)s (same period last year: %(before)s)."),
    "budget_used_eur": phrase("Budget used since 1 January: %(now)s (same period last year: %(before)s)."),
}


def partner_section_to_text(section: Mapping[str, Any], period: str, words: Words) -> dict[str, Any]:
    """Write `name` and `items`, the sentences of the section."""
    items = [
        _report_sentence(section, period, words),
        *_rejected_sentence(section, words),
        *(_figure_sentence(text, section[column], column, words) for column, text in _FIGURES.items()),
        words.catalog.gettext("Your next report is due on %(day)s.", day=_day(section["next_due_date"], words)),
    ]
    return {"name": one_line(section["partner_name"]), "items": items}


def _report_sentence(section: Mapping[str, Any], period: str, words: Words) -> str:
    quarter, due = words.formats.quarter(period), _day(section["due_date"], words)
    if section["state"] == "missing":
        text = phrase("Your report of the %(quarter)s is not in; it is due on %(due)s.")
        return words.catalog.gettext(text, quarter=quarter, due=due)
    if section["state"] == "quarantined":
        text = phrase(
            "Your report of the %(quarter)s came but cannot be read, so it does not count. Please send it again."
        )
        return words.catalog.gettext(text, quarter=quarter)
    text = (
        phrase("Your report of the %(quarter)s came on %(day)s, after %(due)s.")
        if section["is_on_time"] is False
        else phrase("Your report of the %(quarter)s came on %(day)s, in time for %(due)s.")
    )
    return words.catalog.gettext(text, quarter=quarter, due=due, day=_day(section["handed_in_at"], words))


def _rejected_sentence(section: Mapping[str, Any], words: Words) -> list[str]:
    """One sentence on rejected rows; none when the report is not in."""
    if section["rejected_row_count"] is None:
        return []
    return [
        words.catalog.ngettext(
            "%(count)s row of it was rejected and does not count; our answer to your report says why.",
            "%(count)s rows of it were rejected and do not count; our answer to your report says why.",
            section["rejected_row_count"],
        )
        if section["rejected_row_count"]
        else words.catalog.gettext("Every row of it was accepted.")
    ]


def _figure_sentence(text: str, years: list[float | None], column: str, words: Words) -> str:
    missing, unit = words.catalog.gettext("no figure"), "EUR" if column.endswith("_eur") else "NUMBER"
    now, before = (missing if value is None else words.formats.amount(value, unit, 0, list(years)) for value in years)
    return words.catalog.gettext(text, now=now, before=before)


def _day(given: str, words: Words) -> str:
    """Write a day, or the Belgian day of a moment, from ISO 8601."""
    return (
        words.formats.moment(datetime.fromisoformat(given))
        if "T" in given
        else words.formats.day(date.fromisoformat(given))
    )
