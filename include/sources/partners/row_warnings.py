"""Warnings about accepted rows of a report: the rows load, and the answer shows them.

A warning that was once right goes when the report is corrected, so warnings are versioned like the rows they are
about. Meanings are English here; the catalogue of `include.reports.language` has them in Dutch.
"""

from __future__ import annotations

from dataclasses import dataclass

from include.sources.source import Expectation


@dataclass(frozen=True)
class RowWarning:
    """Something to look at.

    Args:
        row_kind: the kind of row that it is about.
        code: short name.
        column: the column to look at, as typed.
        applies_when: SQL predicate over the typed row `t`.
        meaning: what is odd, in words.
        question: what to do about it.
    """

    row_kind: str
    code: str
    column: str
    applies_when: str
    meaning: str
    question: str


WARNINGS = (
    RowWarning("activity", "is_late", "start_date",
               "t.status_code = 'held' and t.start_date < core.period_start(t.report_period)",
               "the activity took place before the quarter of this report",
               "It counts in its own quarter. Was it forgotten then?"),
    RowWarning("activity", "held_without_country", "country_code",
               "t.status_code = 'held' and t.mode_code <> 'online' and t.country_code is null"
               " and t.template_version <> '2026.1'",
               "the country where it took place is missing", "Fill it in: co-organised events are matched by it."),
    RowWarning("activity", "companies_are_not_listed", "companies_count",
               "t.companies_count > 0 and t.listed_companies_count = 0 and t.company_rows_count > 0",
               "no company of this activity is listed",
               "List their enterprise numbers, so that a company that others meet too is counted once."),
    RowWarning("activity", "more_companies_listed", "companies_count", "t.listed_companies_count > t.companies_count",
               "more companies are listed than were counted", "Check the count and the list."),
    RowWarning("follow_up", "follow_up_activity_is_unknown", "activity_code",
               "not t.is_of_this_report and t.activity_code not in (select a.activity_code from core.partner_activity"
               " as a where a.contract_code = t.contract_code and a.known_to = 'infinity')",
               "no activity of this or an earlier report has this number",
               "Write the number that the activity has in its table."),
    RowWarning("report", "no_companies_are_listed", "activity_rows_count",
               "t.rows_companies_count > 0 and t.company_rows_count = 0 and t.template_version <> '2026.1'",
               "companies are counted and none is listed",
               "List their enterprise numbers, so that a company that others meet too is counted once."),
    RowWarning("follow_up", "value_without_deal", "value_amount",
               "t.value_amount > 0 and coalesce(t.deals_count, 0) = 0",
               "there is a value and no deal", "Fill in the number of deals."),
    RowWarning("follow_up", "currency_has_no_rate", "currency_code",
               "t.currency_code <> 'EUR' and t.value_amount is not null and t.currency_code not in (select"
               " s.dimensions ->> 'CURRENCY' from core.series as s where s.dataset_code = 'ECB:EXR')",
               "there is no euro rate for this currency: the value is kept and is in no total",
               "Check the code of the currency, or convert the value and write EUR."),
    RowWarning("report", "nil_with_activities", "is_nil", "t.is_nil and t.activity_rows_count > 0",
               "a nil return has activities", "Answer the question with no, or empty the table."),
    RowWarning("report", "stated_budget_differs", "stated_budget_used_eur",
               "abs(t.stated_budget_used_eur - coalesce(t.rows_budget_used_eur, 0)) > 1",
               "the budget used in the header is not the sum of the activities", "Check both; the activities count."),
    RowWarning("report", "budget_is_exceeded", "stated_budget_used_eur",
               "coalesce(t.rows_budget_used_eur, 0) + coalesce((select sum(a.budget_used_eur)"
               " from core.partner_activity as a where a.contract_code = t.contract_code and a.known_to = 'infinity'"
               " and a.report_period <> t.report_period and left(a.report_period, 4) = left(t.report_period, 4)), 0)"
               " > (select max(b.agreed_eur) from core.contract_budget as b where b.contract_code = t.contract_code"
               " and b.year = left(t.report_period, 4)::integer and b.known_to = 'infinity')",
               "more budget is used this year than was agreed", "Check the amounts, or call your contact."),
    RowWarning("report", "template_is_old", "template_version",
               "t.template_version = '2026.1' and t.report_period >= '2026-Q1'",
               "this is last year's template, without companies and follow-up",
               "Use the workbook that comes with this answer next time."),
)  # fmt: skip


def values() -> str:
    """Write the warnings as an SQL `values` list over `t`: code, column, value, has_failed."""
    return ",\n".join(
        f"('{each.code}', '{each.column}', t.{each.column}::text,"
        f" t.row_kind = '{each.row_kind}' and ({each.applies_when}))"
        for each in WARNINGS
    )


def expectation() -> Expectation:
    """Build the expectation of the suite: no accepted row has a warning."""
    query = (
        "select t.row_id from {batch} as t cross join lateral (values "
        + values()
        + ") as warning (code, column_name, value, has_failed) where warning.has_failed"
    )
    return Expectation(
        type="unexpected_rows_expectation",
        severity="warning",
        kwargs={"description": "no row needs a second look", "unexpected_rows_query": query},
    )
