"""Build the message from a rendered report and an envelope; the same bytes every time."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import urlencode

from include.periods import ZONE
from include.reports.delivery.settings import MailSettings
from include.reports.language.formats import one_line
from include.reports.render.html import Rendered
from include.reports.render.view import unsubscribe_mailto

# Subtype of application/ by the end of a file's name.
_SUBTYPES = {"pdf": "pdf", "xlsx": "vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

_BAD_ADDRESS = "recipient: expected one plain mail address; got {got}. Correct include/sources/reference/recipient.csv."


class AddressNotUsable(ValueError):
    """Raised for an address that cannot stand in a mail header; nothing was sent."""


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """Envelope of one person's copy: a row of ops.outbox and the date that the mail carries."""

    email: str
    name: str
    message_id: str
    language: str
    dated: datetime
    # Message-ID of the mail that this one corrects.
    replies_to: str | None = None


def make_message_id(report_code: str, version: int, recipient_code: str, settings: MailSettings) -> str:
    """Make the Message-ID of a person's copy before sending: <KPI-2026-Q3.v1.(24 hex)@domain>."""
    digest = _signed(settings, f"{report_code}|{version}|{recipient_code}")
    return f"<{report_code}.v{version}.{digest[:24]}@{settings.domain}>"


def build_message(rendered: Rendered, envelope: Envelope, settings: MailSettings) -> bytes:
    """Build a person's copy: headers, then text, HTML with its images, and files.

    Raises:
        AddressNotUsable: the address in the envelope is none, or more than one.
    """
    return report_headers(rendered.subject, envelope, settings) + mime_parts(rendered, envelope.language)


def report_headers(subject: str, envelope: Envelope, settings: MailSettings) -> bytes:
    """Write the headers of one person's copy; the parts after them are the same for all.

    Raises:
        AddressNotUsable: the address in the envelope is none, or more than one.
    """
    mail = new_mail(subject, envelope, settings, settings.list_id)
    if envelope.replies_to:
        mail["In-Reply-To"] = mail["References"] = envelope.replies_to
    link = stop_link(envelope.message_id, settings)
    if link:
        mail["List-Unsubscribe"] = f"<{link}>, <{unsubscribe_mailto(settings.reply_to)}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    else:
        mail["List-Unsubscribe"] = f"<{unsubscribe_mailto(settings.reply_to)}>"
    return header_bytes(mail)


def header_bytes(mail: EmailMessage) -> bytes:
    """Write the headers of a mail without parts, ready for its parts to follow."""
    return mail.as_bytes().removesuffix(b"\r\n")


def new_mail(subject: str, envelope: Envelope, settings: MailSettings, list_id: str) -> EmailMessage:
    """Make a mail with our headers and nothing in it.

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


def stop_link(identity: str, settings: MailSettings) -> str | None:
    """Make the signed link that stops the report for one reader; None without a page or a key."""
    if not settings.unsubscribe_url or not settings.signing_key:
        return None
    values = {"mail": identity.strip("<>"), "sign": sign_message_id(identity, settings)}
    return f"{settings.unsubscribe_url}?{urlencode(values)}"


def sign_message_id(identity: str, settings: MailSettings) -> str:
    """Sign a Message-ID, to prove that we made a link for it."""
    return _signed(settings, f"stop|{identity.strip('<>')}")[:32]


def _signed(settings: MailSettings, text: str) -> str:
    return hmac.new(settings.signing_key.encode(), text.encode(), hashlib.sha256).hexdigest()


def _recipient(envelope: Envelope) -> Address:
    address = envelope.email
    if not address.isascii() or not address.isprintable() or any(sign in address for sign in ' ,;<>"()'):
        raise AddressNotUsable(_BAD_ADDRESS.format(got=ascii(address)))
    try:
        return Address(one_line(envelope.name), addr_spec=address)
    except (ValueError, IndexError, MessageError) as error:
        raise AddressNotUsable(_BAD_ADDRESS.format(got=ascii(address))) from error


def mime_parts(rendered: Rendered, language: str) -> bytes:
    """Write the MIME headers, an empty line and the parts of a mail; the same bytes every time."""
    mail = EmailMessage(policy=SMTP)
    mail["MIME-Version"] = "1.0"
    mail.set_content(rendered.text, cte="quoted-printable")
    if rendered.html:
        _add_html(mail, rendered)
    for name, file in sorted(rendered.attachments.items()):
        _attach_file(mail, name, file)
    # Python would choose the boundaries at random.
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        if part.get_content_maintype() == "multipart":
            part.set_boundary(f"=_{rendered.sha256[:32]}_{number}")
    # set_content() drops every header that starts with Content-, so this one comes last.
    mail["Content-Language"] = language
    return mail.as_bytes()


def _add_html(mail: EmailMessage, rendered: Rendered) -> None:
    mail.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    page = mail.get_payload()[1]  # type: ignore[index]
    assert isinstance(page, EmailMessage)
    for cid, png in sorted(rendered.images.items()):
        name = f"{cid.split('@')[0]}.png"
        page.add_related(png, "image", "png", cid=f"<{cid}>", disposition="inline", filename=name)


def _attach_file(mail: EmailMessage, name: str, file: bytes) -> None:
    kind = name.rpartition(".")[2]
    if kind == "eml":
        mail.add_attachment(message_from_bytes(file, policy=SMTP), filename=name)
    else:
        mail.add_attachment(file, "application", _SUBTYPES[kind], filename=name)
