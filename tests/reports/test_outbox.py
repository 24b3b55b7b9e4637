"""One mail per person and issue, whatever the mail server or the worker does."""

from __future__ import annotations

import random
import resource
import smtplib
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes

import psycopg
import pytest

from include.errors import WarehouseError
from include.reports.delivery import artifacts, outbox, unsubscribe
from include.reports.delivery.envelopes import MAX_ATTEMPTS
from include.reports.delivery.settings import MailSettings
from include.reports.delivery.smtp import SmtpSender, state_after
from include.reports.issue import report_run
from include.reports.render.html import Rendered
from include.reports.workflow.rebuild import load_sent_mail
from sandbox.launcher.ports import PortClaims, is_port_listening
from tests.reports.conftest import CLOCK

SETTINGS = MailSettings()

KILLED = """
import os, signal, smtplib, sys
from include.reports.delivery import envelopes, outbox
from include.reports.issue import report_run
from include.reports.delivery.settings import MailSettings
from include.reports.delivery.smtp import SmtpSender
import psycopg

dsn, port, run_id = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
sender = SmtpSender(host="127.0.0.1", port=port, tls="none")

owner, name, when = {"envelopes": envelopes, "client": smtplib.SMTP}[sys.argv[4]], sys.argv[5], sys.argv[6]
step, seen = getattr(owner, name), []

def dying(*arguments, **named):
    seen.append(1)
    if len(seen) == 2 and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = step(*arguments, **named)
    if len(seen) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return result

setattr(owner, name, dying)
with psycopg.connect(dsn) as conn:
    run = report_run.load_run(conn, run_id)
outbox.deliver(dsn, run, sender, MailSettings())
"""
# Where a worker may die while it sends the second of three, and whether that mail can have left then.
STEPS = [
    ("envelopes", "_claim", "before", False),
    ("envelopes", "_claim", "after", None),
    ("envelopes", "_record", "after", None),
    ("client", "mail", "after", None),
    ("client", "rcpt", "after", None),
    ("client", "data", "after", True),
    ("envelopes", "_finish", "before", True),
    ("envelopes", "_finish", "after", True),
]


def later(conn: psycopg.Connection) -> None:
    """The time has come to try again what was put off."""
    conn.execute("update ops.outbox set next_attempt_at = clock_timestamp() where state = 'deferred'")


def test_everyone_gets_one_mail_and_a_second_delivery_sends_nothing(conn, dsn, smtp, queue):
    run = queue("a@example.org", "b@example.org")
    first = outbox.deliver(dsn, run, smtp.sender(), SETTINGS)
    second = outbox.deliver(dsn, run, smtp.sender(), SETTINGS)
    assert (first.tried, first.counts, first.problems) == (2, {"sent": 2}, [])
    assert (second.tried, second.counts) == (0, {"sent": 2})
    assert smtp.recipients == ["a@example.org", "b@example.org"]
    assert report_run.pin_issue(conn, "2026-Q3", CLOCK).is_sent
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
    assert not report_run.load_run(conn, run.report_run_id).is_sent
    smtp.behaviour = {}
    assert outbox.deliver(dsn, run, smtp.sender(), SETTINGS).tried == 0
    later(conn)
    again = outbox.deliver(dsn, run, smtp.sender(), SETTINGS)
    assert (again.tried, again.counts) == (1, {"refused": 1, "sent": 3})
    assert smtp.recipients == ["a@example.org", "busy@example.org", "z@example.org"]
    assert report_run.load_run(conn, run.report_run_id).is_sent


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


def test_a_line_dropped_before_the_mail_is_only_deferred(conn, dsn, smtp, queue):
    run = queue("a@example.org")
    smtp.behaviour = {"a@example.org": "hang up early"}
    assert outbox.deliver(dsn, run, smtp.sender(), SETTINGS).counts == {"deferred": 1}
    smtp.behaviour = {}
    later(conn)
    assert outbox.deliver(dsn, run, smtp.sender(), SETTINGS).counts == {"sent": 1}


