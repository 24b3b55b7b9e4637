"""Read mails that come back; bounces of three mails stop a recipient.

A delivery report (RFC 3464) counts for the mail whose Message-ID it returns, and only when it names that mail's own
recipient: nobody stops another reader with a made-up report. A report of a delay is no bounce.
"""

from __future__ import annotations

import hashlib
import imaplib
import logging
import re
import smtplib
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.policy import SMTP, default
from typing import Any

from include.errors import SourceUnavailable
from include.reports.delivery import unsubscribe
from include.reports.delivery.message import Envelope, header_bytes, mime_parts, new_mail
from include.reports.delivery.settings import MailSettings
from include.reports.delivery.smtp import Send, state_after
from include.reports.issue.report_run import Connection
from include.reports.render.html import Rendered

log = logging.getLogger(__name__)
# Bounces of different mails after which a recipient is stopped.
MAX_BOUNCES = 3
_UNREACHABLE = """
select max(o.message_id) from ops.bounce as b join ops.outbox as o using (outbox_id)
where not exists (
    select from ops.stop as s
    where
        s.recipient_code = o.recipient_code and s.destination_sha256 = ops.destination(o.email)
        and coalesce(s.lifted_at, 'infinity') > b.received_at
)
group by o.recipient_code, o.email
having count(distinct o.outbox_id) >= %(limit)s"""
_NOT_REPORTED = """
select recipient_code, destination_sha256, reason_code, stopped_at::date from ops.stop
where told_at is null and lifted_at is null order by 1, 2"""
_NOTICE_SUBJECT = "KPI-rapport: lezers die het niet meer krijgen"
_REASONS = {
    "unsubscribed": "heeft zich uitgeschreven",
    "bounced": "drie mails kwamen terug; de mailbox bestaat niet meer?",
}
_ADVICE = (
    "Zet deze lezers op niet actief in include/sources/reference/recipient.csv, of verbeter\n"
    "hun adres. Hoe iemand het rapport weer krijgt, staat in docs/reports.md."
)


@dataclass(frozen=True, kw_only=True)
class Bounce:
    """A mail of ours that could not be delivered."""

    message_id: str
    recipient: str
    status: str
    diagnostic: str


def parse_bounce(raw: bytes) -> Bounce | None:
    """Parse a delivery report of one of our mails; None for any other mail."""
    mail = message_from_bytes(raw, policy=default)
    fields: dict[str, str] = {}
    identity = ""
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            fields |= _recipient_fields(part)
        elif kind in ("message/rfc822", "text/rfc822-headers"):
            identity = identity or _message_id(part)
    if fields.get("action") != "failed" or not identity:
        return None
    named = fields.get("original-recipient") or fields.get("final-recipient", "")
    recipient = named.rpartition(";")[2].strip().strip("<>").lower()
    diagnostic = " ".join(fields.get("diagnostic-code", "").split())
    return Bounce(
        message_id=identity,
        recipient=recipient,
        status=fields.get("status", "5.0.0").split()[0][:20],
        diagnostic=re.sub(re.escape(recipient), "(recipient)", diagnostic, flags=re.IGNORECASE)[:500]
        if recipient
        else diagnostic[:500],
    )


def record_bounce(conn: Connection, raw: bytes) -> bool:
    """Record a bounce with its envelope; False when the mail is none of ours.

    A bounce recorded before is True as well.
    """
    bounce = parse_bounce(raw)
    if bounce is None:
        return False
    digest = hashlib.sha256(raw).hexdigest()
    found = conn.execute(
        """insert into ops.bounce (outbox_id, sha256, status_code, diagnostic)
           select outbox_id, %s, %s, %s from ops.outbox
           where message_id = %s and lower(email) = %s and state in ('sent', 'in_doubt')
           on conflict (sha256) do update set sha256 = excluded.sha256 returning bounce_id""",
        (digest, bounce.status, bounce.diagnostic.replace("\0", ""), bounce.message_id, bounce.recipient),
    ).fetchone()
    return found is not None


def stop_unreachable(conn: Connection) -> int:
    """Stop everybody with bounces of three different mails; return how many.

    Bounces from before somebody was let on again do not count.
    """
    rows = conn.execute(_UNREACHABLE, {"limit": MAX_BOUNCES}).fetchall()
    return sum(unsubscribe.stop_recipient(conn, identity, "bounced") for (identity,) in rows)


