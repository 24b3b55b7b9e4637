"""Notify partners: each processed report is answered, each missing one asked for.

A message is stored with its envelopes in the outbox in one transaction. Its code says what it is for and is unique, so
that a second run writes none twice. `send_messages` then sends each once, as the KPI report is sent.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import psycopg
from psycopg.rows import dict_row

from include import warehouse
from include.errors import WarehouseError
from include.partner_feedback import findings, messages
from include.partner_feedback.findings import Processed
from include.partner_feedback.messages import PartnerMessage
from include.partners.lists import Language
from include.periods import local_date
from include.reports.delivery import envelopes
from include.reports.delivery.envelopes import Mailing
from include.reports.delivery.message import Envelope, header_bytes, new_mail
from include.reports.delivery.outbox import Delivery
from include.reports.delivery.settings import MailSettings
from include.reports.delivery.smtp import Send

log = logging.getLogger(__name__)
Connection = psycopg.Connection[Any]
Contact = dict[str, str]
_XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
# The workbook holds enterprise numbers in full, so it is deleted once it is sent.
_DELETE_ATTACHMENTS = """
update ops.partner_letter as l set attachment = null
where attachment is not null and not exists (
    select from ops.outbox as o where o.letter_id = l.letter_id and o.state in ('pending', 'sending', 'deferred')
)"""

_CONTACTS = """
select c.contact_code, c.name, c.email, c.language_code, coalesce(n.name, p.name, t.partner_code) as partner
from core.contract as t
join core.partner_contact as c on c.contract_code = t.contract_code and c.known_to = 'infinity' and c.is_active
left join core.partner as p on p.partner_code = t.partner_code and p.known_to = 'infinity'
left join core.partner_name as n on n.partner_code = t.partner_code and n.known_to = 'infinity' and n.is_official
    and n.language_code = c.language_code and %s between n.valid_from and n.valid_to
where t.contract_code = %s and t.known_to = 'infinity' order by c.contact_code
"""
_INSERT = """
insert into ops.partner_letter (letter_code, letter_kind_code, contract_code, period, batch_id, language_code, subject,
    plain_text, attachment, attachment_name, clock)
values (%(letter_code)s, %(letter_kind_code)s, %(contract_code)s, %(period)s, %(batch_id)s, %(language_code)s,
    %(subject)s, %(plain_text)s, %(attachment)s, %(attachment_name)s, %(clock)s)
on conflict (letter_code) do nothing returning letter_id
"""


def write_answers(dsn: str, root: str, clock: datetime, settings: MailSettings) -> int:
    """Write the answers to reports that have none yet; return how many messages are new.

    Raises:
        WarehouseError: some could not be written; all others are, and it names the reports.
    """
    with warehouse.connect(dsn, autocommit=True) as conn:
        count, failed = 0, []
        for report in findings.query_processed(conn, clock):
            try:
                count += _answer_one(conn, root, report, clock, settings)
            # A fault in one report must not stop the answers to others.
            except Exception:
                log.exception("no answer to %s %s", report.contract_code, report.period)
                failed.append(f"{report.contract_code} {report.period}")
    if failed:
        raise _unanswered(failed)
    return count


def _answer_one(conn: Connection, root: str, report: Processed, clock: datetime, settings: MailSettings) -> int:
    count, found = 0, None
    for language, contacts in _by_language(conn, report.contract_code, local_date(clock)).items():
        if _is_stored(conn, report.letter_code(language)):
            continue
        found = findings.query_findings(conn, report) if found is None else found
        message = messages.build_answer(root, report, contacts[0]["partner"], found, language)
        count += _store(conn, message, contacts, clock, settings)
    return count


def _unanswered(reports: Sequence[str]) -> WarehouseError:
    return WarehouseError(
        source="partner_activity",
        expected="an answer to every report",
        got=f"none to {', '.join(reports)}; the log says why",
        todo="Mend the cause; the next run writes what is missing. All other answers are written.",
    )


def write_reminders(dsn: str, clock: datetime, settings: MailSettings) -> int:
    """Write the reminders that are due and not yet written; return how many messages are new.

    A reminder whose day passed is not written later: on the due day nobody gets the reminder of two weeks before.
    """
    today = local_date(clock)
    with warehouse.connect(dsn, autocommit=True) as conn:
        count = 0
        with conn.cursor(row_factory=dict_row) as cursor:
            missing = cursor.execute(
                warehouse.query("load", "reports_to_ask_for.sql").encode(), {"today": today}
            ).fetchall()
        for owed in missing:
            for language, contacts in _by_language(conn, owed["contract_code"], today).items():
                message = messages.build_reminder(owed, contacts[0]["partner"], language)
                if not _is_stored(conn, message.letter_code):
                    count += _store(conn, message, contacts, clock, settings)
        return count


def _by_language(conn: Connection, contract_code: str, day: date) -> dict[Language, list[Contact]]:
    """Query the contacts of a contract by language, each with the partner's name in it."""
    with conn.cursor(row_factory=dict_row) as cursor:
        contacts = cursor.execute(_CONTACTS, (day, contract_code)).fetchall()
    languages: tuple[Language, ...] = ("nl", "en")
    found = {language: [c for c in contacts if c["language_code"] == language] for language in languages}
    return {language: listed for language, listed in found.items() if listed}


