"""What a mail server's answer means for the envelope that it is about."""

from __future__ import annotations

import smtplib

from include.reports.delivery.smtp import NotHandedOver

# Surely not sent, and it says nothing of this person: a login, our own sender address.
_OURS_TO_MEND = (
    NotHandedOver,
    ConnectionRefusedError,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPSenderRefused,
)


def outcome(error: Exception) -> str:
    """The state that a failure leaves an envelope in: only what surely did not leave may be tried again."""
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "refused"
    if isinstance(error, _OURS_TO_MEND):
        return "deferred"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        return "refused" if codes and min(codes) >= 500 else "deferred"
    if isinstance(error, smtplib.SMTPResponseException) and 400 <= error.smtp_code < 600:
        return "refused" if error.smtp_code >= 500 else "deferred"
    return "in_doubt"


def answer(error: Exception) -> str:
    """The server's words, or what went wrong before it could speak."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(f"{code} {_text(reply)}" for code, reply in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"


def _text(reply: bytes | str) -> str:
    return reply.decode(errors="replace") if isinstance(reply, bytes) else reply
