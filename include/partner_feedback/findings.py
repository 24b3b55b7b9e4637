"""Findings on a partner's report: errors of rejected rows, warnings on loaded rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any

import psycopg
from psycopg.rows import class_row

from include.partners.columns import FACTS, TABLES, title_in
from include.partners.lists import CLOSED_LISTS, Language, word_of
from include.partners.workbook_writer import Severity
from include.reports.language.catalog import catalog
from include.sources.partners.row_warnings import WARNINGS

Connection = psycopg.Connection[Any]
# Warnings have no row in the warehouse with their text, as rejected rows have.
_WARNINGS = {warning.code: (warning.meaning, warning.question) for warning in WARNINGS}
_ENTRIES = {entry.name: entry for table in TABLES for entry in table.columns} | {fact.name: fact for fact in FACTS}

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
    -- A copied file may keep the day that it was saved; it is new if it was not there at an earlier request.
    and (p.released_at is null or p.released_at > %(since)s or exists (
        select from ops.request as earlier
        where earlier.source_code = p.source_code and earlier.scope = p.scope and earlier.clock < p.fetched_at
    ))
order by b.batch_id
"""
_ANSWERED_DAYS = """
select value::integer from core.report_limit where limit_code = 'answer_within_days' and known_to = 'infinity'
"""

# Files too large even to store: there is no payload, and every run refuses them again.
_NOT_STORED = """
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
    """A version of a report that was loaded, quarantined or refused, and its accepted rows."""

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
        """Name its answer: one for each version, and one for a report that was too large to store."""
        payload = self.payload_id or f"refused {self.contract_code} {self.period}"
        return f"answer {payload} {self.state} {language}"

    @property
    def kind(self) -> str:
        """What the partner hands in: 'csv', 'json' or 'workbook'; each is corrected in its own way."""
        media_type = self.media_type.partition(";")[0].strip().lower()
        return "json" if media_type.endswith("json") else "csv" if media_type == "text/csv" else "workbook"

    @property
    def scope(self) -> dict[str, str]:
        """Scope that the reader of its payload needs."""
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
        """Write what is wrong and how to correct it.

        "'XQ': een doelmarkt is geen landcode. Schrijf ... (market_is_known)".
        """
        reason, fix = rule_text(self.code, (self.reason, self.fix), language)
        quoted = f"'{self.value[:60]}': " if self.value else ""
        suggestion = suggest_word(self.column_name, self.value, language)
        return f"{quoted}{reason}. {fix} {suggestion}".rstrip() + f" ({self.code})"

    def title(self, language: Language) -> str:
        """Return the title of its column."""
        return column_title(self.column_name, language)


def query_processed(conn: Connection, clock: datetime) -> list[Processed]:
    """Query the reports of a clock that are recent enough to be answered, oldest first.

    Those too large to store come last.
    """
    days = conn.execute(_ANSWERED_DAYS).fetchone()
    since = clock - timedelta(days=days[0] if days else 62)
    with conn.cursor(row_factory=class_row(Processed)) as cursor:
        stored = cursor.execute(_PROCESSED, {"clock": clock, "since": since}).fetchall()
        return stored + cursor.execute(_NOT_STORED, {"clock": clock}).fetchall()


def query_findings(conn: Connection, report: Processed) -> list[Finding]:
    """Query the findings of a report: errors first, each in the order of the sheet."""
    values = {"batch": report.batch_id, "contract": report.contract_code, "period": report.period}
    with conn.cursor(row_factory=class_row(Finding)) as cursor:
        return cursor.execute(_FINDINGS, {**values, "state": report.state}).fetchall()


def rule_text(code: str, english: tuple[str, str], language: Language) -> tuple[str, str]:
    """Return reason and fix of a rule or warning, in English without a translation.

    A code without an entry of its own takes that of its family: cost_eur_is_number that of _is_number.
    """
    words = catalog(language)
    parts = code.split("_")
    for key in [code, *("_" + "_".join(parts[at:]) for at in range(1, len(parts)))]:
        reason, fix = words.find("reason", key), words.find("fix", key)
        if reason and fix:
            return reason, fix
    return _WARNINGS.get(code, english)


def column_title(column_name: str, language: Language) -> str:
    """Return the title of a column or fact in a language."""
    entry = _ENTRIES.get(column_name)
    return title_in(entry, language) if entry else column_name


def suggest_word(column_name: str, value: str, language: Language) -> str:
    """Write 'Do you mean ...?' for a word close to one of the cell's list; else ''."""
    entry = _ENTRIES.get(column_name)
    if entry is None or not entry.closed_list or not value:
        return ""
    known = [word_of(entry.closed_list, code, language) for code in CLOSED_LISTS[entry.closed_list]]
    close = get_close_matches(value, known, n=1, cutoff=0.6)
    return catalog(language).gettext("Do you mean '%(word)s'?", word=close[0]) if close else ""
