"""The message around the report: its parts, its headers, and nothing that a name could add to them."""

from __future__ import annotations

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default

import pytest

from include.reports.content.report_model import build_report_model
from include.reports.delivery.message import AddressNotUsable, Envelope, build_message, make_message_id
from include.reports.delivery.settings import MailSettings, from_environment
from include.reports.render.html import render
from tests.reports.scorecards import RUN, rows

SETTINGS = MailSettings()
RENDERED = render(build_report_model(rows(), RUN, "management", "nl", SETTINGS.reply_to))


def envelope(name: str = "Kabinet", address: str = "kabinet@example.org") -> Envelope:
    return Envelope(
        email=address, name=name, message_id=make_message_id("KPI-2026-Q3", 1, "kabinet", SETTINGS), language="nl",
        dated=datetime(2026, 10, 15, 7, 0, tzinfo=UTC),
    )  # fmt: skip


def received(name: str = "Kabinet") -> EmailMessage:
    parsed = email.message_from_bytes(build_message(RENDERED, envelope(name), SETTINGS), policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_text_comes_first_and_html_carries_its_images():
    assert [part.get_content_type() for part in received().walk()] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
    ]  # fmt: skip
    image = list(received().walk())[-1]
    assert (image["Content-ID"], image.get_content_disposition()) == ("<trend@kpi-report>", "inline")
    assert image.get_content() == RENDERED.images["trend@kpi-report"]


def test_what_arrives_is_what_was_rendered():
    text, page = (received().get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert page is not None
    # Lines end in CRLF on the wire.
    assert text.get_content().replace("\r\n", "\n") == RENDERED.text
    assert page.get_content().replace("\r\n", "\n") == RENDERED.html


def test_headers_say_who_what_and_how_to_stop():
    mail = received()
    assert mail["Message-ID"] == "<KPI-2026-Q3.v1.8eacc049bbf9b8a79b4e05f2@kpi.example.org>"
    assert {name: mail[name] for name in (
        "From", "To", "Reply-To", "Subject", "Date", "Auto-Submitted", "X-Auto-Response-Suppress", "List-Id",
        "List-Unsubscribe", "Content-Language", "MIME-Version",
    )} == {
        "From": "FIT KPI-rapport <kpi-rapport@example.org>",
        "To": "Kabinet <kabinet@example.org>",
        "Reply-To": "kpi-team@example.org",
        "Subject": "KPI-rapport K3 2026: 4 van 8 op schema, banen 21% onder plan",
        "Date": "Thu, 15 Oct 2026 09:00:00 +0200",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "List-Id": "<kpi-rapport.example.org>",
        "List-Unsubscribe": "<mailto:kpi-team@example.org?subject=unsubscribe>",
        "Content-Language": "nl",
        "MIME-Version": "1.0",
    }  # fmt: skip
    assert len(mail.keys()) == len(set(mail.keys()))


def test_the_same_mail_has_the_same_bytes():
    first, second = (build_message(RENDERED, envelope(), SETTINGS) for _ in range(2))
    assert first == second
    assert len(first) < 500_000
    assert max(len(line) for line in first.split(b"\r\n")) <= 998


@pytest.mark.parametrize(
    "name", ["Eve\r\nBcc: all@example.org", "Eve\nSubject: x", 'Eve" <all@example.org>, "', "Ève\0"]
)
def test_a_name_adds_no_header_and_no_recipient(name):
    mail = received(name)
    assert mail["Bcc"] is None
    assert len(mail.get_all("Subject")) == 1
    assert [address.addr_spec for address in mail["To"].addresses] == ["kabinet@example.org"]


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@b@c", "a@example.org\r\nBcc: b@example.org", "a@example.org, b@example.org", "a@exämple.org",
     "<a@example.org>", "a b@example.org"],
)  # fmt: skip
def test_an_address_that_is_not_one_is_refused(address):
    with pytest.raises(AddressNotUsable, match="expected one plain mail address"):
        build_message(RENDERED, envelope(address=address), SETTINGS)


def test_settings_come_from_the_environment():
    settings = from_environment({"KPI_MAIL_REPLY_TO": "team@example.com", "KPI_MAIL_DOMAIN": "", "HOME": "/"})
    assert settings == MailSettings(reply_to="team@example.com")
