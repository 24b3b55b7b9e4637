"""Quarterly activity reports of the partners: one workbook per contract and quarter.

What is odd about it:
- The contract owes the report, not the organisation: partners merge and are renamed while contracts run on.
- A workbook may be corrected any time: every closed quarter of the term is asked for on every run (the ETag makes
  that cheap), and the newest version supersedes the older one.
- Partners type what they like: each row is accepted or rejected by itself, a workbook that cannot be read as a
  whole is quarantined, and neither stops the other partners.
- A nil return ("nothing took place") is a report; a missing workbook is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import BinaryIO

from include.periods import closed_quarters, local_date
from include.sources.source import Expectation, Request, RowRule, Scope, Source, Target

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

COLUMNS = {
    name: name
    for name in (
        "row_kind",
        "sheet_row",
        "contract_code",
        "report_period",
        "is_nil",
        "template_version",
        "extra_columns",
        "activity_code",
        "activity_type_code",
        "status_code",
        "title",
        "start_date",
        "end_date",
        "mode_code",
        "market_codes",
        "core_domain_code",
        "participants_count",
        "companies_count",
        "first_time_exporters_count",
        "b2b_meetings_count",
        "leads_count",
        "cost_eur",
        "budget_used_eur",
    )
}

COUNTS = ("participants_count", "companies_count", "first_time_exporters_count", "b2b_meetings_count", "leads_count")
AMOUNTS = ("cost_eur", "budget_used_eur")
# Several times the largest trade mission; all partners together have EUR 1 million a year.
LIMITS = {
    "participants_count": 5_000,
    "companies_count": 2_000,
    "first_time_exporters_count": 1_000,
    "b2b_meetings_count": 5_000,
    "leads_count": 2_000,
    "cost_eur": 1_000_000,
}
CLOSED_LISTS = {
    "activity_type_code": (
        "seminar, webinar, outward_mission, inward_mission, group_stand, matchmaking, peer_learning, training,"
        " study_visit, publication, promotion, investor_visit"
    ),
    "status_code": "planned, held, cancelled, postponed",
    "mode_code": "onsite, online, hybrid",
}


def requests(clock: datetime, given: Scope) -> tuple[Request, ...]:
    """Every closed quarter of a contract's term.

    Args:
        clock: the run's clock.
        given: contract_code, feed_path, start_date and end_date of the contract (ISO dates).
    """
    start, end = date.fromisoformat(given["start_date"]), date.fromisoformat(given["end_date"])
    return tuple(
        Request(
            path=f"{given['feed_path']}/{period}.xlsx",
            scope={"contract_code": given["contract_code"], "period": period},
            accept=XLSX,
            may_be_absent=True,
        )
        for period in closed_quarters(start, end, local_date(clock))
    )


def read(payload: BinaryIO, scope: Scope) -> Iterator[bytes]:
    """The workbook as CSV; openpyxl is imported only when there is one to read."""
    from include.partners.reading import read_workbook

    return read_workbook(payload, contract_code=scope["contract_code"], period=scope["period"])


def _rule(code: str, column: str, fails_when: str, reason: str, fix: str) -> RowRule:
    return RowRule(
        code=code, column=column, fails_when=f"t.row_kind = 'activity' and ({fails_when})", reason=reason, fix=fix
    )


def _list_rule(column: str, words: str) -> RowRule:
    quoted = words.replace(", ", "', '")
    return _rule(
        f"{column}_is_listed",
        column,
        f"t.{column} is null or t.{column} not in ('{quoted}')",
        "the word is not in the list",
        "Choose a word from the drop-down of the cell.",
    )


def _size_rule(column: str, limit: int) -> RowRule:
    return _rule(
        f"{column}_is_plausible",
        column,
        f"t.{column} > {limit}",
        f"more than {limit:,} in one activity",
        "Check the number: amounts are in EUR. If it is right, ask the agency to load it.",
    )


def _number_rule(column: str) -> RowRule:
    return _rule(
        f"{column}_is_number",
        column,
        f"coalesce(raw.{column}, '') <> '' and (t.{column} is null or t.{column} < 0)",
        "the cell holds no number of zero or more",
        "Write digits only, 1250 or 1250.50.",
    )


RULES = (
    _rule("code_is_given", "activity_code", "coalesce(trim(raw.activity_code), '') = ''",
          "the activity has no number", "Give each activity a number of its own and keep it in later reports."),
    _rule("code_is_unique", "activity_code", "t.code_count > 1",
          "two rows have the same activity number", "Give each activity a number of its own."),
    _rule("title_is_given", "title", "coalesce(trim(raw.title), '') = ''", "the title is empty", "Write a title."),
    _rule("start_is_date", "start_date", "t.start_date is null",
          "the cell holds no date", "Fill in a date cell, or write the day as 2026-04-03."),
    _rule("end_is_date", "end_date", "t.end_date is null",
          "the cell holds no date", "Fill in a date cell, or write the day as 2026-04-03."),
    _rule("end_follows_start", "end_date", "t.end_date < t.start_date",
          "the end lies before the start", "Check both dates."),
    *(_list_rule(column, words) for column, words in CLOSED_LISTS.items()),
    *(_number_rule(column) for column in COUNTS + AMOUNTS),
    *(_size_rule(column, limit) for column, limit in LIMITS.items()),
    _rule("domain_is_known", "core_domain_code",
          "t.core_domain_code not in ("
          "select d.core_domain_code from core.core_domain as d where d.known_to = 'infinity')",
          "the core domain is not in the list", "Choose a core domain from the drop-down of the cell."),
    _rule("market_is_known", "market_codes",
          "exists (select from unnest(t.market_codes) as m (code) where m.code not in ("
          "select c.country_code from core.country as c where c.known_to = 'infinity' and not c.is_aggregate))",
          "a market is no country code", "Write two-letter ISO codes: VN, IN, CN."),
    _rule("held_has_participants", "participants_count",
          "t.status_code = 'held' and coalesce(t.participants_count, 0) < 1 and t.activity_type_code not in"
          " ('publication', 'promotion')",
          "an activity that was held has no participants", "Fill in the participants, or mend the status."),
    _rule("companies_within_participants", "companies_count",
          "t.companies_count > t.participants_count",
          "more companies than participants", "Check both counts."),
    _rule("budget_within_cost", "budget_used_eur", "t.budget_used_eur > t.cost_eur",
          "more budget used than the activity cost", "Check both amounts."),
    _rule("cancelled_has_no_outcome", "status_code",
          "t.status_code = 'cancelled' and coalesce(t.participants_count, 0) + coalesce(t.leads_count, 0) > 0",
          "a cancelled activity has participants or leads", "Mend the status, or empty the counts."),
)  # fmt: skip

SUITE = (
    Expectation(
        type="unexpected_rows_expectation",
        kwargs={
            "description": "one row for the report itself",
            "unexpected_rows_query": ("select count(*) from {batch} where row_kind = 'report' having count(*) <> 1"),
        },
    ),
    Expectation(
        type="unexpected_rows_expectation",
        severity="warning",
        kwargs={
            "description": "a nil return has no activities",
            "unexpected_rows_query": "select row_id from {batch} where is_nil and row_kind = 'activity'",
        },
    ),
    Expectation(
        type="unexpected_rows_expectation",
        severity="warning",
        kwargs={
            "description": "activities start within the quarter of their report",
            "unexpected_rows_query": """
                select row_id from {batch}
                where status_code = 'held'
                    and start_date not between core.period_start(report_period) and core.period_end(report_period)""",
        },
    ),
    Expectation(
        type="unexpected_rows_expectation",
        severity="warning",
        kwargs={
            "description": "budget used stays within the agreed budget of the year",
            "unexpected_rows_query": """
                select sum(budget_used_eur) from {batch}
                join core.contract as c using (contract_code)
                where c.known_to = 'infinity'
                having sum(budget_used_eur) > max(c.budget_eur_per_year)""",
        },
    ),
)

SOURCE = Source(
    code="partner_activity",
    folder="partner_activity",
    title="Activity reports of the partners of Flanders Accelerates!",
    owner="network",
    licence="Reported to the agency under the partner agreement.",
    conn_id="partner_feed",
    schedule="0 6 * * *",
    requests=requests,
    reader=read,
    columns=COLUMNS,
    media_types=(XLSX, "application/octet-stream"),
    rules=RULES,
    suite=SUITE,
    targets=(
        Target(
            table="core.partner_report",
            query="partner_report.sql",
            scope="contract_code = {contract_code} and period = {period}",
        ),
        Target(
            table="core.partner_activity",
            query="partner_activity.sql",
            scope="contract_code = {contract_code} and report_period = {period}",
        ),
    ),
    max_bytes=20_000_000,
    quarantine_fails=False,
    # Row by row: what is good loads, what is not goes back to the partner.
    min_accepted_share=0.0,
    max_lost_share=1.0,
)
