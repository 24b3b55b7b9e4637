"""A partner's own part of the report: its report of the quarter, its work since January, its next date. Nobody else's.

An audience is one of management, minister, partner and engineer, or partner:agoria for the partner of that code.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import psycopg

from include.reports.language.catalog import phrase
from include.reports.language.formats import one_line
from include.reports.language.labels import Words

# Reports due for the quarter, the newest contract first; and when the next one is.
_REPORT = """
    select report.partner_name, report.state, report.due_date, report.handed_in_at, report.is_on_time,
        report.rejected_row_count,
        (date_trunc('quarter', report.due_date) + interval '3 months' - interval '1 day')::date
            + contract.report_due_days as next_due_date
    from mart.partner_report as report
    inner join asof.contract as contract on report.contract_code = contract.contract_code
    where report.partner_code = %(partner)s and report.period = %(period)s
    order by contract.start_date desc, report.contract_code limit 1"""
# The same part of this year and the last: activities and companies by the quarter of the first day, money by report.
_WORK = """
    select
        left(counted.quarter, 4)::integer as year,
        count(*) filter (where counted.status_code = 'held') as activities_count,
        sum(counted.companies_count) filter (where counted.status_code = 'held') as companies_count
    from mart.partner_activity as counted
    where counted.partner_code = %(partner)s and right(counted.quarter, 2) <= right(%(period)s, 2)
        and left(counted.quarter, 4)::integer between left(%(period)s, 4)::integer - 1 and left(%(period)s, 4)::integer
    group by 1"""
_BUDGET = """
    select left(period, 4)::integer as year, sum(budget_used_eur) as budget_used_eur
    from mart.partner_activity
    where partner_code = %(partner)s and right(period, 2) <= right(%(period)s, 2)
        and left(period, 4)::integer between left(%(period)s, 4)::integer - 1 and left(%(period)s, 4)::integer
    group by 1"""
_FIGURES = ("activities_count", "companies_count", "budget_used_eur")


def partner_of(audience: str) -> str | None:
    """The partner that an audience is, if it is one."""
    return audience.partition(":")[2] or None


def read(cursor: psycopg.Cursor[Any], audience: str, period: str) -> list[dict[str, Any]]:
    """One row for the partner of an audience; none for other audiences, or when it owes no report."""
    asked = {"partner": partner_of(audience), "period": period}
    report = cursor.execute(_REPORT, asked).fetchone() if asked["partner"] else None
    if report is None:
        return []
    years: dict[int, dict[str, Any]] = {}
    for query in (_WORK, _BUDGET):
        for row in cursor.execute(query, asked).fetchall():
            years.setdefault(row["year"], {}).update(row)
    year = int(period[:4])
    figures = {
        name: [years.get(wanted, {}).get(figure) for wanted in (year, year - 1)]
        for name, figure in zip(("activities", "companies", "budget"), _FIGURES, strict=True)
    }
    return [{**report, **figures}]


def said(own: Mapping[str, Any] | None, period: str, words: Words) -> dict[str, Any] | None:
    """`name` and `items`, the sentences of the part; None for who is no single partner."""
    if own is None:
        return None
    translate = words.catalog.gettext
    items = [
        _report(own, period, words),
        *_rejected(own, words),
        _figure(
            phrase("Activities held since 1 January: %(now)s (same period last year: %(before)s)."),
            own["activities"],
            words,
        ),
        _figure(phrase("Companies at them: %(now)s (same period last year: %(before)s)."), own["companies"], words),
        _figure(
            phrase("Budget used since 1 January: %(now)s (same period last year: %(before)s)."),
            own["budget"],
            words,
            "EUR",
        ),
        translate("Your next report is due on %(day)s.", day=_day(own["next_due_date"], words)),
    ]
    return {"name": one_line(own["partner_name"]), "items": items}


def _report(own: Mapping[str, Any], period: str, words: Words) -> str:
    quarter, due = words.formats.quarter(period), _day(own["due_date"], words)
    if own["state"] == "missing":
        text = phrase("Your report of the %(quarter)s is not in; it is due on %(due)s.")
        return words.catalog.gettext(text, quarter=quarter, due=due)
    if own["state"] == "quarantined":
        text = phrase(
            "Your report of the %(quarter)s came but cannot be read, so it does not count. Please send it again."
        )
        return words.catalog.gettext(text, quarter=quarter)
    text = (
        phrase("Your report of the %(quarter)s came on %(day)s, after %(due)s.")
        if own["is_on_time"] is False
        else phrase("Your report of the %(quarter)s came on %(day)s, in time for %(due)s.")
    )
    return words.catalog.gettext(text, quarter=quarter, due=due, day=_day(own["handed_in_at"], words))


def _rejected(own: Mapping[str, Any], words: Words) -> list[str]:
    if own["rejected_row_count"] is None:
        return []
    return [
        words.catalog.ngettext(
            "%(count)s row of it was rejected and does not count; our answer to your report says why.",
            "%(count)s rows of it were rejected and do not count; our answer to your report says why.",
            own["rejected_row_count"],
        )
        if own["rejected_row_count"]
        else words.catalog.gettext("Every row of it was accepted.")
    ]


def _figure(text: str, years: list[float | None], words: Words, unit: str = "NUMBER") -> str:
    missing = words.catalog.gettext("no figure")
    now, before = (missing if value is None else words.formats.amount(value, unit, 0, list(years)) for value in years)
    return words.catalog.gettext(text, now=now, before=before)


def _day(given: str, words: Words) -> str:
    """A day, or the Belgian day of a moment, from ISO 8601."""
    return (
        words.formats.moment(datetime.fromisoformat(given))
        if "T" in given
        else words.formats.day(date.fromisoformat(given))
    )
