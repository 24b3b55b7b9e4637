"""From a kept report and an envelope to the message that goes out; the same bytes every time."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import quote, urlencode

from include.periods import ZONE
from include.reports.delivery.artifacts import Rendered
from include.reports.delivery.mime import content
from include.reports.delivery.settings import MailSettings
from include.reports.language.formats import one_line

_BAD_ADDRESS = "recipient: expected one plain mail address; got {got}. Correct include/sources/reference/recipient.csv."


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
    # Message-ID of the mail that this one corrects.
    replies_to: str | None = None


def message_id(report_code: str, version: int, recipient_code: str, settings: MailSettings) -> str:
    """The Message-ID of a person's copy, known before sending: <KPI-2026-Q3.v1.(24 hex)@domain>."""
    digest = _signed(settings, f"{report_code}|{version}|{recipient_code}")
    return f"<{report_code}.v{version}.{digest[:24]}@{settings.domain}>"


def message(rendered: Rendered, envelope: Envelope, settings: MailSettings) -> bytes:
    """The text and the HTML with its images inline, each a way to read the same, then the files.

    Raises:
        AddressNotUsable: the address in the envelope is none, or more than one.
    """
    return report_head(rendered.subject, envelope, settings) + content(rendered, envelope.language)


def report_head(subject: str, envelope: Envelope, settings: MailSettings) -> bytes:
    """The headers of one person's copy of the report; what comes after is the same for all.

    Raises:
        AddressNotUsable: the address in the envelope is none, or more than one.
    """
    mail = addressed(subject, envelope, settings, settings.list_id)
    if envelope.replies_to:
        mail["In-Reply-To"] = mail["References"] = envelope.replies_to
    link = stop_link(envelope.message_id, settings)
    if link:
        mail["List-Unsubscribe"] = f"<{link}>, <{unsubscribe_link(settings.reply_to)}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    else:
        mail["List-Unsubscribe"] = f"<{unsubscribe_link(settings.reply_to)}>"
    return head_of(mail)


def head_of(mail: EmailMessage) -> bytes:
    """The headers of a mail without parts, ready for its parts to follow."""
    return mail.as_bytes().removesuffix(b"\r\n")


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


def stop_link(identity: str, settings: MailSettings) -> str | None:
    """The signed link with which whoever got a mail stops the report; None where none is served or nothing signs."""
    if not settings.unsubscribe_url or not settings.signing_key:
        return None
    values = {"mail": identity.strip("<>"), "sign": signature(identity, settings)}
    return f"{settings.unsubscribe_url}?{urlencode(values)}"


def signature(identity: str, settings: MailSettings) -> str:
    """What proves that a link was made by us for this Message-ID."""
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
