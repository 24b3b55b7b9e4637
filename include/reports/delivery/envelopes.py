"""Send the envelopes of the outbox, each once, reports and messages to partners alike.

A row goes pending -> sending -> sent | deferred | refused | in_doubt. A deferred envelope waits longer each time and
is given up after five days. `sending` is committed, with the mail's own bytes, before the server is contacted, and the
worker holds an advisory lock on the row meanwhile. A row in `sending` whose lock is free belongs to a worker that died;
nobody can tell whether the mail left, so it becomes `in_doubt`. An `in_doubt` mail is never sent again by itself; an
engineer looks for its Message-ID.
"""

from __future__ import annotations

import hashlib
import smtplib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.errors import MessageError
from typing import Any

import psycopg
from psycopg.rows import dict_row

from include.errors import WarehouseError
from include.reports.delivery.message import AddressNotUsable
from include.reports.delivery.smtp import Send, reply_text, state_after

Connection = psycopg.Connection[Any]
Envelope = Mapping[str, Any]
_LOCK = "(hashtext('ops.outbox'), %s::integer)"
# A quarter of an hour, an hour, four hours, then every twelve: some five days in all, as mail servers do.
MAX_ATTEMPTS = 12
_FINISH = """
update ops.outbox
set
    state = %(state)s,
    reply = %(reply)s,
    changed_at = clock_timestamp(),
    next_attempt_at = clock_timestamp() + least(interval '15 minutes' * 4 ^ (attempt_count - 1), interval '12 hours')
where outbox_id = %(outbox_id)s and state = 'sending'"""
_STOPPED = """
select reason_code from ops.stop
where recipient_code = %s and destination_sha256 = ops.destination(%s) and lifted_at is null"""


@dataclass(frozen=True, kw_only=True)
class Mailing:
    """Select envelopes, and say how to build the mail of one.

    Args:
        predicate: SQL on ops.outbox, with %(subject)s.
        subject: the value of %(subject)s.
        message: builds headers and parts of the mail of a row of ops.outbox; raises AddressNotUsable, WarehouseError,
            ValueError, MessageError.
        bounce_address: where servers report that a mail could not be delivered.
    """

    predicate: str
    subject: int | None
    message: Callable[[Envelope], tuple[bytes, bytes]]
    bounce_address: str


def send_envelopes(conn: Connection, mailing: Mailing, send: Send) -> int:
    """Send what is pending or deferred, going on after a failure; return how many were tried.

    The connection commits every statement.
    """
    _mark_abandoned(conn, mailing)
    tried = last = 0
    while (row := _claim(conn, mailing, last)) is not None:
        last, tried = row["outbox_id"], tried + 1
        with _locked(conn, last):
            _finish(conn, last, *_attempt(conn, row, mailing, send))
    return tried


def count_by_state(conn: Connection, mailing: Mailing) -> dict[str, int]:
    """Count the envelopes by state."""
    rows = conn.execute(
        f"select state, count(*) from ops.outbox where {mailing.predicate} group by 1 order by 1",
        {"subject": mailing.subject},
    )
    return dict(rows.fetchall())


def describe_failures(conn: Connection, mailing: Mailing) -> list[str]:
    """Describe what went wrong with each envelope that was not sent, without anybody's address."""
    rows = conn.execute(
        f"""select message_id, state, replace(reply, email, '(recipient)') from ops.outbox
           where {mailing.predicate} and state in ('deferred', 'refused', 'in_doubt') order by outbox_id""",
        {"subject": mailing.subject},
    ).fetchall()
    return [f"{identity} {state}: {reply}" for identity, state, reply in rows]


def _mark_abandoned(conn: Connection, mailing: Mailing) -> None:
    rows = conn.execute(
        f"select outbox_id from ops.outbox where {mailing.predicate} and state = 'sending'",
        {"subject": mailing.subject},
    ).fetchall()
    for (outbox_id,) in rows:
        got = conn.execute(f"select pg_try_advisory_lock{_LOCK}", (outbox_id,)).fetchone()
        if got and got[0]:
            _finish(conn, outbox_id, "in_doubt", "The worker ended while sending; the mail may have left.")
            _unlock(conn, outbox_id)


def _claim(conn: Connection, mailing: Mailing, after: int) -> dict[str, Any] | None:
    """Claim the next envelope: `sending` and locked, committed before anything is sent."""
    with conn.transaction(), conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(
            f"""select * from ops.outbox
               where {mailing.predicate} and outbox_id > %(after)s and state in ('pending', 'deferred')
                   and (state = 'pending' or coalesce(next_attempt_at <= clock_timestamp(), true))
               order by outbox_id for update skip locked limit 1""",
            {"subject": mailing.subject, "after": after},
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


def _attempt(conn: Connection, row: Envelope, mailing: Mailing, send: Send) -> tuple[str, str]:
    """Send one mail; return the state that it ends in and the server's reply."""
    stopped = conn.execute(_STOPPED, (row["recipient_code"], row["email"])).fetchone()
    if stopped:
        return "refused", f"Nothing left: the recipient is stopped ({stopped[0]})."
    try:
        head, content = mailing.message(row)
    except AddressNotUsable as error:
        return "refused", str(error)
    except (WarehouseError, ValueError, MessageError) as error:
        # A fault of ours, and nothing was sent.
        return _deferred_or_refused(row), str(error)
    _record(conn, row["outbox_id"], head, content)
    try:
        send(head + content, mailing.bounce_address, row["email"])
    except (smtplib.SMTPException, OSError) as error:
        state = state_after(error)
        return _deferred_or_refused(row) if state == "deferred" else state, reply_text(error)
    return "sent", "accepted"


def _deferred_or_refused(row: Envelope) -> str:
    return "deferred" if row["attempt_count"] + 1 < MAX_ATTEMPTS else "refused"


def _record(conn: Connection, outbox_id: int, head: bytes, content: bytes) -> None:
    """Store the exact headers before sending; the parts after them are stored with the report."""
    conn.execute(
        "update ops.outbox set head = %s, sha256 = %s where outbox_id = %s",
        (head.decode(), hashlib.sha256(head + content).hexdigest(), outbox_id),
    )


def _finish(conn: Connection, outbox_id: int, state: str, reply: str) -> None:
    values = {"state": state, "reply": reply[:500].replace("\0", ""), "outbox_id": outbox_id}
    conn.execute(_FINISH, values)
