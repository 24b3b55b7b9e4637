"""Mail approvers the report as it would go out, and where to approve or reject it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import psycopg

from include.errors import WarehouseError
from include.reports.delivery import artifacts, envelopes, recipients
from include.reports.delivery.envelopes import Mailing
from include.reports.delivery.message import (
    Envelope,
    header_bytes,
    make_message_id,
    mime_parts,
    new_mail,
    report_headers,
)
from include.reports.delivery.outbox import Delivery, envelope_from
from include.reports.delivery.settings import MailSettings
from include.reports.delivery.smtp import Send
from include.reports.issue import report_run
from include.reports.issue.report_run import Connection, ReportRun
from include.reports.language.catalog import catalog
from include.reports.render.html import Rendered
from include.reports.render.theme import LIGHT

# A name that no mail server delivers to (RFC 2606): the attached copies are nobody's.
NOBODY = "reader@example.invalid"


def send_previews(dsn: str, run_id: int, send: Send, settings: MailSettings, link: str) -> Delivery:
    """Mail the rendered issue to every approver, each once.

    Args:
        dsn: the warehouse.
        run_id: the issue; must be rendered.
        send: gives a message to a server.
        settings: addresses.
        link: where an approver answers.

    Raises:
        WarehouseError: nobody is on the list as approver, or a variant is no longer what was kept.
    """
    with psycopg.connect(dsn, autocommit=True) as conn:
        run = report_run.load_run(conn, run_id)
        _enqueue(conn, run, settings)
        mailing = Mailing(
            predicate="report_run_id = %(subject)s and purpose_code = 'preview'",
            subject=run_id,
            message=lambda row: _message(conn, run, row, settings, link),
            bounce_address=settings.bounce_address,
        )
        tried = envelopes.send_envelopes(conn, mailing, send)
        counts = envelopes.count_by_state(conn, mailing)
        return Delivery(tried=tried, counts=counts, problems=envelopes.describe_failures(conn, mailing))


def _enqueue(conn: Connection, run: ReportRun, settings: MailSettings) -> None:
    people = recipients.query_approvers(conn, run)
    if not people:
        raise WarehouseError(
            source="report",
            expected="somebody who approves it",
            got="none",
            todo="Add a line with audience_code approver to include/sources/reference/recipient.csv and run reference.",
        )
    for person in people:
        identity = make_message_id(f"{run.report_code}.preview", run.version, person["recipient_code"], settings)
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
    rendered = render_preview(conn, run, row["language_code"], settings, link)
    head = new_mail(rendered.subject, envelope_from(row, run), settings, f"preview.{settings.list_id}")
    return header_bytes(head), mime_parts(rendered, row["language_code"])


def render_preview(conn: Connection, run: ReportRun, language: str, settings: MailSettings, link: str) -> Rendered:
    """Render the mail to an approver: the question, a report, every variant attached."""
    counted: dict[tuple[str, str], int] = {}
    for person in recipients.query_recipients(conn, run):
        variant = (person["audience_code"], person["language_code"])
        counted[variant] = counted.get(variant, 0) + 1
    stored = {variant: artifacts.load_artifact(conn, run, *variant) for variant in sorted(counted)}
    title = catalog(language).gettext("Preview")
    lines = _question(run, counted, language, link)
    shown = stored.get(("management", language)) or next(
        iter(stored.values()), Rendered(subject="", html="", text="", images={})
    )
    return Rendered(
        subject=f"{title}: {run.report_code} v{run.version}",
        html=_put_above(shown.html, lines),
        text="\n".join(lines) + "\n\n" + shown.text,
        images=shown.images,
        attachments={
            f"{audience}-{tongue}.eml".replace(":", "-"): _copy(rendered, run, tongue, settings)
            for (audience, tongue), rendered in stored.items()
        },
    )


def _question(run: ReportRun, counts: Mapping[tuple[str, str], int], language: str, link: str) -> list[str]:
    """Write what the approver is asked, and how many readers of each variant there are."""
    translate = catalog(language).gettext
    readers = [f"{audience} {tongue}: {count}" for (audience, tongue), count in sorted(counts.items())]
    return [
        translate(
            "Preview of %(code)s version %(version)s. Nothing has been sent yet. Approve or reject: %(link)s",
            code=run.report_code,
            version=run.version,
            link=link,
        ),
        translate("Without an answer within three days the report does not go out."),
        translate("It goes to: %(readers)s.", readers=", ".join(readers) or "-"),
        translate("Each variant is attached as its readers will get it."),
    ]


def _put_above(html: str, lines: list[str]) -> str:
    """Put our lines above everything visible in the report's own HTML."""
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines)
    near = LIGHT.near
    style = f"padding: 12px 16px; font: 16px/1.45 Arial, sans-serif; background: {near.tag}; color: {near.text}"
    box = f'<div style="{style}">{paragraphs}</div>'
    start, body, rest = html.partition("<body")
    opening, end, rest = rest.partition(">")
    return start + body + opening + end + box + rest if body else html


def _copy(rendered: Rendered, run: ReportRun, language: str, settings: MailSettings) -> bytes:
    envelope = Envelope(
        email=NOBODY, name="", message_id=f"<{run.report_code}.v{run.version}.copy@example.invalid>",
        language=language, dated=run.as_of,
    )  # fmt: skip
    return report_headers(rendered.subject, envelope, settings) + mime_parts(rendered, language)
