"""What was said of a report, row by row: errors of rows that were not loaded, warnings on rows that were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import class_row

from include.partner_feedback.rule_texts import said, suggestion, title_of
from include.partners.lists import Language
from include.partners.workbook_writer import Severity

Connection = psycopg.Connection[Any]

_FINDINGS = """
select
    raw ->> 'row_kind' as row_kind, (raw ->> 'sheet_row')::integer as sheet_row, reason_code as code, column_name,
    coalesce(value, '') as value, reason, fix, 'critical' as severity
from ops.rejected_row where batch_id = %(batch)s
union all
select row_kind, sheet_row, warning_code, column_name, coalesce(value, ''), '', '', 'warning'
from core.partner_row_warning
where contract_code = %(contract)s and report_period = %(period)s and known_to = 'infinity' and %(state)s = 'loaded'
order by severity, row_kind, sheet_row, code
"""
_PROCESSED = """
select
    b.batch_id, b.payload_id, b.state, coalesce(b.error_class, '') as error_class, coalesce(b.error, '') as error,
    p.scope ->> 'contract_code' as contract_code, p.scope ->> 'period' as period, p.media_type, p.location,
    coalesce(p.released_at, p.fetched_at) as received_at, p.is_sample,
    coalesce(r.version_number, 1) as version_number, coalesce(r.is_nil, false) as is_nil,
    coalesce(r.activity_count, 0) as activity_count, coalesce(r.company_row_count, 0) as company_row_count,
    coalesce(r.follow_up_row_count, 0) as follow_up_row_count
from ops.batch as b
join landing.payload as p using (payload_id)
left join core.partner_report as r
    on r.contract_code = p.scope ->> 'contract_code' and r.period = p.scope ->> 'period'
    and r.known_to = 'infinity' and b.state = 'loaded'
where p.source_code = 'partner_activity' and b.state in ('loaded', 'quarantined') and b.clock <= %(clock)s
    and b.batch_id = (
        select max(same.batch_id) from ops.batch as same
        where same.payload_id = b.payload_id and same.state in ('loaded', 'quarantined')
    )
    and p.fetched_at > %(since)s
    -- Copying a file may keep the day that it was saved; what was not there when we asked before is new all the same.
    and (p.released_at is null or p.released_at > %(since)s or exists (
        select from ops.request as earlier
        where earlier.source_code = p.source_code and earlier.scope = p.scope and earlier.clock < p.fetched_at
    ))
order by b.batch_id
"""
_ANSWERED_DAYS = """
select value::integer from core.report_limit where limit_code = 'answer_within_days' and known_to = 'infinity'
"""

# What was too large even to keep: there is no payload, and every run is refused it again.
_NOT_KEPT = """
select distinct on (r.scope)
    null::bigint as batch_id, null::bigint as payload_id, 'quarantined' as state, 'PayloadTooLarge' as error_class,
    coalesce(r.error, '') as error, r.scope ->> 'contract_code' as contract_code, r.scope ->> 'period' as period,
    '' as media_type, '' as location, r.clock as received_at,
    coalesce((
        select p.is_sample from landing.payload as p
        where p.source_code = r.source_code and p.scope ->> 'contract_code' = r.scope ->> 'contract_code'
        order by p.payload_id desc limit 1
    ), false) as is_sample,
    1 as version_number, false as is_nil, 0 as activity_count, 0 as company_row_count, 0 as follow_up_row_count
from ops.request as r
where r.source_code = 'partner_activity' and r.outcome = 'refused' and r.clock = %(clock)s
order by r.scope, r.request_id desc
"""


@dataclass(frozen=True, kw_only=True)
class Processed:
    """A version of a report that is loaded, quarantined or was not even kept, and what of it was accepted."""

    batch_id: int | None
    payload_id: int | None
    state: str
    error_class: str
    error: str
    contract_code: str
    period: str
    media_type: str
    location: str
    received_at: datetime
    is_sample: bool
    version_number: int
    is_nil: bool
    activity_count: int
    company_row_count: int
    follow_up_row_count: int

    def letter_code(self, language: Language) -> str:
        """What its answer is called: one for each version, and one for a report that was too large to keep."""
        which = self.payload_id or f"refused {self.contract_code} {self.period}"
        return f"answer {which} {self.state} {language}"

    @property
    def kind(self) -> str:
        """'_csv' or '_json' where the partner hands in no workbook, and is told otherwise how to mend it; else ''."""
        bare = self.media_type.partition(";")[0].strip().lower()
        return "_json" if bare.endswith("json") else "_csv" if bare == "text/csv" else ""

    @property
    def scope(self) -> dict[str, str]:
        """What its reader is told."""
        return {"contract_code": self.contract_code, "period": self.period, "media_type": self.media_type}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """An error or a warning on a cell of a row; the row number is that of the partner's sheet."""

    row_kind: str
    sheet_row: int
    code: str
    column_name: str
    value: str
    reason: str
    fix: str
    severity: Severity

    def text(self, language: Language) -> str:
        """What is wrong and what to write: "'XQ': een doelmarkt is geen landcode. Schrijf ... (market_is_known)"."""
        reason, fix = said(self.code, (self.reason, self.fix), language)
        shown = f"'{self.value[:60]}': " if self.value else ""
        asked = suggestion(self.column_name, self.value, language)
        return f"{shown}{reason}. {fix} {asked}".rstrip() + f" ({self.code})"

    def title(self, language: Language) -> str:
        """The title of its column."""
        return title_of(self.column_name, language)


def processed(conn: Connection, clock: datetime) -> list[Processed]:
    """Reports of a clock that came lately enough to be answered, oldest first; then the ones too large to keep."""
    days = conn.execute(_ANSWERED_DAYS).fetchone()
    since = clock - timedelta(days=days[0] if days else 62)
    with conn.cursor(row_factory=class_row(Processed)) as cursor:
        kept = cursor.execute(_PROCESSED, {"clock": clock, "since": since}).fetchall()
        return kept + cursor.execute(_NOT_KEPT, {"clock": clock}).fetchall()


def of(conn: Connection, report: Processed) -> list[Finding]:
    """Errors first, each in the order of the sheet."""
    asked = {"batch": report.batch_id, "contract": report.contract_code, "period": report.period}
    with conn.cursor(row_factory=class_row(Finding)) as cursor:
        return cursor.execute(_FINDINGS, {**asked, "state": report.state}).fetchall()
