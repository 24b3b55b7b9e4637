"""Recipients of an issue: all on the list; of a correction, those who got the old one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg.rows import dict_row

from include.reports.issue.report_run import Connection, ReportRun

Person = Mapping[str, Any]
# Approvers get the preview; the report itself only if they are on the list as readers too.
APPROVER = "approver"
# Readers who left the list or unsubscribed get nothing, whatever the list was as of the issue's moment.
_STILL_READER = """
join core.recipient as newest
    on newest.recipient_code = found.recipient_code and newest.known_to = 'infinity' and newest.is_active
where not exists (
    select from ops.stop as stop
    where
        stop.recipient_code = newest.recipient_code and stop.destination_sha256 = ops.destination(newest.email)
        and stop.lifted_at is null
)"""
_LISTED = f"""
select found.recipient_code, found.email, found.name, found.audience_code, found.language_code, null::text as replies_to
from core.recipient as found {_STILL_READER}
    and found.is_active and found.known_from <= %(as_of)s and found.known_to > %(as_of)s
    and found.audience_code <> %(approver)s
order by 1"""
# A mail in doubt may have arrived. One refused or bounced did not; one not sent yet is replaced.
_REACHED = f"""
with found as (
    select distinct on (old.recipient_code)
        old.recipient_code, old.audience_code, old.language_code,
        case when old.state in ('sent', 'in_doubt') then old.message_id end as replies_to
    from ops.outbox as old join ops.report_run as run using (report_run_id)
    where
        run.report_code = %(code)s and run.version < %(version)s and old.purpose_code = 'report'
        and (old.state <> 'refused' or old.reply = 'superseded')
        and not exists (select from ops.bounce as bounce where bounce.outbox_id = old.outbox_id)
    order by old.recipient_code asc, old.state in ('sent', 'in_doubt') desc, run.version desc
)
select found.recipient_code, newest.email, newest.name, found.audience_code, found.language_code, found.replies_to
from found {_STILL_READER} order by 1"""
_APPROVERS = """
select recipient_code, email, name, audience_code, language_code, null::text as replies_to from core.recipient
where known_to = 'infinity' and is_active and audience_code = %(approver)s order by 1"""


def query_recipients(conn: Connection, run: ReportRun) -> list[dict[str, Any]]:
    """List everyone who gets the issue, with Message-ID of the mail that it corrects."""
    return _people(conn, _REACHED if run.is_correction else _LISTED, run)


def query_approvers(conn: Connection, run: ReportRun) -> list[dict[str, Any]]:
    """List those who see the issue before it goes out, as the list stands now."""
    return _people(conn, _APPROVERS, run)


def query_variants(conn: Connection, run: ReportRun) -> list[tuple[str, str]]:
    """List the (audience, language) pairs that somebody receives."""
    return sorted({(person["audience_code"], person["language_code"]) for person in query_recipients(conn, run)})


def _people(conn: Connection, query: str, run: ReportRun) -> list[dict[str, Any]]:
    values = {"as_of": run.as_of, "code": run.report_code, "version": run.version, "approver": APPROVER}
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), values).fetchall()
