"""The KPI report's envelopes: one per person and issue; nobody gets an issue twice. See include.reports.envelopes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import psycopg

from include.errors import WarehouseError
from include.reports import envelopes, runs
from include.reports.artifacts import kept
from include.reports.envelopes import Mailing
from include.reports.mail import Envelope, message, message_id
from include.reports.runs import ReportRun
from include.reports.settings import MailSettings
from include.reports.smtp import Send

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What a delivery did and how the whole issue stands.

    `tried` counts the mails of this call; `counts` the rows of the issue by state; `problems` says, without
    anybody's address, which are refused, in doubt or deferred and what the server answered.
    """

    tried: int
    counts: dict[str, int]
    problems: list[str]


def enqueue(conn: Connection, run: ReportRun, settings: MailSettings) -> tuple[int, int]:
    """Put an envelope in the outbox for every active recipient; returns how many are new and how many were there.

    Recipients are those of the issue's moment, without who has been stopped since.
    """
    recipients = conn.execute(
        """select r.recipient_code, r.email, r.name, r.audience_code, r.language_code
           from core.recipient as r
           join core.recipient as newest
               on newest.recipient_code = r.recipient_code and newest.known_to = 'infinity' and newest.is_active
           where r.is_active and r.known_from <= %(as_of)s and r.known_to > %(as_of)s order by 1""",
        {"as_of": run.as_of},
    ).fetchall()
    new = 0
    for code, *rest in recipients:
        identity = message_id(run.report_code, run.version, code, settings.domain)
        new += conn.execute(
            """insert into ops.outbox
                   (report_run_id, recipient_code, email, name, audience_code, language_code, message_id)
               values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing""",
            (run.report_run_id, code, *rest, identity),
        ).rowcount
    return new, len(recipients) - new


def deliver(connect: str | Callable[[], Connection], run: ReportRun, send: Send, settings: MailSettings) -> Delivery:
    """Send what is pending or deferred, each once, going on after a failure.

    Args:
        connect: the warehouse's DSN, or a function that opens a connection to it.
        run: the issue; must be approved (or sent, and then nothing is left to do).
        send: hands a message to a server; see include.reports.smtp.
        settings: addresses.

    Raises:
        WarehouseError: the issue is not approved.
    """
    with psycopg.connect(connect) if isinstance(connect, str) else connect() as conn:
        conn.autocommit = True
        _require_approval(conn, run)
        mailing = Mailing(
            which="report_run_id = %(subject)s",
            subject=run.report_run_id,
            message=lambda row: _message(conn, run, row, settings),
            bounce_address=settings.bounce_address,
        )
        tried = envelopes.send_all(conn, mailing, send)
        counts = envelopes.counts(conn, mailing)
        if not counts.keys() & {"pending", "sending", "deferred"}:
            runs.sent(conn, run)
        return Delivery(tried=tried, counts=counts, problems=envelopes.problems(conn, mailing))


def _require_approval(conn: Connection, run: ReportRun) -> None:
    state = runs.current(conn, run.report_run_id).state
    if state not in ("approved", "sent"):
        raise WarehouseError(
            source="report",
            expected=f"{run.report_code} version {run.version} to be approved",
            got=state,
            todo="Approve it first; nothing was sent.",
        )


def _message(conn: Connection, run: ReportRun, row: Mapping[str, Any], settings: MailSettings) -> EmailMessage:
    """A person's copy of the kept report."""
    envelope = Envelope(
        email=row["email"], name=row["name"], message_id=row["message_id"],
        language=row["language_code"], dated=run.as_of,
    )  # fmt: skip
    return message(kept(conn, run, row["audience_code"], row["language_code"]), envelope, settings)
