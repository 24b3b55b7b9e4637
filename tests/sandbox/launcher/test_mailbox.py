"""The mail catcher."""

from __future__ import annotations

import smtplib
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from sandbox.launcher.mailbox import PARTNER_MAILS, start_mailbox
from sandbox.launcher.ports import LOOPBACK, PortClaims


def test_each_recipient_gets_a_file_with_the_message_as_sent(tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "kpi@example.org", "ann@example.org", "Cijfers € 2026"
    message.set_content("Één regel.")
    with PortClaims() as claims:
        controller = start_mailbox(tmp_path, port := claims.claim())
    try:
        with smtplib.SMTP(LOOPBACK, port) as client:
            client.send_message(message, to_addrs=["ann@example.org", "../bob@example.org"])
    finally:
        controller.stop()
    first, second = sorted(tmp_path.iterdir())
    assert first.name.endswith("-0001-ann@example.org.eml")
    assert second.name.endswith("-0002-.._bob@example.org.eml")
    kept = message_from_bytes(first.read_bytes(), policy=policy.default)
    assert kept["Subject"] == "Cijfers € 2026"
    assert kept.get_content().strip() == "Één regel."


def test_letters_to_partners_are_kept_apart_from_the_report(tmp_path: Path) -> None:
    with PortClaims() as claims:
        controller = start_mailbox(tmp_path, port := claims.claim())
    try:
        with smtplib.SMTP(LOOPBACK, port) as client:
            for list_id in ("<partner-reports.kpi.example.org>", "<kpi-rapport.example.org>"):
                message = EmailMessage()
                message["To"], message["List-Id"] = "ann@example.org", list_id
                client.send_message(message, "kpi@example.org", ["ann@example.org"])
    finally:
        controller.stop()
    assert len(list(tmp_path.glob("*.eml"))) == 1
    (letter,) = (tmp_path / PARTNER_MAILS).iterdir()
    assert b"partner-reports" in letter.read_bytes()