def test_no_mail_server_defers_everyone(dsn, smtp, queue):
    sender = smtp.sender()
    sender.port = 9
    delivery = outbox.deliver(dsn, queue("a@example.org", "b@example.org"), sender, SETTINGS)
    assert delivery.counts == {"deferred": 2}
    assert "NotHandedOver: 127.0.0.1:9: ConnectionRefusedError" in delivery.problems[0]


@pytest.mark.parametrize(("owner", "name", "when", "has_left"), STEPS, ids=lambda part: str(part))
def test_a_worker_killed_at_any_step_leaves_nobody_with_two_mails(conn, dsn, smtp, queue, owner, name, when, has_left):
    addresses = ["a@example.org", "b@example.org", "c@example.org"]
    run = queue(*addresses)
    arguments = [dsn, str(smtp.port), str(run.report_run_id), owner, name, when]
    killed = subprocess.run([sys.executable, "-c", KILLED, *arguments], capture_output=True, text=True, check=False)
    assert killed.returncode == -9, killed.stderr
    for _ in range(2):
        outbox.deliver(dsn, run, smtp.sender(), SETTINGS)
    states = dict(conn.execute("select email, state from ops.outbox").fetchall())
    # Nobody twice; who got none stands as in doubt, and only the one whose mail was under way.
    assert len(smtp.recipients) == len(set(smtp.recipients))
    assert {address for address in addresses if states[address] == "in_doubt"} <= {"b@example.org"}
    assert set(smtp.recipients) | {a for a in addresses if states[a] == "in_doubt"} == set(addresses)
    assert ("b@example.org" in smtp.recipients) == (has_left is not None)
    finished = (name, when) in (("_finish", "after"), ("_claim", "before"))
    assert states["b@example.org"] == ("sent" if finished else "in_doubt")


def test_a_mail_that_a_living_worker_is_sending_is_left_to_it(dsn, smtp, queue):
    run = queue("a@example.org")
    inside, go_on = threading.Event(), threading.Event()

    def slow(message: bytes, bounce: str, recipient: str) -> None:
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


def test_a_sender_address_that_is_none_is_ours_to_mend_and_nobody_is_in_doubt(conn, dsn, smtp, queue):
    run = queue("a@example.org", "b@example.org")
    wrong = MailSettings(sender_address="nobody")
    assert outbox.deliver(dsn, run, smtp.sender(), wrong).counts == {"deferred": 2}
    later(conn)
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
    assert state_after(error) == state


def test_someone_stopped_since_the_moment_of_the_issue_gets_no_envelope(conn, queue):
    run = queue("a@example.org")
    conn.execute("delete from ops.outbox")
    # Known a day later: of the issue's own moment the reader is still on the list.
    conn.execute(
        """with old as (update core.recipient set known_to = %s returning *)
        insert into core.recipient (recipient_code, name, email, language_code, audience_code, is_active, known_from,
            payload_id)
        select recipient_code, name, email, language_code, audience_code, false, known_to, payload_id from old""",
        (run.as_of + timedelta(days=1),),
    )
    assert outbox.enqueue(conn, run, SETTINGS) == (0, 0)


def test_a_mail_put_off_waits_longer_each_time_and_is_given_up_in_the_end(conn, dsn, smtp, queue):
    run = queue("a@example.org")
    smtp.behaviour = {"a@example.org": "defer"}
    waits = []
    for _ in range(MAX_ATTEMPTS):
        later(conn)
        delivery = outbox.deliver(dsn, run, smtp.sender(), SETTINGS)
        ((minutes,),) = conn.execute("select extract(epoch from next_attempt_at - changed_at) / 60 from ops.outbox")
        waits.append(round(minutes))
    assert waits[:5] == [15, 60, 240, 720, 720]
    assert sum(waits[:-1]) > 4 * 24 * 60
    assert (delivery.counts, smtp.mails) == ({"refused": 1}, [])