def tell_owner(conn: Connection, send: Send, settings: MailSettings) -> int:
    """Tell the owner of the list who was stopped; return how many, 0 when it must wait.

    Raises what sending raises, except what another try can mend.
    """
    rows = conn.execute(_NOT_REPORTED).fetchall()
    if not rows:
        return 0
    try:
        send(_notice(rows, settings), settings.bounce_address, settings.reply_to)
    except (smtplib.SMTPException, OSError) as error:
        if state_after(error) != "deferred":
            raise
        log.warning("bounces: the owner of the list could not be told yet: %s", error)
        return 0
    for code, destination, *_ in rows:
        conn.execute(
            "update ops.stop set told_at = clock_timestamp() where recipient_code = %s and destination_sha256 = %s",
            (code, destination),
        )
    return len(rows)


def _notice(rows: Sequence[tuple[Any, ...]], settings: MailSettings) -> bytes:
    lines = [f"- {code}: {_REASONS[reason]} ({day:%d/%m/%Y})" for code, _, reason, day in rows]
    text = "\n".join([_NOTICE_SUBJECT, "", *lines, "", _ADVICE, ""])
    identity = hashlib.sha256(repr(rows).encode()).hexdigest()[:24]
    envelope = Envelope(
        email=settings.reply_to, name="", message_id=f"<stopped.{identity}@{settings.domain}>", language="nl",
        dated=datetime.now(UTC),
    )  # fmt: skip
    head = header_bytes(new_mail(_NOTICE_SUBJECT, envelope, settings, f"stopped.{settings.list_id}"))
    return head + mime_parts(Rendered(subject=_NOTICE_SUBJECT, html="", text=text, images={}), "nl")


def _recipient_fields(part: Message) -> dict[str, str]:
    """Find the fields of the recipient who failed, with names in lower case.

    The first block is about the whole mail.
    """
    blocks = part.get_payload()
    found = [block for block in blocks if isinstance(block, Message)] if isinstance(blocks, list) else []
    fields = [{name.lower(): str(value).strip() for name, value in block.items()} for block in found]
    failed = [block for block in fields if block.get("action", "").lower() == "failed"]
    return failed[0] | {"action": "failed"} if failed else {}


def _message_id(part: Message) -> str:
    """Find the Message-ID of the mail that came back, whole or only its headers."""
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) else message_from_bytes(_bytes(part), policy=SMTP)
    return str(inner.get("Message-ID", "")).strip() if isinstance(inner, Message) else ""


def _bytes(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """Mailbox that bounces come to, read by IMAP: each new mail is judged once, and stays there.

    Args:
        host: name of the server.
        port: its port.
        user: login.
        password: of the login.
        tls: False for a server on loopback only.
        timeout: seconds to wait for each answer.
    """

    host: str
    port: int = 993
    user: str
    password: str = field(repr=False)
    tls: bool = True
    timeout: float = 60

    def judge_new(self, judge: Callable[[bytes], bool]) -> tuple[int, int]:
        """Give each unseen mail to `judge`, then mark it as seen; count those it accepts, refuses.

        A mail is marked only after it was judged: what a crash interrupts is judged again.

        Raises:
            SourceUnavailable: the server does not answer, or refuses the login.
        """
        counts = {True: 0, False: 0}
        try:
            with self._opened() as server:
                server.select("INBOX")
                for number in server.search(None, "UNSEEN")[1][0].split():
                    # PEEK, or the server would mark it before we know what it is.
                    parts = server.fetch(number, "(BODY.PEEK[])")[1]
                    raw = next(part[1] for part in parts if isinstance(part, tuple))
                    counts[judge(raw)] += 1
                    server.store(number, "+FLAGS", "\\Seen")
        except (imaplib.IMAP4.error, OSError) as error:
            raise SourceUnavailable(
                source="bounces",
                expected=f"an IMAP server at {self.host}:{self.port}",
                got=f"{type(error).__name__}: {error}",
                todo="Mend the connection `bounces`; mails go out meanwhile.",
            ) from error
        return counts[True], counts[False]

    def _opened(self) -> imaplib.IMAP4:
        if self.tls:
            trusted = ssl.create_default_context()
            server: imaplib.IMAP4 = imaplib.IMAP4_SSL(self.host, self.port, ssl_context=trusted, timeout=self.timeout)
        else:
            server = imaplib.IMAP4(self.host, self.port, timeout=self.timeout)
        server.login(self.user, self.password)
        return server
