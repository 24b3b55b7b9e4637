"""One envelope per person and issue, and how far each came. Nobody gets an issue twice.

A row goes pending -> sending -> sent | deferred | refused | in_doubt. `sending` is committed before the
mail server hears of it, and the worker holds an advisory lock on the row meanwhile: a row in `sending`
whose lock is free belongs to a worker that died, nobody can tell whether the mail left, and it becomes
`in_doubt`. An `in_doubt` mail is never sent again by itself; an engineer looks for its Message-ID.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.errors import MessageError
from typing import Any

import psycopg
from psycopg.rows import dict_row

from include.errors import WarehouseError
from include.reports import runs
from include.reports.artifacts import kept
from include.reports.mail import AddressNotUsable, Envelope, message, message_id
from include.reports.replies import answer, outcome
from include.reports.runs import ReportRun
from include.reports.settings import MailSettings
from include.reports.smtp import Send

Connection = psycopg.Connection[Any]
_LOCK = "(hashtext('ops.outbox'), %s::integer)"


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
        _doubt_the_abandoned(conn, run)
        tried = last = 0
        while (row := _claim(conn, run, last)) is not None:
            last, tried = row["outbox_id"], tried + 1
            with _locked(conn, last):
                _finish(conn, last, *_attempt(conn, run, row, send, settings))
        counts = _counts(conn, run)
        if not counts.keys() & {"pending", "sending", "deferred"}:
            runs.sent(conn, run)
        return Delivery(tried=tried, counts=counts, problems=_problems(conn, run))


def _require_approval(conn: Connection, run: ReportRun) -> None:
    state = runs.current(conn, run.report_run_id).state
    if state not in ("approved", "sent"):
        raise WarehouseError(
            source="report",
            expected=f"{run.report_code} version {run.version} to be approved",
            got=state,
            todo="Approve it first; nothing was sent.",
        )


def _doubt_the_abandoned(conn: Connection, run: ReportRun) -> None:
    rows = conn.execute(
        "select outbox_id from ops.outbox where report_run_id = %s and state = 'sending'", (run.report_run_id,)
    ).fetchall()
    for (outbox_id,) in rows:
        got = conn.execute(f"select pg_try_advisory_lock{_LOCK}", (outbox_id,)).fetchone()
        if got and got[0]:
            _finish(conn, outbox_id, "in_doubt", "The worker ended while sending; the mail may have left.")
            _unlock(conn, outbox_id)


def _claim(conn: Connection, run: ReportRun, after: int) -> dict[str, Any] | None:
    """The next envelope, in state `sending` and locked by this connection; committed before anything is sent."""
    with conn.transaction(), conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(
            """select * from ops.outbox
               where report_run_id = %s and outbox_id > %s and state in ('pending', 'deferred')
               order by outbox_id for update skip locked limit 1""",
            (run.report_run_id, after),
        ).fetchone()
        if row is not None:
            cursor.execute(f"select pg_advisory_lock{_LOCK}", (row["outbox_id"],))
            cursor.execute(
                """update ops.outbox set state = 'sending', attempt_count = attempt_count + 1,
                   changed_at = clock_timestamp() where outbox_id = %s""",
                (row["outbox_id"],),
            )
    return row


@contextmanager
def _locked(conn: Connection, outbox_id: int) -> Iterator[None]:
    try:
        yield
    finally:
        if not conn.closed:
            _unlock(conn, outbox_id)


def _unlock(conn: Connection, outbox_id: int) -> None:
    conn.execute(f"select pg_advisory_unlock{_LOCK}", (outbox_id,))


def _attempt(
    conn: Connection, run: ReportRun, row: dict[str, Any], send: Send, settings: MailSettings
) -> tuple[str, str]:
    """Send one mail; the state that it ends in and what was answered."""
    envelope = Envelope(
        email=row["email"], name=row["name"], message_id=row["message_id"],
        language=row["language_code"], dated=run.as_of,
    )  # fmt: skip
    try:
        rendered = kept(conn, run, row["audience_code"], row["language_code"])
        mail = message(rendered, envelope, settings)
    except AddressNotUsable as error:
        return "refused", str(error)
    except (WarehouseError, ValueError, MessageError) as error:
        # Ours to mend, and nothing left the house.
        return "deferred", str(error)
    try:
        send(mail, settings.bounce_address, row["email"])
    except (smtplib.SMTPException, OSError) as error:
        return outcome(error), answer(error)
    return "sent", "accepted"


def _finish(conn: Connection, outbox_id: int, state: str, reply: str) -> None:
    conn.execute(
        """update ops.outbox set state = %s, reply = %s, changed_at = clock_timestamp()
           where outbox_id = %s and state = 'sending'""",
        (state, reply[:500].replace("\0", ""), outbox_id),
    )


def _counts(conn: Connection, run: ReportRun) -> dict[str, int]:
    rows = conn.execute(
        "select state, count(*) from ops.outbox where report_run_id = %s group by 1 order by 1", (run.report_run_id,)
    )
    return dict(rows.fetchall())


def _problems(conn: Connection, run: ReportRun) -> list[str]:
    rows = conn.execute(
        """select message_id, state, replace(reply, email, '(recipient)') from ops.outbox
           where report_run_id = %s and state in ('deferred', 'refused', 'in_doubt') order by outbox_id""",
        (run.report_run_id,),
    ).fetchall()
    return [f"{identity} {state}: {reply}" for identity, state, reply in rows]