def _is_stored(conn: Connection, letter_code: str) -> bool:
    stored = conn.execute("select from ops.partner_letter where letter_code = %s", (letter_code,))
    return stored.fetchone() is not None


def _store(
    conn: Connection, message: PartnerMessage, contacts: Sequence[Contact], clock: datetime, settings: MailSettings
) -> int:
    with conn.transaction():
        row = conn.execute(_INSERT, {**vars(message), "clock": clock}).fetchone()
        if row is None:
            return 0
        for contact in contacts:
            digest = hashlib.sha256(f"{message.letter_code}|{contact['contact_code']}".encode()).hexdigest()[:24]
            identity = f"<{message.letter_kind_code}.{message.period}.{digest}@{settings.domain}>"
            conn.execute(
                """insert into ops.outbox
                (letter_id, recipient_code, email, name, audience_code, language_code, message_id)
                values (%s, %s, %s, %s, 'partner', %s, %s)""",
                (row[0], contact["contact_code"], contact["email"], contact["name"], message.language_code, identity),
            )
    return 1


def send_messages(dsn: str, send: Send, settings: MailSettings) -> Delivery:
    """Send every message to a partner that is pending or deferred, each once."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        mailing = Mailing(
            predicate="letter_id is not null",
            subject=None,
            message=lambda row: build_partner_mail(conn, row, settings),
            bounce_address=settings.bounce_address,
        )
        tried = envelopes.send_envelopes(conn, mailing, send)
        conn.execute(_DELETE_ATTACHMENTS)
        counts = envelopes.count_by_state(conn, mailing)
        return Delivery(tried=tried, counts=counts, problems=envelopes.describe_failures(conn, mailing))


def build_partner_mail(conn: Connection, row: Mapping[str, Any], settings: MailSettings) -> tuple[bytes, bytes]:
    """Build the mail of a row of ops.outbox: headers, and text with workbook.

    The same row gives the same bytes.

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
    mail = new_mail(letter["subject"], envelope, settings, f"partner-reports.{settings.domain}")
    head = header_bytes(mail)
    mail = EmailMessage(policy=SMTP)
    mail["MIME-Version"] = "1.0"
    mail.set_content(letter["plain_text"], cte="quoted-printable")
    if letter["attachment"] is not None:
        kind, subtype = _XLSX
        mail.add_attachment(letter["attachment"], kind, subtype, filename=letter["attachment_name"])
        # Python would choose the boundary at random.
        mail.set_boundary(f"=_{row['message_id'].strip('<>').partition('@')[0]}")
    mail["Content-Language"] = row["language_code"]
    return head, mail.as_bytes()