def test_a_server_that_stalls_after_the_content_leaves_in_doubt_and_before_it_puts_off(conn, dsn, smtp, queue):
    run = queue("a@example.org", "b@example.org", "c@example.org")
    smtp.behaviour = {"a@example.org": "stall", "b@example.org": "stall early"}
    impatient = smtp.sender()
    impatient.timeout = 0.5
    assert outbox.deliver(dsn, run, impatient, SETTINGS).counts == {"deferred": 1, "in_doubt": 1, "sent": 1}
    smtp.behaviour = {}
    later(conn)
    assert outbox.deliver(dsn, run, smtp.sender(), SETTINGS).counts == {"in_doubt": 1, "sent": 2}
    assert smtp.recipients == ["a@example.org", "b@example.org", "c@example.org"]


@pytest.mark.parametrize(
    ("allowed", "sent"),
    [
        (SETTINGS.allowed_domains, ["a@example.org", "b@sub.example.org"]),
        ("vlaanderen.be", ["c@vlaanderen.be"]),
        ("", []),
        ("*", ["a@example.org", "b@sub.example.org", "c@vlaanderen.be", "d@notexample.org"]),
    ],
)
def test_outside_production_nobody_real_is_written_to(dsn, smtp, queue, allowed, sent):
    run = queue("a@example.org", "b@sub.example.org", "c@vlaanderen.be", "d@notexample.org")
    sender = smtp.sender()
    sender.allowed_domains = allowed
    delivery = outbox.deliver(dsn, run, sender, SETTINGS)
    assert smtp.recipients == sent
    assert delivery.counts.get("deferred", 0) == 4 - len(sent)


def test_what_was_handed_over_is_kept_byte_for_byte_and_found_by_its_message_id(conn, dsn, smtp, queue):
    run = queue("a@example.org", "b@example.org")
    wire: list[bytes] = []

    def listening(message: bytes, bounce: str, recipient: str) -> None:
        wire.append(message)
        smtp.sender()(message, bounce, recipient)

    outbox.deliver(dsn, run, listening, SETTINGS)
    for mail in wire:
        identity = message_from_bytes(mail)["Message-ID"]
        # Whatever the settings are by then.
        sent = load_sent_mail(conn, identity, MailSettings(reply_to="other@example.org", domain="other.example.org"))[1]
        assert sent.mail == mail
    conn.execute("update ops.report_artifact set body = body || '!'::bytea")
    with pytest.raises(WarehouseError, match="hash differs"):
        load_sent_mail(conn, identity, SETTINGS)


def test_a_reader_who_stopped_after_the_envelope_was_made_gets_nothing(conn, dsn, smtp, queue):
    run = queue("a@example.org", "b@example.org")
    identity = conn.execute("select message_id from ops.outbox where email = 'a@example.org'").fetchone()
    assert unsubscribe.unsubscribe(dsn, identity[0])
    assert outbox.deliver(dsn, run, smtp.sender(), SETTINGS).counts == {"refused": 1, "sent": 1}
    assert smtp.recipients == ["b@example.org"]


def test_five_hundred_readers_in_one_run(conn, dsn, queue, tmp_path):
    """Over one connection to a server in a process of its own; what it costs is told, and is bounded."""
    run = queue(*[f"p{number:03}@example.org" for number in range(500)])
    conn.execute("delete from ops.report_artifact")
    files = {"a.xlsx": random.Random(1).randbytes(60_000)}
    rendered = Rendered(subject="KPI", html="<p>42</p>", text="42", images={}, attachments=files)
    artifacts.store_artifact(conn, run, "management", "nl", rendered)
    with PortClaims() as claims:
        port = claims.claim(0)
        words = [sys.executable, "-m", "sandbox.launcher.mailbox", "--port", str(port), "--folder", str(tmp_path)]
        with subprocess.Popen(words) as mailbox:
            while not is_port_listening(port):
                time.sleep(0.2)
            before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
            with SmtpSender(host="127.0.0.1", port=port, tls="none") as send:
                delivery = outbox.deliver(dsn, run, send, SETTINGS)
            seconds = time.monotonic() - began
            more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
            mailbox.terminate()
    assert delivery.counts == {"sent": 500}
    assert len({path.name.rpartition("-")[2] for path in tmp_path.glob("*.eml")}) == 500
    print(f"500 mails of 80 kB: {seconds:.1f} s, {more:.0f} MB more memory")
    assert (seconds < 120, more < 50) == (True, True)
