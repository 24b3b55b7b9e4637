"""A real mail server on loopback that can refuse, defer, or hang up at the worst moment."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope

from include.reports.delivery import artifacts, outbox
from include.reports.delivery.settings import MailSettings
from include.reports.delivery.smtp import SmtpSender
from include.reports.issue import report_run
from include.reports.issue.report_run import ReportRun
from include.reports.render.html import Rendered
from include.warehouse.roles import OWNER, REPORTER

CLOCK = datetime(2026, 10, 15, 7, 0, tzinfo=UTC)
Queue = Callable[..., ReportRun]


@pytest.fixture
def conn(as_role: Callable[[str], str]) -> Iterator[psycopg.Connection]:
    """A connection of the owner, who may write the rows that a test is given."""
    with psycopg.connect(as_role(OWNER), autocommit=True) as connection:
        yield connection


@pytest.fixture
def dsn(dsn: str, as_role: Callable[[str], str]) -> str:
    """The address for what makes and mails reports: that of the role that does."""
    return as_role(REPORTER)


@dataclass
class MailServer:
    """What arrived, and how to answer: `behaviour` maps a recipient to what it meets."""

    port: int = 0
    mails: list[tuple[str, list[str], EmailMessage]] = field(default_factory=list)
    behaviour: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(self, server: SMTP, _: Any, envelope: Envelope, address: str, options: Any) -> str:
        match self.behaviour.get(address):
            case "refuse":
                return f"550 5.1.1 <{address}> no such mailbox"
            case "defer":
                return "451 4.3.0 try again later"
            case "stall early":
                await asyncio.sleep(2)
            case "hang up early":
                assert server.transport is not None
                server.transport.abort()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _: Any, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        match self.behaviour.get(envelope.rcpt_tos[0]):
            case "refuse content":
                return "554 5.6.0 not this"
            case "defer content":
                return "452 4.2.2 mailbox full"
        self.mails.append((envelope.mail_from or "", envelope.rcpt_tos, message))
        if self.behaviour.get(envelope.rcpt_tos[0]) == "stall":
            await asyncio.sleep(2)
        if self.behaviour.get(envelope.rcpt_tos[0]) == "drop":
            assert server.transport is not None
            server.transport.abort()
        return "250 OK"

    @property
    def recipients(self) -> list[str]:
        """Everyone a mail arrived for, sorted, as often as it did."""
        return sorted(address for _, addresses, _ in self.mails for address in addresses)

    def sender(self) -> SmtpSender:
        """A sender through this server."""
        return SmtpSender(host="127.0.0.1", port=self.port, tls="none", timeout=10)


class _AnyPort(Controller):
    """A controller on a port that the system chooses."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def smtp() -> Iterator[MailServer]:
    """A mail server that keeps what it is given."""
    mailbox = MailServer()
    controller = _AnyPort(mailbox, hostname="127.0.0.1", port=0)
    controller.start()
    mailbox.port = controller.port
    try:
        yield mailbox
    finally:
        controller.stop()


@pytest.fixture
def queue(conn: psycopg.Connection) -> Queue:
    """An approved issue with an envelope for each of some addresses."""

    def queue(*addresses: str, name: str = "Jan") -> ReportRun:
        payload = conn.execute(
            """insert into landing.payload (source_code, scope, sha256, bytes_count, media_type, url, location,
               fetched_at, parser_version) values ('reference', '{}', repeat('0', 64), 1, 'text/csv', '', '',
               '2020-01-01', '1') returning payload_id"""
        ).fetchone()
        assert payload is not None
        for address in addresses:
            conn.execute(
                """insert into core.recipient (recipient_code, name, email, language_code, audience_code, is_active,
                   known_from, payload_id) values (%s, %s, %s, 'nl', 'management', true, '2020-01-01', %s)""",
                (address, name, address, payload[0]),
            )
        run = report_run.pin_issue(conn, "2026-Q3", CLOCK)
        rendered = Rendered(subject="KPI", html="<p>42</p>", text="42", images={"trend@kpi-report": b"png"})
        artifacts.store_artifact(conn, run, "management", "nl", rendered)
        report_run.mark_rendered(conn, run)
        report_run.approve_run(conn, run, "the director")
        assert outbox.enqueue(conn, run, MailSettings()) == (len(addresses), 0)
        return report_run.load_run(conn, run.report_run_id)

    return queue
