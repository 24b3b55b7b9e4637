"""Unsubscribe readers: one click on a signed link (RFC 8058), or a dead mailbox."""

from __future__ import annotations

import hmac

import psycopg

from include.reports.delivery.message import sign_message_id
from include.reports.delivery.settings import MailSettings
from include.reports.issue.report_run import Connection


def is_signed(mail: str, sign: str, settings: MailSettings) -> bool:
    """Check whether we made a link for this Message-ID."""
    found, expected = sign.encode(), sign_message_id(mail, settings).encode()
    return bool(settings.signing_key) and hmac.compare_digest(found, expected)


def unsubscribe(dsn: str, mail: str) -> bool:
    """Stop the report for the reader of a mail; False when no mail has this Message-ID.

    A second call changes nothing.
    """
    with psycopg.connect(dsn) as conn:
        return stop_recipient(conn, f"<{mail.strip('<>')}>", "unsubscribed")


def stop_recipient(conn: Connection, identity: str, reason: str) -> bool:
    """Stop the recipient of a mail, as unsubscribed or bounced; False without such a mail."""
    found = conn.execute(
        """insert into ops.stop (recipient_code, destination_sha256, reason_code)
           select recipient_code, ops.destination(email), %(reason)s from ops.outbox where message_id = %(mail)s
           on conflict (recipient_code, destination_sha256) do update
           set stopped_at = case when stop.lifted_at is null then stop.stopped_at else clock_timestamp() end,
               told_at = case when stop.lifted_at is null then stop.told_at end,
               lifted_at = null
           returning recipient_code""",
        {"mail": identity, "reason": reason},
    ).fetchone()
    return found is not None
