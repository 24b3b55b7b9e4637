"""One mail per person and issue, whatever the mail server or the worker does."""

from __future__ import annotations

import smtplib
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.message import EmailMessage

import psycopg
import pytest

from include.errors import WarehouseError
from include.reports import artifacts, outbox, runs
from include.reports.artifacts import Rendered
from include.reports.replies import outcome
from include.reports.runs import ReportRun
from include.reports.settings import MailSettings

SETTINGS = MailSettings()
CLOCK = datetime(2026, 10, 15, 7, 0, tzinfo=UTC)
Queue = Callable[..., ReportRun]

KILLED = """
import os, signal, sys
from include.reports import outbox, runs
from include.reports.settings import MailSettings
from include.reports.smtp import SmtpSender
import psycopg

dsn, port, run_id = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
sender = SmtpSender(host="127.0.0.1", port=port, tls="none")

def send(message, bounce, recipient):
    sender(message, bounce, recipient)
    os.kill(os.getpid(), signal.SIGKILL)

with psycopg.connect(dsn) as conn:
    run = runs.current(conn, run_id)
outbox.deliver(dsn, run, send, MailSettings())
"""


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
        run = runs.pin(conn, "2026-Q3", CLOCK)
        rendered = Rendered(subject="KPI", html="<p>42</p>", text="42", images={"trend@kpi-report": b"png"})
        artifacts.keep(conn, run, "management", "nl", rendered)
        runs.rendered(conn, run)
        runs.approve(conn, run, "the director")
        assert outbox.enqueue(conn, run, SETTINGS) == (len(addresses), 0)
        return runs.current(conn, run.report_run_id)

    return queue


def test_everyone_gets_one_mail_and_a_second_delivery_sends_nothing(conn, dsn, smtp, queue):
    run = queue("a@example.org", "b@example.org")
    first = outbox.deliver(dsn, run, smtp.sender(), SETTINGS)
    second = outbox.deliver(dsn, run, smtp.sender(), SETTINGS)
    assert (first.tried, first.counts, first.problems) == (2, {"sent": 2}, [])
    assert (second.tried, second.counts) == (0, {"sent": 2})
    assert smtp.recipients == ["a@example.org", "b@example.org"]
    assert runs.pin(conn, "2026-Q3", CLOCK).is_sent
    assert outbox.enqueue(conn, run, SETTINGS) == (0, 2)


def test_no_recipient_sees_another(dsn, smtp, queue):
    outbox.deliver(dsn, queue("a@example.org", "b@example.org"), smtp.sender(), SETTINGS)
    assert all([mail["To"].addresses[0].addr_spec] == to and mail["Cc"] is None for _, to, mail in smtp.mails)
    assert {bounce for bounce, _, _ in smtp.mails} == {SETTINGS.bounce_address}


def test_a_refused_and_a_deferred_recipient_do_not_stop_the_others(conn, dsn, smtp, queue):
    run = queue("a@example.org", "bad@example.org", "busy@example.org", "z@example.org")
    smtp.behaviour = {"bad@example.org": "refuse", "busy@example.org": "defer"}
    with smtp.sender() as send:
        delivery = outbox.deliver(dsn, run, send, SETTINGS)
    assert delivery.counts == {"deferred": 1, "refused": 1, "sent": 2}
    assert [problem.split("> ", 1)[1] for problem in delivery.problems] == [
        "refused: 550 5.1.1 <(recipient)> no such mailbox",
        "deferred: 451 4.3.0 try again later",
    ]
    assert not runs.current(conn, run.report_run_id).is_sent
    smtp.behaviour = {}
    again = outbox.deliver(dsn, run, smtp.sender(), SETTINGS)
    assert (again.tried, again.counts) == (1, {"refused": 1, "sent": 3})
    assert smtp.recipients == ["a@example.org", "busy@example.org", "z@example.org"]
    assert runs.current(conn, run.report_run_id).is_sent


def test_an_answer_after_the_content_counts_too(dsn, smtp, queue):
    run = queue("a@example.org", "b@example.org")
    smtp.behaviour = {"a@example.org": "refuse content", "b@example.org": "defer content"}
    assert outbox.deliver(dsn, run, smtp.sender(), SETTINGS).counts == {"deferred": 1, "refused": 1}


def test_a_line_dropped_after_the_mail_leaves_it_in_doubt_and_it_is_never_sent_again(dsn, smtp, queue):
    run = queue("a@example.org", "b@example.org")
    smtp.behaviour = {"a@example.org": "drop"}
    first = outbox.deliver(dsn, run, smtp.sender(), SETTINGS)
    second = outbox.deliver(dsn, run, smtp.sender(), SETTINGS)
    assert first.counts == second.counts == {"in_doubt": 1, "sent": 1}
    assert smtp.recipients == ["a@example.org", "b@example.org"]


def test_a_line_dropped_before_the_mail_is_only_deferred(dsn, smtp, queue):
    run = queue("a@example.org")
    smtp.behaviour = {"a@example.org": "hang up early"}
    assert outbox.deliver(dsn, run, smtp.sender(), SETTINGS).counts == {"deferred": 1}
    smtp.behaviour = {}
    assert outbox.deliver(dsn, run, smtp.sender(), SETTINGS).counts == {"sent": 1}


