"""The parts of a mail as bytes, the same for everyone who gets it: the text, the HTML with its images, the files."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from include.reports.delivery.artifacts import Rendered

# By the end of a file's name, what its bytes are.
_KINDS = {"pdf": "pdf", "xlsx": "vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def content(rendered: Rendered, language: str) -> bytes:
    """The headers that say what the mail consists of, an empty line, and its parts; the same bytes every time."""
    mail = EmailMessage(policy=SMTP)
    mail["MIME-Version"] = "1.0"
    mail.set_content(rendered.text, cte="quoted-printable")
    if rendered.html:
        _add_page(mail, rendered)
    for name, file in sorted(rendered.attachments.items()):
        _attach(mail, name, file)
    # Python would draw the boundaries at random.
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        if part.get_content_maintype() == "multipart":
            part.set_boundary(f"=_{rendered.sha256[:32]}_{number}")
    # set_content() drops every header that starts with Content-, so this one comes last.
    mail["Content-Language"] = language
    return mail.as_bytes()


def _add_page(mail: EmailMessage, rendered: Rendered) -> None:
    mail.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    page = mail.get_payload()[1]  # type: ignore[index]
    assert isinstance(page, EmailMessage)
    for cid, png in sorted(rendered.images.items()):
        name = f"{cid.split('@')[0]}.png"
        page.add_related(png, "image", "png", cid=f"<{cid}>", disposition="inline", filename=name)


def _attach(mail: EmailMessage, name: str, file: bytes) -> None:
    kind = name.rpartition(".")[2]
    if kind == "eml":
        mail.add_attachment(message_from_bytes(file, policy=SMTP), filename=name)
    else:
        mail.add_attachment(file, "application", _KINDS[kind], filename=name)
