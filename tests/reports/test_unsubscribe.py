"""One click stops the report, for whoever holds our link and nobody else; three mails that came back do the same."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import EmailMessage
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from accelerates_unsubscribe_page import UnsubscribePlugin
from fastapi.testclient import TestClient

from include.reports.delivery import artifacts, outbox, recipients, unsubscribe
from include.reports.delivery.bounces import Inbox, parse_bounce, record_bounce, stop_unreachable, tell_owner
from include.reports.delivery.settings import MailSettings
from include.reports.issue import report_run
from tests.reports.conftest import CLOCK
from tests.reports.imap import mailbox

SETTINGS = MailSettings(unsubscribe_url="https://kpi.example.org/stop/", signing_key="a key of these tests")


@pytest.fixture
def client(dsn, monkeypatch) -> TestClient:
    """The page as Airflow mounts it, for anybody."""
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", dsn)
    monkeypatch.setenv("KPI_MAIL_SIGNING_KEY", SETTINGS.signing_key)
    return TestClient(UnsubscribePlugin.fastapi_apps[0]["app"])


def sent(dsn, smtp, run) -> dict[str, EmailMessage]:
    outbox.deliver(dsn, run, smtp.sender(), SETTINGS)
    return {to[0]: mail for _, to, mail in smtp.mails}


def link_in(mail: EmailMessage) -> str:
    """Path and query of the one-click link, as a mail program finds it."""
    found = re.search(r"<(https:[^>]+)>", mail["List-Unsubscribe"])
    assert found
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = urlsplit(found[1])
    assert (url.scheme, url.netloc, url.path) == ("https", "kpi.example.org", "/stop/")
    return f"/?{url.query}"


def test_one_click_stops_the_report_for_that_reader_and_nobody_else(conn, dsn, smtp, client, queue):
    run = queue("a@example.org", "b@example.org")
    link = link_in(sent(dsn, smtp, run)["a@example.org"])
    answer = client.post(link, data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.cookies, answer.history) == (200, {}, [])
    assert "U krijgt dit rapport niet meer" in answer.text
    assert client.post(link).status_code == 200
    later = report_run.pin_issue(conn, "2026-Q4", CLOCK)
    assert [person["email"] for person in recipients.query_recipients(conn, later)] == ["b@example.org"]


def test_looking_at_the_link_asks_and_stops_nothing(conn, dsn, smtp, client, queue):
    link = link_in(sent(dsn, smtp, queue("a@example.org"))["a@example.org"])
    for answer in (client.get(link), client.head(link)):
        assert answer.status_code in (200, 405)
    page = client.get(link)
    assert '<form method="post">' in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert conn.execute("select count(*) from ops.stop").fetchone() == (0,)


def test_a_link_that_is_not_ours_is_refused(conn, dsn, smtp, client, queue, monkeypatch):
    mails = sent(dsn, smtp, queue("a@example.org", "b@example.org"))
    mine, other = (parse_qs(link_in(mails[name])[2:]) for name in ("a@example.org", "b@example.org"))
    forged = [
        {}, {"mail": mine["mail"]}, {"mail": mine["mail"], "sign": ""}, {"mail": mine["mail"], "sign": "é" * 32},
        {"mail": other["mail"], "sign": mine["sign"]}, {"mail": "x' or 1=1 --", "sign": mine["sign"]},
    ]  # fmt: skip
    assert [client.post("/", params=values).status_code for values in forged] == [403] * len(forged)
    # Ours, but of no mail that was ever made.
    identity = "never@kpi.example.org"
    sign = unsubscribe.sign_message_id(identity, SETTINGS)
    assert client.post("/", params={"mail": identity, "sign": sign}).status_code == 404
    # Without a key nothing is ours.
    unsigned = unsubscribe.sign_message_id(mine["mail"][0], MailSettings())
    for key in (None, ""):
        monkeypatch.delenv("KPI_MAIL_SIGNING_KEY") if key is None else monkeypatch.setenv("KPI_MAIL_SIGNING_KEY", key)
        for sign in (mine["sign"], unsigned):
            assert client.post("/", params={"mail": mine["mail"], "sign": sign}).status_code == 403
    assert conn.execute("select count(*) from ops.stop").fetchone() == (0,)


def test_without_the_warehouse_the_reader_is_asked_to_try_again(dsn, smtp, client, queue, monkeypatch):
    link = link_in(sent(dsn, smtp, queue("a@example.org"))["a@example.org"])
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgresql://nobody@127.0.0.1:9/none")
    assert client.post(link).status_code == 503


def delivery_report(mail: EmailMessage, recipient: str, *, action: str = "failed", whole: bool = True) -> bytes:
    """A report as mail servers send it (RFC 3464), with the mail that came back or only its headers."""
    back = mail.as_bytes() if whole else mail.as_bytes().partition(b"\n\n")[0] + b"\n"
    kind = "message/rfc822" if whole else "text/rfc822-headers"
    return (
        b"From: MAILER-DAEMON@mx.example.org\nTo: bounces@example.org\nSubject: Undelivered\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\n\n--B\n'
        b"Content-Type: text/plain\n\nSorry.\n\n--B\nContent-Type: message/delivery-status\n\n"
        b"Reporting-MTA: dns; mx.example.org\n\n"
        + f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: 5.1.1\n".encode()
        + f"Diagnostic-Code: smtp; 550 5.1.1 <{recipient}>\n no such mailbox\n\n--B\n".encode()
        + f"Content-Type: {kind}\n\n".encode()
        + back
        + b"\n--B--\n"
    )


@pytest.mark.parametrize("whole", [True, False], ids=["the whole mail", "its headers"])
def test_a_bounce_finds_its_envelope(conn, dsn, smtp, queue, whole):
    mail = sent(dsn, smtp, queue("a@example.org", "b@example.org"))["a@example.org"]
    raw = delivery_report(mail, "A@example.org", whole=whole)
    assert [record_bounce(conn, raw), record_bounce(conn, raw)] == [True, True]
    assert conn.execute(
        "select o.email, b.status_code, b.diagnostic from ops.bounce as b join ops.outbox as o using (outbox_id)"
    ).fetchall() == [("a@example.org", "5.1.1", "smtp; 550 5.1.1 <(recipient)> no such mailbox")]


def test_what_is_no_bounce_of_ours_counts_for_nothing(conn, dsn, smtp, queue):
    mail = sent(dsn, smtp, queue("a@example.org", "b@example.org"))["a@example.org"]
    late = delivery_report(mail, "a@example.org", action="delayed")
    of_another = delivery_report(mail, "b@example.org")
    made_up = delivery_report(message_from_bytes(b"Message-ID: <x@y>\n\nhi\n"), "a@example.org")  # type: ignore[arg-type]
    for raw in (late, of_another, made_up, b"Subject: on holiday\n\nuntil Monday\n", b"\xff\0\xfe"):
        assert record_bounce(conn, raw) is False
    assert parse_bounce(late) is None
    assert conn.execute("select count(*) from ops.bounce").fetchone() == (0,)


def test_after_three_bounces_the_reader_is_stopped_and_the_owner_told(conn, dsn, smtp, queue):
    issue = queue("a@example.org", "b@example.org")
    for version in (2, 3, 4):
        mail = sent(dsn, smtp, issue)["a@example.org"]
        assert stop_unreachable(conn) == 0
        with mailbox(delivery_report(mail, "a@example.org"), b"Subject: hello\n\n") as port:
            inbox = Inbox(host="127.0.0.1", port=port, user="u", password="p", tls=False)
            assert inbox.judge_new(lambda raw: record_bounce(conn, raw)) == (1, 1)
            assert inbox.judge_new(lambda raw: record_bounce(conn, raw)) == (0, 0)
        issue = following(conn, issue, version)
        smtp.mails.clear()
    assert [stop_unreachable(conn), stop_unreachable(conn)] == [1, 0]
    assert [person["email"] for person in recipients.query_recipients(conn, issue)] == ["b@example.org"]
    assert [tell_owner(conn, smtp.sender(), SETTINGS), tell_owner(conn, smtp.sender(), SETTINGS)] == [1, 0]
    ((_, to, told),) = smtp.mails
    assert (to, told["Auto-Submitted"]) == ([SETTINGS.reply_to], "auto-generated")
    assert "a@example.org: drie mails kwamen terug" in told.get_content()
    conn.execute("update ops.stop set lifted_at = clock_timestamp()")
    assert stop_unreachable(conn) == 0
    assert len(recipients.query_recipients(conn, issue)) == 2


def following(conn: psycopg.Connection, issue: report_run.ReportRun, version: int) -> report_run.ReportRun:
    """The same report for the same people, as the next version."""
    run = report_run.write_pin(conn, issue.report_code, version, CLOCK, None, None)
    kept = artifacts.load_artifact(conn, issue, "management", "nl")
    artifacts.store_artifact(conn, run, "management", "nl", kept)
    report_run.approve_run(conn, report_run.mark_rendered(conn, run), "the director")
    outbox.enqueue(conn, run, SETTINGS)
    return report_run.load_run(conn, run.report_run_id)
