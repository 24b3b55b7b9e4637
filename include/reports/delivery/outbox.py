"""Put the report into the outbox and send it: one envelope per person and issue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import psycopg

from include.errors import WarehouseError
from include.reports.delivery import artifacts, envelopes, recipients
from include.reports.delivery.envelopes import Mailing
from include.reports.delivery.message import Envelope, make_message_id, report_headers
from include.reports.delivery.settings import MailSettings
from include.reports.delivery.smtp import Send
from include.reports.issue import report_run
from include.reports.issue.report_run import ReportRun

Connection = psycopg.Connection[Any]
# Reply of an envelope that a correction made superfluous.
SUPERSEDED = "superseded"
_SUPERSEDE = """
update ops.outbox as old set state = 'refused', reply = %(reply)s, changed_at = clock_timestamp()
from ops.report_run as run
where
    run.report_run_id = old.report_run_id and run.report_code = %(code)s and run.version < %(version)s
    and old.purpose_code = 'report' and old.state in ('pending', 'deferred')"""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Result of a delivery, and how the whole issue stands.

    `tried` counts the mails of this call; `counts` the rows of the issue by state; `problems` lists, without anybody's
    address, the mails that are refused, in doubt or deferred, with the server's reply.
    """

    tried: int
    counts: dict[str, int]
    problems: list[str]


def enqueue(conn: Connection, run: ReportRun, settings: MailSettings) -> tuple[int, int]:
    """Put an envelope in the outbox for every recipient; return how many are new, and old.

    A correction replaces the mails of earlier versions that are not sent yet.
    """
    found = recipients.query_recipients(conn, run)
    with conn.transaction():
        if run.is_correction:
            conn.execute(_SUPERSEDE, {"code": run.report_code, "version": run.version, "reply": SUPERSEDED})
        new = sum(_put(conn, run, person, settings) for person in found)
    return new, len(found) - new


def _put(conn: Connection, run: ReportRun, person: Mapping[str, Any], settings: MailSettings) -> int:
    identity = make_message_id(run.report_code, run.version, person["recipient_code"], settings)
    return conn.execute(
        """insert into ops.outbox
               (report_run_id, recipient_code, email, name, audience_code, language_code, replies_to, message_id)
           values (%(run)s, %(recipient_code)s, %(email)s, %(name)s, %(audience_code)s, %(language_code)s,
               %(replies_to)s, %(identity)s) on conflict do nothing""",
        {**person, "run": run.report_run_id, "identity": identity},
    ).rowcount


def deliver(connect: str | Callable[[], Connection], run: ReportRun, send: Send, settings: MailSettings) -> Delivery:
    """Send what is pending or deferred, each once, going on after a failure.

    Args:
        connect: the warehouse's DSN, or a function that opens a connection to it.
        run: the issue; must be approved (or sent, and then nothing is left to do).
        send: gives a message to a server; see include.reports.delivery.smtp.
        settings: addresses.

    Raises:
        WarehouseError: the issue is not approved.
    """
    with psycopg.connect(connect) if isinstance(connect, str) else connect() as conn:
        conn.autocommit = True
        _require_approval(conn, run)
        mailing = Mailing(
            predicate="report_run_id = %(subject)s and purpose_code = 'report'",
            subject=run.report_run_id,
            message=_messages(conn, run, settings),
            bounce_address=settings.bounce_address,
        )
        tried = envelopes.send_envelopes(conn, mailing, send)
        counts = envelopes.count_by_state(conn, mailing)
        if not counts.keys() & {"pending", "sending", "deferred"}:
            report_run.mark_sent(conn, run)
        return Delivery(tried=tried, counts=counts, problems=envelopes.describe_failures(conn, mailing))


def _require_approval(conn: Connection, run: ReportRun) -> None:
    state = report_run.load_run(conn, run.report_run_id).state
    if state not in ("approved", "sent"):
        raise WarehouseError(
            source="report",
            expected=f"{run.report_code} version {run.version} to be approved",
            got=state,
            todo="Approve it first; nothing was sent.",
        )


def _messages(
    conn: Connection, run: ReportRun, settings: MailSettings
) -> Callable[[Mapping[str, Any]], tuple[bytes, bytes]]:
    """Return a function that builds a person's copy; each variant is read once."""

    @cache
    def variant(audience: str, language: str) -> tuple[str, bytes]:
        subject = artifacts.load_artifact(conn, run, audience, language).subject
        return subject, artifacts.load_body(conn, run, audience, language)

    def message(row: Mapping[str, Any]) -> tuple[bytes, bytes]:
        subject, body = variant(row["audience_code"], row["language_code"])
        return report_headers(subject, envelope_from(row, run), settings), body

    return message


def envelope_from(row: Mapping[str, Any], run: ReportRun) -> Envelope:
    """Make the envelope of a row of ops.outbox."""
    return Envelope(
        email=row["email"], name=row["name"], message_id=row["message_id"], language=row["language_code"],
        dated=run.as_of, replies_to=row["replies_to"],
    )  # fmt: skip
