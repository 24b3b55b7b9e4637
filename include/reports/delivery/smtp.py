"""Give messages to a mail server, and tell whether one can have arrived."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal

from include.reports.delivery.settings import MailSettings

Send = Callable[[bytes, str, str], None]


class NotHandedOver(smtplib.SMTPException):
    """Raised when the server was lost before it had the message: trying again cannot mail twice."""


class NotAllowedHere(NotHandedOver):
    """Raised when this installation may not write to that domain; nothing was sent."""


@dataclass(kw_only=True)
class SmtpSender:
    """Sender through one server, over one connection while it lasts.

    Call it as (message, sender, recipient).

    Args:
        host: name of the mail server.
        port: its port.
        user: login, or None for a server that asks for none.
        password: of the login.
        tls: 'none' (a catcher on loopback), 'starttls' (587) or 'implicit' (465).
        timeout: seconds to wait for each answer.
        allowed_domains: who may be written to, with what is below them, by comma; * is everyone.
    """

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: Literal["none", "starttls", "implicit"] = "starttls"
    timeout: float = 60
    allowed_domains: str = MailSettings.allowed_domains
    _client: smtplib.SMTP | None = field(default=None, init=False, repr=False)

    def __call__(self, message: bytes, sender: str, recipient: str) -> None:
        """Send one message to one person.

        Raises:
            NotAllowedHere: the recipient's domain is none that this installation may write to.
            NotHandedOver: no connection, no login, or it was lost before the message.
            smtplib.SMTPSenderRefused, SMTPRecipientsRefused, SMTPDataError: the server's answer.
            smtplib.SMTPServerDisconnected: lost after the message was given; it may have arrived.
        """
        self._require_allowed(recipient)
        client = self._open_envelope(sender, recipient)
        try:
            code, reply = client.data(message)
        except smtplib.SMTPServerDisconnected:
            self._drop()
            raise
        if code != 250:
            raise smtplib.SMTPDataError(code, reply)

    def __enter__(self) -> SmtpSender:
        """Return the sender; it connects at the first message."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Say goodbye to the server."""
        if self._client is not None:
            try:
                self._client.quit()
            except (smtplib.SMTPException, OSError):
                self._drop()
        self._client = None

    def _require_allowed(self, recipient: str) -> None:
        domain = "." + recipient.rpartition("@")[2].lower()
        allowed = [part.strip().lower().lstrip(".") for part in self.allowed_domains.split(",")]
        if "*" not in allowed and not any(part and domain.endswith(f".{part}") for part in allowed):
            raise NotAllowedHere(
                f"mail: expected a recipient in {self.allowed_domains}; got one in {domain[1:]}. "
                "Set KPI_MAIL_ALLOWED_DOMAINS, to * in production only."
            )

    def _open_envelope(self, sender: str, recipient: str) -> smtplib.SMTP:
        client = self._connected()
        try:
            code, reply = client.mail(sender)
            if code == 250:
                wanted, words = client.rcpt(recipient)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._drop()
            raise NotHandedOver(f"{self.host}:{self.port}: connection lost before the message: {error}") from error
        # Raised outside the block above: smtplib's answers are OSErrors too.
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, reply, sender)
        if wanted not in (250, 251):
            raise smtplib.SMTPRecipientsRefused({recipient: (wanted, words)})
        return client

    def _connected(self) -> smtplib.SMTP:
        try:
            if self._client is not None:
                # Also clears what an earlier refusal left open.
                if self._client.rset()[0] == 250:
                    return self._client
                self._drop()
        except (smtplib.SMTPException, OSError):
            self._drop()
        try:
            self._client = self._connect()
        except (smtplib.SMTPException, OSError) as error:
            raise NotHandedOver(f"{self.host}:{self.port}: {type(error).__name__}: {error}") from error
        return self._client

    def _connect(self) -> smtplib.SMTP:
        trusted = ssl.create_default_context()
        if self.tls == "implicit":
            client: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=trusted)
        else:
            client = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            if self.tls == "starttls":
                client.starttls(context=trusted)
            client.ehlo_or_helo_if_needed()
            if self.user:
                client.login(self.user, self.password or "")
        except BaseException:
            client.close()
            raise
        return client

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None


# Surely not sent, and no fault of the recipient: a login, our own sender address.
_OUR_FAULTS = (
    NotHandedOver,
    ConnectionRefusedError,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPSenderRefused,
)


def state_after(error: Exception) -> str:
    """Return the state after a failure; only a mail that surely did not leave is deferred."""
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "refused"
    if isinstance(error, _OUR_FAULTS):
        return "deferred"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        return "refused" if codes and min(codes) >= 500 else "deferred"
    if isinstance(error, smtplib.SMTPResponseException) and 400 <= error.smtp_code < 600:
        return "refused" if error.smtp_code >= 500 else "deferred"
    return "in_doubt"


def reply_text(error: Exception) -> str:
    """Return the server's reply, or what went wrong before it could reply."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(f"{code} {_decode(reply)}" for code, reply in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_decode(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"


def _decode(reply: bytes | str) -> str:
    return reply.decode(errors="replace") if isinstance(reply, bytes) else reply
