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
from include.sources.partners import row_warnings
from include.sources.partners.activity_rules import RULES
from include.sources.partners.company_rules import COMPANY_RULES, FOLLOW_UP_RULES, REPORT_RULES
from include.sources.source import Expectation, Request, Scope, Source, Target

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Format of a contract's feed -> the media type that is asked for.
FORMATS = {"xlsx": XLSX, "csv": "text/csv", "json": "application/json"}

# Staged under the reader's own names; columns that older readers did not have may be missing.
_REQUIRED_COLUMNS = (
    "row_kind", "sheet_row", "contract_code", "report_period", "is_nil", "template_version", "extra_columns",
    "activity_code", "activity_type_code", "status_code", "title", "start_date", "end_date", "mode_code",
    "market_codes", "core_domain_code", "participants_count", "companies_count", "first_time_exporters_count",
    "b2b_meetings_count", "leads_count", "cost_eur", "budget_used_eur",
)  # fmt: skip
_OPTIONAL_COLUMNS = (
    "version_number", "submitted_date", "submitter", "language_code", "currency_code", "stated_budget_used_eur",
    "place", "country_code", "co_organiser_codes", "core_domain_share", "core_domain_2_code", "core_domain_2_share",
    "core_domain_3_code", "core_domain_3_share", "smes_count", "own_part_eur", "public_part_eur", "company_number",
    "company_hash", "is_sme", "is_first_time_exporter", "months_after", "deals_count", "value_amount",
    "is_new_market", "confirmed_code", "without_help_code", "satisfaction_score",
)  # fmt: skip
COLUMNS = {name: name for name in _REQUIRED_COLUMNS + _OPTIONAL_COLUMNS}


def requests(clock: datetime, given: Scope) -> tuple[Request, ...]:
    """Every closed quarter of a contract's term.

    Args:
        clock: the run's clock.
        given: contract_code, feed_path, start_date and end_date (ISO dates) of the contract, and the format_code of
            its files where they are no workbooks.
    """
    start, end = date.fromisoformat(given["start_date"]), date.fromisoformat(given["end_date"])
    suffix = given.get("format_code", "xlsx")
    return tuple(
        Request(
            path=f"{given['feed_path']}/{period}.{suffix}",
            scope={"contract_code": given["contract_code"], "period": period},
            accept=FORMATS[suffix],
            may_be_absent=True,
        )
        for period in closed_quarters(start, end, local_date(clock))
    )


def read_report_blocks(payload: BinaryIO, scope: Scope) -> Iterator[bytes]:
    """Read a report in any of its formats as CSV; openpyxl is imported only for a workbook."""
    from include.partners.feeds import read_report

    return read_report(payload, scope)


SUITE = (
    Expectation(
        type="unexpected_rows_expectation",
        kwargs={
            "description": "one row for the report itself",
            "unexpected_rows_query": ("select count(*) from {batch} where row_kind = 'report' having count(*) <> 1"),
        },
    ),
    row_warnings.expectation(),
)

# A version of a report withdraws the rows that it leaves out, kind by kind; but a row that one of its rejected rows may
# be about stays as it was. A rejected row without the number of an activity may be about any.
_UNLESS_REJECTED = (
    " and (({key}) in (select {key} from {{typed}} where row_kind = '{kind}') or activity_code not in"
    " (select nullif(trim(r.raw ->> 'activity_code'), '') from ops.rejected_row as r"
    " where r.batch_id = {{batch_id}} and r.raw ->> 'row_kind' = '{kind}'))"
)


def _target(table: str, by: str = "report_period", kind: str = "", key: str = "activity_code") -> Target:
    """Build the target of a table, which a report speaks for by contract and, in `by`, quarter."""
    scope = f"contract_code = {{contract_code}} and {by} = {{period}}"
    unless_rejected = _UNLESS_REJECTED.format(kind=kind, key=key) if kind else ""
    return Target(table=f"core.{table}", query=table, scope=scope + unless_rejected, scope_from_payload=True)


_TARGETS = (
    _target("partner_report", by="period"),
    _target("partner_activity", kind="activity"),
    _target("partner_company", kind="company", key="activity_code, company_hash"),
    _target("partner_follow_up", kind="follow_up", key="activity_code, months_after, company_hash"),
    # A rejected row has no warnings.
    _target("partner_row_warning"),
)

SOURCE = Source(
    code="partner_activity",
    queries="partner_activity",
    title="Activity reports of the partners of Flanders Accelerates!",
    owner="network",
    licence="Reported to the agency under the partner agreement.",
    conn_id="partner_feed",
    schedule="0 6 * * *",
    requests=requests,
    reader=read_report_blocks,
    columns=COLUMNS,
    media_types=(*FORMATS.values(), "application/octet-stream"),
    rules=RULES + COMPANY_RULES + FOLLOW_UP_RULES + REPORT_RULES,
    suite=SUITE,
    targets=_TARGETS,
    optional=frozenset(_OPTIONAL_COLUMNS),
    fragments={"warnings": f"(values {row_warnings.values()})"},
    parser_version="2",
    max_bytes=20_000_000,
    quarantine_fails=False,
    # Row by row: what is good loads, what is not goes back to the partner.
    min_accepted_share=0.0,
    max_lost_share=1.0,
)
