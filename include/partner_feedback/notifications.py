"""Who is written to, when: every processed report is answered once, every missing one asked for three times at most.

A letter is made and kept, with its envelopes in the outbox, in one transaction; its code says what it is for and is
unique, so that whatever is run again makes none twice. Made letters are sent by `include.partner_feedback.mailing`.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from include import warehouse
from include.errors import WarehouseError
from include.partner_feedback import findings, messages
from include.partner_feedback.findings import Processed
from include.partner_feedback.messages import Letter
from include.partner_feedback.texts import PHRASES
from include.partners.lists import Language
from include.partners.template import write_workbook
from include.periods import local_date
from include.reports.delivery.settings import MailSettings

log = logging.getLogger(__name__)
Connection = psycopg.Connection[Any]
Contact = dict[str, str]

_CONTACTS = """
select c.contact_code, c.name, c.email, c.language_code, coalesce(n.name, p.name, t.partner_code) as partner
from core.contract as t
join core.partner_contact as c on c.contract_code = t.contract_code and c.known_to = 'infinity' and c.is_active
left join core.partner as p on p.partner_code = t.partner_code and p.known_to = 'infinity'
left join core.partner_name as n on n.partner_code = t.partner_code and n.known_to = 'infinity' and n.is_official
    and n.language_code = c.language_code and %s between n.valid_from and n.valid_to
where t.contract_code = %s and t.known_to = 'infinity' order by c.contact_code
"""
_KEEP = """
insert into ops.partner_letter (letter_code, letter_kind_code, contract_code, period, batch_id, language_code, subject,
    plain_text, attachment, attachment_name, clock)
values (%(letter_code)s, %(letter_kind_code)s, %(contract_code)s, %(period)s, %(batch_id)s, %(language_code)s,
    %(subject)s, %(plain_text)s, %(attachment)s, %(attachment_name)s, %(clock)s)
on conflict (letter_code) do nothing returning letter_id
"""


def answer(dsn: str, root: str, clock: datetime, settings: MailSettings) -> int:
    """Write the answers to reports that have none yet; returns how many letters are new.

    Raises:
        WarehouseError: some could not be written; all others are, and it names the reports.
    """
    with warehouse.connect(dsn, autocommit=True) as conn:
        made, failed = 0, []
        for report in findings.processed(conn, clock):
            try:
                made += _answer_one(conn, root, report, clock, settings)
            # Whatever it is about this report, it is nobody else's fault.
            except Exception:
                log.exception("no answer to %s %s", report.contract_code, report.period)
                failed.append(f"{report.contract_code} {report.period}")
    if failed:
        raise _unanswered(failed)
    return made


def _answer_one(conn: Connection, root: str, report: Processed, clock: datetime, settings: MailSettings) -> int:
    made, said = 0, None
    for language, contacts in _by_language(conn, report.contract_code, local_date(clock)).items():
        if _is_kept(conn, report.letter_code(language)):
            continue
        said = findings.of(conn, report) if said is None else said
        letter = messages.answer(root, report, contacts[0]["partner"], said, language)
        made += _keep(conn, letter, contacts, clock, settings)
    return made


def _unanswered(reports: Sequence[str]) -> WarehouseError:
    return WarehouseError(
        source="partner_activity",
        expected="an answer to every report",
        got=f"none to {', '.join(reports)}; the log says why",
        todo="Mend the cause; the next run writes what is missing. All other answers are written.",
    )


def remind(dsn: str, clock: datetime, settings: MailSettings) -> int:
    """Write the reminders that are due and not yet written; returns how many letters are new.

    A moment that passed unused is not made up for: on the day itself nobody gets the reminder of two weeks before.
    """
    today = local_date(clock)
    with warehouse.connect(dsn, autocommit=True) as conn:
        made = 0
        with conn.cursor(row_factory=dict_row) as cursor:
            late = cursor.execute(
                warehouse.query("load", "reports_to_ask_for.sql").encode(), {"today": today}
            ).fetchall()
        for owed in late:
            for language, contacts in _by_language(conn, owed["contract_code"], today).items():
                letter = _reminder(owed, contacts[0]["partner"], language)
                if not _is_kept(conn, letter.letter_code):
                    made += _keep(conn, letter, contacts, clock, settings)
        return made


def _reminder(owed: dict[str, Any], partner: str, language: Language) -> Letter:
    say = PHRASES[language]
    due: date = owed["due_date"]
    known = {"partner": partner, "period": owed["period"], "contract": owed["contract_code"], "due": f"{due:%d/%m/%Y}"}
    body = [
        say["greeting"],
        say["reminder"].format(**known),
        say["unreadable"] if owed["is_quarantined"] else "",
        say["fresh"],
        say["closing"],
        say["sample"] if owed["is_sample"] else "",
    ]
    contract = {"contract_code": owed["contract_code"], "name": partner}
    return Letter(
        letter_code=f"reminder {owed['contract_code']} {owed['period']} {owed['moment']} {language}",
        letter_kind_code="reminder",
        contract_code=owed["contract_code"],
        period=owed["period"],
        batch_id=None,
        language_code=language,
        subject=say[owed["moment"]].format(**known),
        plain_text="\n\n".join(part for part in body if part) + "\n",
        attachment=write_workbook(contract, owed["period"], language),
        attachment_name=f"{owed['contract_code']}_{owed['period']}.xlsx",
    )


def _by_language(conn: Connection, contract_code: str, day: date) -> dict[Language, list[Contact]]:
    """Contacts of a contract by language; with each the name that the partner bears on a day, in that language."""
    with conn.cursor(row_factory=dict_row) as cursor:
        contacts = cursor.execute(_CONTACTS, (day, contract_code)).fetchall()
    languages: tuple[Language, ...] = ("nl", "en")
    found = {language: [c for c in contacts if c["language_code"] == language] for language in languages}
    return {language: listed for language, listed in found.items() if listed}


def _is_kept(conn: Connection, letter_code: str) -> bool:
    kept = conn.execute("select from ops.partner_letter where letter_code = %s", (letter_code,))
    return kept.fetchone() is not None


def _keep(
    conn: Connection, letter: Letter, contacts: Sequence[Contact], clock: datetime, settings: MailSettings
) -> int:
    with conn.transaction():
        row = conn.execute(_KEEP, {**vars(letter), "clock": clock}).fetchone()
        if row is None:
            return 0
        for contact in contacts:
            digest = hashlib.sha256(f"{letter.letter_code}|{contact['contact_code']}".encode()).hexdigest()[:24]
            identity = f"<{letter.letter_kind_code}.{letter.period}.{digest}@{settings.domain}>"
            conn.execute(
                """insert into ops.outbox
                (letter_id, recipient_code, email, name, audience_code, language_code, message_id)
                values (%s, %s, %s, %s, 'partner', %s, %s)""",
                (row[0], contact["contact_code"], contact["email"], contact["name"], letter.language_code, identity),
            )
    return 1
