"""Readers who want no more: a signed link that one click honours (RFC 8058), and mailboxes that are no more."""

from __future__ import annotations

import hmac
from html import escape

import psycopg

from include.reports.delivery.message import signature
from include.reports.delivery.settings import MailSettings
from include.reports.issue.report_run import Connection


def is_signed(mail: str, sign: str, settings: MailSettings) -> bool:
    """Whether a link was made by us for this Message-ID."""
    given, wanted = sign.encode(), signature(mail, settings).encode()
    return bool(settings.signing_key) and hmac.compare_digest(given, wanted)


def unsubscribe(dsn: str, mail: str) -> bool:
    """Stop the report for whoever got a mail, at that address; False when no mail of ours has this Message-ID.

    Asked twice it stays stopped since the first time.
    """
    with psycopg.connect(dsn) as conn:
        return stop(conn, f"<{mail.strip('<>')}>", "unsubscribed")


def stop(conn: Connection, identity: str, reason: str) -> bool:
    """Stop the recipient of a mail, as unsubscribed or bounced; False when there is no such mail."""
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


def page(question: str, answer: str, *, button: bool) -> str:
    """A page of two lines, in Dutch and in English, with a button that says yes; it needs no other file."""
    form = '<form method="post"><button style="font: inherit; padding: 8px 16px">Stop</button></form>' if button else ""
    return (
        '<!doctype html>\n<html lang="nl">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<title>KPI-rapport</title>\n'
        '<body style="margin: 24px; font: 16px/1.45 sans-serif">\n<main>\n'
        f'<h1 style="font-size: 20px">{escape(question)}</h1>\n<p lang="en">{escape(answer)}</p>\n{form}\n</main>\n'
    )