def test_no_mail_server_defers_everyone(dsn, smtp, queue):
    sender = smtp.sender()
    sender.port = 9
    delivery = outbox.deliver(dsn, queue("a@example.org", "b@example.org"), sender, SETTINGS)
    assert delivery.counts == {"deferred": 2}
    assert "NotHandedOver: 127.0.0.1:9: ConnectionRefusedError" in delivery.problems[0]


def test_a_worker_killed_between_the_servers_yes_and_our_commit_leaves_in_doubt(dsn, smtp, queue):
    run = queue("a@example.org", "b@example.org")
    arguments = [dsn, str(smtp.port), str(run.report_run_id)]
    killed = subprocess.run([sys.executable, "-c", KILLED, *arguments], capture_output=True, check=False)
    assert (killed.returncode, smtp.recipients) == (-9, ["a@example.org"]), killed.stderr
    delivery = outbox.deliver(dsn, run, smtp.sender(), SETTINGS)
    assert delivery.counts == {"in_doubt": 1, "sent": 1}
    assert "The worker ended while sending" in delivery.problems[0]
    assert outbox.deliver(dsn, run, smtp.sender(), SETTINGS).tried == 0
    assert smtp.recipients == ["a@example.org", "b@example.org"]


def test_a_mail_that_a_living_worker_is_sending_is_left_to_it(dsn, smtp, queue):
    run = queue("a@example.org")
    inside, go_on = threading.Event(), threading.Event()

    def slow(message: EmailMessage, bounce: str, recipient: str) -> None:
        inside.set()
        assert go_on.wait(10)
        smtp.sender()(message, bounce, recipient)

    with ThreadPoolExecutor() as pool:
        first = pool.submit(outbox.deliver, dsn, run, slow, SETTINGS)
        assert inside.wait(10)
        second = outbox.deliver(dsn, run, smtp.sender(), SETTINGS)
        go_on.set()
        assert (second.tried, second.counts) == (0, {"sending": 1})
        assert first.result().counts == {"sent": 1}
    assert smtp.recipients == ["a@example.org"]


def test_two_deliveries_at_once_send_one_mail_each(dsn, smtp, queue):
    addresses = [f"p{number:02}@example.org" for number in range(20)]
    run = queue(*addresses)
    with ThreadPoolExecutor() as pool:
        both = list(pool.map(lambda _: outbox.deliver(dsn, run, smtp.sender(), SETTINGS), range(2)))
    assert sum(delivery.tried for delivery in both) == 20
    assert smtp.recipients == addresses


@pytest.mark.parametrize("address", ["", "no address", "a@example.org\r\nBcc: x@example.org", "a@example.org,b@x.org"])
def test_an_unusable_address_is_refused_without_asking_the_server(dsn, smtp, queue, address):
    delivery = outbox.deliver(dsn, queue(address, "z@example.org"), smtp.sender(), SETTINGS)
    assert delivery.counts == {"refused": 1, "sent": 1}
    assert smtp.recipients == ["z@example.org"]


def test_nothing_leaves_without_approval(conn, dsn, smtp, queue):
    run = queue("a@example.org")
    conn.execute("update ops.report_run set state = 'rendered'")
    with pytest.raises(WarehouseError, match="expected KPI-2026-Q3 version 1 to be approved; got rendered"):
        outbox.deliver(dsn, run, smtp.sender(), SETTINGS)
    assert smtp.mails == []


def test_a_report_that_is_no_longer_what_was_kept_is_not_sent(conn, dsn, smtp, queue):
    run = queue("a@example.org")
    conn.execute("update ops.report_artifact set html = '<p>43</p>'")
    delivery = outbox.deliver(dsn, run, smtp.sender(), SETTINGS)
    assert (delivery.counts, smtp.mails) == ({"deferred": 1}, [])
    assert "one whose hash differs" in delivery.problems[0]


def test_a_sender_address_that_is_none_is_ours_to_mend_and_nobody_is_in_doubt(dsn, smtp, queue):
    run = queue("a@example.org", "b@example.org")
    wrong = MailSettings(sender_address="nobody")
    assert outbox.deliver(dsn, run, smtp.sender(), wrong).counts == {"deferred": 2}
    assert outbox.deliver(dsn, run, smtp.sender(), SETTINGS).counts == {"sent": 2}


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (smtplib.SMTPRecipientsRefused({"a": (550, b"no")}), "refused"),
        (smtplib.SMTPRecipientsRefused({"a": (450, b"later")}), "deferred"),
        (smtplib.SMTPSenderRefused(550, b"not you", "bounces"), "deferred"),
        (smtplib.SMTPAuthenticationError(535, b"wrong password"), "deferred"),
        (smtplib.SMTPConnectError(554, b"no service"), "deferred"),
        (smtplib.SMTPDataError(554, b"not this"), "refused"),
        (smtplib.SMTPDataError(452, b"full"), "deferred"),
        (smtplib.SMTPDataError(-1, b""), "in_doubt"),
        (smtplib.SMTPServerDisconnected("gone"), "in_doubt"),
        (TimeoutError("silence"), "in_doubt"),
    ],
    ids=str,
)
def test_only_what_surely_did_not_leave_is_tried_again(error, state):
    assert outcome(error) == state


def test_someone_stopped_since_the_moment_of_the_issue_gets_no_envelope(conn, queue):
    run = queue("a@example.org")
    conn.execute("delete from ops.outbox")
    conn.execute("update core.recipient set is_active = false")
    assert outbox.enqueue(conn, run, SETTINGS) == (0, 0)
