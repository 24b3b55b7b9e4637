"""What approvers see before anybody else: the report as it would go out, to how many, and where to say yes or no."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import psycopg

from include.errors import WarehouseError
from include.reports.delivery import artifacts, envelopes, recipients
from include.reports.delivery.artifacts import Rendered
from include.reports.delivery.envelopes import Mailing
from include.reports.delivery.message import Envelope, addressed, head_of, message_id, report_head
from include.reports.delivery.mime import content
from include.reports.delivery.outbox import Delivery, envelope_of
from include.reports.delivery.settings import MailSettings
from include.reports.delivery.smtp import Send
from include.reports.issue import report_run
from include.reports.issue.report_run import Connection, ReportRun

# A name that no mail server delivers to (RFC 2606): the attached copies are nobody's.
NOBODY = "reader@example.invalid"
_SAID = {
    "nl": (
        "Voorvertoning van {code} versie {version}. Er is nog niets verzonden. Keur goed of af: {link}",
        "Zonder antwoord binnen drie dagen gaat het rapport niet uit.",
        "Het gaat naar",
        "Elke variant zit in bijlage, zoals ze bij de lezers aankomt.",
        "Voorvertoning",
    ),
    "en": (
        "Preview of {code} version {version}. Nothing has been sent yet. Approve or reject: {link}",
        "Without an answer within three days the report does not go out.",
        "It goes to",
        "Each variant is attached as its readers will get it.",
        "Preview",
    ),
}


def send(dsn: str, run_id: int, sender: Send, settings: MailSettings, link: str) -> Delivery:
    """Mail the rendered issue to everyone on the list as approver, each once.

    Args:
        dsn: the warehouse.
        run_id: the issue; must be rendered.
        sender: hands a message to a server.
        settings: addresses.
        link: where an approver answers.

    Raises:
        WarehouseError: nobody is on the list as approver, or a variant is no longer what was kept.
    """
    with psycopg.connect(dsn, autocommit=True) as conn:
        run = report_run.current(conn, run_id)
        _enqueue(conn, run, settings)
        mailing = Mailing(
            which="report_run_id = %(subject)s and purpose_code = 'preview'",
            subject=run_id,
            message=lambda row: _message(conn, run, row, settings, link),
            bounce_address=settings.bounce_address,
        )
        tried = envelopes.send_all(conn, mailing, sender)
        counts = envelopes.counts(conn, mailing)
        return Delivery(tried=tried, counts=counts, problems=envelopes.problems(conn, mailing))


def _enqueue(conn: Connection, run: ReportRun, settings: MailSettings) -> None:
    people = recipients.approvers(conn, run)
    if not people:
        raise WarehouseError(
            source="report",
            expected="somebody who approves it",
            got="none",
            todo="Add a line with audience_code approver to include/sources/reference/recipient.csv and run reference.",
        )
    for person in people:
        identity = message_id(f"{run.report_code}.preview", run.version, person["recipient_code"], settings)
        conn.execute(
            """insert into ops.outbox (report_run_id, purpose_code, recipient_code, email, name, audience_code,
                   language_code, message_id)
               values (%(run)s, 'preview', %(recipient_code)s, %(email)s, %(name)s, %(audience_code)s,
                   %(language_code)s, %(identity)s) on conflict do nothing""",
            {**person, "run": run.report_run_id, "identity": identity},
        )


def _message(
    conn: Connection, run: ReportRun, row: Mapping[str, Any], settings: MailSettings, link: str
) -> tuple[bytes, bytes]:
    drawn = preview(conn, run, row["language_code"], settings, link)
    head = addressed(drawn.subject, envelope_of(row, run), settings, f"preview.{settings.list_id}")
    return head_of(head), content(drawn, row["language_code"])


def preview(conn: Connection, run: ReportRun, language: str, settings: MailSettings, link: str) -> Rendered:
    """The mail to an approver: what is asked, the report of management in their language, every variant attached."""
    counted: dict[tuple[str, str], int] = {}
    for person in recipients.of(conn, run):
        variant = (person["audience_code"], person["language_code"])
        counted[variant] = counted.get(variant, 0) + 1
    kept = {variant: artifacts.kept(conn, run, *variant) for variant in sorted(counted)}
    question, otherwise, to, attached, title = _SAID[language]
    listed = [f"{audience} {tongue}: {counted[audience, tongue]}" for audience, tongue in kept]
    lines = [
        question.format(code=run.report_code, version=run.version, link=link),
        otherwise, f"{to}: {', '.join(listed) or '-'}.", attached,
    ]  # fmt: skip
    shown = kept.get(("management", language)) or next(
        iter(kept.values()), Rendered(subject="", html="", text="", images={})
    )
    return Rendered(
        subject=f"{title}: {run.report_code} v{run.version}",
        html=_above(shown.html, lines),
        text="\n".join(lines) + "\n\n" + shown.text,
        images=shown.images,
        attachments={
            f"{audience}-{tongue}.eml".replace(":", "-"): _copy(drawn, run, tongue, settings)
            for (audience, tongue), drawn in kept.items()
        },
    )


def _above(html: str, lines: list[str]) -> str:
    """The report's own HTML with our lines before everything that is seen."""
    told = "".join(f"<p>{escape(line)}</p>" for line in lines)
    style = "padding: 12px 16px; font: 16px/1.45 Arial, sans-serif; background: #fff0cc; color: #6b4500"
    box = f'<div style="{style}">{told}</div>'
    start, body, rest = html.partition("<body")
    opening, end, rest = rest.partition(">")
    return start + body + opening + end + box + rest if body else html


def _copy(drawn: Rendered, run: ReportRun, language: str, settings: MailSettings) -> bytes:
    envelope = Envelope(
        email=NOBODY, name="", message_id=f"<{run.report_code}.v{run.version}.copy@example.invalid>",
        language=language, dated=run.as_of,
    )  # fmt: skip
    return report_head(drawn.subject, envelope, settings) + content(drawn, language)
