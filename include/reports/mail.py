"""From a kept report and an envelope to the message that goes out; the same bytes every time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import quote

from include.periods import ZONE
from include.reports.artifacts import Rendered
from include.reports.formats import one_line
from include.reports.settings import MailSettings

_BAD_ADDRESS = "recipient: expected one plain mail address; got {got}. Correct include/reference/recipient.csv."

# By the end of a file's name, what its bytes are.
_KINDS = {"pdf": "pdf", "xlsx": "vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


class AddressNotUsable(ValueError):
    """The address cannot stand in a mail header; nothing was sent."""


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """One person's copy: a row of ops.outbox and the date that the mail carries."""

    email: str
    name: str
    message_id: str
    language: str
    dated: datetime


def message_id(report_code: str, version: int, recipient_code: str, domain: str) -> str:
    """The Message-ID of a person's copy, known before sending: <KPI-2026-Q3.v1.(24 hex)@domain>."""
    digest = hashlib.sha256(f"{report_code}|{version}|{recipient_code}".encode()).hexdigest()
    return f"<{report_code}.v{version}.{digest[:24]}@{domain}>"


def message(rendered: Rendered, envelope: Envelope, settings: MailSettings) -> EmailMessage:
    """The text and the HTML with its images inline, each a way to read the same, then the files.

    Raises:
        AddressNotUsable: the address in the envelope is none, or more than one.
    """
    mail = addressed(rendered.subject, envelope, settings, settings.list_id)
    mail["List-Unsubscribe"] = f"<{unsubscribe_link(settings.reply_to)}>"
    mail["MIME-Version"] = "1.0"
    _fill(mail, rendered)
    # set_content() drops every header that starts with Content-, so this one comes last.
    mail["Content-Language"] = envelope.language
    return mail


def addressed(subject: str, envelope: Envelope, settings: MailSettings, list_id: str) -> EmailMessage:
    """A mail of ours with its headers and nothing in it.

    Raises:
        AddressNotUsable: the address in the envelope is none, or more than one.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(one_line(settings.sender_name), addr_spec=settings.sender_address)
    mail["To"] = _recipient(envelope)
    mail["Reply-To"] = settings.reply_to
    mail["Subject"] = one_line(subject)
    mail["Date"] = envelope.dated.astimezone(ZONE)
    mail["Message-ID"] = envelope.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    mail["List-Id"] = f"<{list_id}>"
    return mail


def unsubscribe_link(address: str) -> str:
    """The mailto link with which a reader asks to change language or stop."""
    return f"mailto:{quote(address, safe='@')}?subject=unsubscribe"


def _fill(mail: EmailMessage, rendered: Rendered) -> None:
    mail.set_content(rendered.text, cte="quoted-printable")
    if rendered.html:
        mail.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
        page = mail.get_payload()[1]  # type: ignore[index]
        assert isinstance(page, EmailMessage)
        for cid, png in sorted(rendered.images.items()):
            name = f"{cid.split('@')[0]}.png"
            page.add_related(png, "image", "png", cid=f"<{cid}>", disposition="inline", filename=name)
    for name, content in sorted(rendered.attachments.items()):
        kind = _KINDS[name.rpartition(".")[2]]
        mail.add_attachment(content, "application", kind, filename=name)
    # Python would draw the boundaries at random.
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{rendered.sha256[:32]}_{number}")


def _recipient(envelope: Envelope) -> Address:
    address = envelope.email
    if not address.isascii() or not address.isprintable() or any(sign in address for sign in ' ,;<>"()'):
        raise AddressNotUsable(_BAD_ADDRESS.format(got=ascii(address)))
    try:
        return Address(one_line(envelope.name), addr_spec=address)
    except (ValueError, IndexError, MessageError) as error:
        raise AddressNotUsable(_BAD_ADDRESS.format(got=ascii(address))) from error
