"""Mail that comes back: which of ours could not be delivered, and what three times means.

A delivery report (RFC 3464) counts for the mail whose Message-ID it returns, and only when it names that mail's own
recipient: nobody stops another by making one up. Reports of a mere delay are no bounce.
"""

from __future__ import annotations

import hashlib
import logging
import re
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.policy import SMTP, default
from typing import Any

from include.reports.delivery import unsubscribe
from include.reports.delivery.artifacts import Rendered
from include.reports.delivery.message import Envelope, addressed, head_of
from include.reports.delivery.mime import content
from include.reports.delivery.settings import MailSettings
from include.reports.delivery.smtp import Send
from include.reports.delivery.smtp_replies import outcome
from include.reports.issue.report_run import Connection

log = logging.getLogger(__name__)
# So many different mails that came back mean that nobody is there.
LIMIT = 3
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
_UNTOLD = """
select recipient_code, destination_sha256, reason_code, stopped_at::date from ops.stop
where told_at is null and lifted_at is null order by 1, 2"""
_TOLD = "KPI-rapport: lezers die het niet meer krijgen"
_WHY = {"unsubscribed": "heeft zich uitgeschreven", "bounced": "drie mails kwamen terug; de mailbox bestaat niet meer?"}
_ADVICE = (
    "Zet deze lezers op niet actief in include/sources/reference/recipient.csv, of verbeter\n"
    "hun adres. Hoe iemand het rapport weer krijgt, staat in docs/reports.md."
)


@dataclass(frozen=True, kw_only=True)
class Bounce:
    """One mail of ours that could not be delivered."""

    message_id: str
    recipient: str
    status: str
    diagnostic: str


def parsed(raw: bytes) -> Bounce | None:
    """What a mail says of one of ours that failed; None when it says nothing of the kind."""
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
    said = " ".join(fields.get("diagnostic-code", "").split())
    return Bounce(
        message_id=identity,
        recipient=recipient,
        status=fields.get("status", "5.0.0").split()[0][:20],
        diagnostic=re.sub(re.escape(recipient), "(recipient)", said, flags=re.IGNORECASE)[:500]
        if recipient
        else said[:500],
    )


def record(conn: Connection, raw: bytes) -> bool:
    """Keep a bounce with its envelope; False for a mail that is none of ours, True also when it was kept before."""
    bounce = parsed(raw)
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


def stop_the_unreachable(conn: Connection) -> int:
    """Stop everybody of whom three different mails came back, since they were last let on; returns how many."""
    rows = conn.execute(_UNREACHABLE, {"limit": LIMIT}).fetchall()
    return sum(unsubscribe.stop(conn, identity, "bounced") for (identity,) in rows)


def tell(conn: Connection, send: Send, settings: MailSettings) -> int:
    """Tell the owner of the list who gets no report any more; returns how many that are, 0 when it must wait.

    Raises what sending raises, but for what another try can mend.
    """
    rows = conn.execute(_UNTOLD).fetchall()
    if not rows:
        return 0
    try:
        send(_notice(rows, settings), settings.bounce_address, settings.reply_to)
    except (smtplib.SMTPException, OSError) as error:
        if outcome(error) != "deferred":
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
    lines = [f"- {code}: {_WHY[reason]} ({day:%d/%m/%Y})" for code, _, reason, day in rows]
    text = "\n".join([_TOLD, "", *lines, "", _ADVICE, ""])
    identity = hashlib.sha256(repr(rows).encode()).hexdigest()[:24]
    envelope = Envelope(
        email=settings.reply_to, name="", message_id=f"<stopped.{identity}@{settings.domain}>", language="nl",
        dated=datetime.now(UTC),
    )  # fmt: skip
    head = head_of(addressed(_TOLD, envelope, settings, f"stopped.{settings.list_id}"))
    return head + content(Rendered(subject=_TOLD, html="", text=text, images={}), "nl")


def _recipient_fields(part: Message) -> dict[str, str]:
    """The fields of the recipient who failed, by their names in lower case; the first block is about the whole mail."""
    blocks = part.get_payload()
    found = [block for block in blocks if isinstance(block, Message)] if isinstance(blocks, list) else []
    fields = [{name.lower(): str(value).strip() for name, value in block.items()} for block in found]
    failed = [block for block in fields if block.get("action", "").lower() == "failed"]
    return failed[0] | {"action": "failed"} if failed else {}


def _message_id(part: Message) -> str:
    """Of the mail that came back, whole or only its headers."""
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) else message_from_bytes(_bytes(part), policy=SMTP)
    return str(inner.get("Message-ID", "")).strip() if isinstance(inner, Message) else ""


def _bytes(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
