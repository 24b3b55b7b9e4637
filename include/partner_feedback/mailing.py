"""From a kept letter and an envelope to the mail that goes out, once; the machinery is that of the KPI report."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import psycopg
from psycopg.rows import dict_row

from include.reports.delivery import envelopes
from include.reports.delivery.envelopes import Mailing
from include.reports.delivery.message import Envelope, addressed, head_of
from include.reports.delivery.outbox import Delivery
from include.reports.delivery.settings import MailSettings
from include.reports.delivery.smtp import Send

Connection = psycopg.Connection[Any]
_XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
# The workbook holds enterprise numbers in full: nothing of it is kept once it is out of our hands.
_FORGET = """
update ops.partner_letter as l set attachment = null
where attachment is not null and not exists (
    select from ops.outbox as o where o.letter_id = l.letter_id and o.state in ('pending', 'sending', 'deferred')
)"""


def post(dsn: str, send: Send, settings: MailSettings) -> Delivery:
    """Send every letter to a partner that is pending or deferred, each once, going on after a failure."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        mailing = Mailing(
            which="letter_id is not null",
            subject=None,
            message=lambda row: message(conn, row, settings),
            bounce_address=settings.bounce_address,
        )
        tried = envelopes.send_all(conn, mailing, send)
        conn.execute(_FORGET)
        counts = envelopes.counts(conn, mailing)
        return Delivery(tried=tried, counts=counts, problems=envelopes.problems(conn, mailing))


def message(conn: Connection, row: Mapping[str, Any], settings: MailSettings) -> tuple[bytes, bytes]:
    """The mail of a row of ops.outbox: headers, and the letter's text and its workbook; the same bytes every time.

    Raises: AddressNotUsable.
    """
    with conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute("select * from ops.partner_letter where letter_id = %s", (row["letter_id"],))
        (letter,) = cursor.fetchall()
    envelope = Envelope(
        email=row["email"],
        name=row["name"],
        message_id=row["message_id"],
        language=row["language_code"],
        dated=letter["clock"],
    )
    mail = addressed(letter["subject"], envelope, settings, f"partner-reports.{settings.domain}")
    head = head_of(mail)
    mail = EmailMessage(policy=SMTP)
    mail["MIME-Version"] = "1.0"
    mail.set_content(letter["plain_text"], cte="quoted-printable")
    if letter["attachment"] is not None:
        kind, subtype = _XLSX
        mail.add_attachment(letter["attachment"], kind, subtype, filename=letter["attachment_name"])
        # Python would draw the boundary at random.
        mail.set_boundary(f"=_{row['message_id'].strip('<>').partition('@')[0]}")
    mail["Content-Language"] = row["language_code"]
    return head, mail.as_bytes()
