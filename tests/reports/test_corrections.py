"""Who gets a correction: whoever the old version reached, or may have reached, or was on its way to; nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from include.errors import WarehouseError
from include.reports.delivery import artifacts, outbox
from include.reports.delivery.settings import MailSettings
from include.reports.issue import report_run
from tests.reports.conftest import CLOCK

SETTINGS = MailSettings()
LATER = CLOCK + timedelta(days=2)


def test_each_reader_of_the_old_version_gets_the_new_one_once_and_as_an_answer(conn, dsn, smtp, queue):
    names = ("sent", "doubt", "deferred", "refused", "bounced", "stopped", "left")
    run = queue(*[f"{name}@example.org" for name in names])
    smtp.behaviour = {
        "doubt@example.org": "drop", "deferred@example.org": "defer", "refused@example.org": "refuse",
    }  # fmt: skip
    outbox.deliver(dsn, run, smtp.sender(), SETTINGS)
    ids = dict(conn.execute("select email, message_id from ops.outbox").fetchall())
    conn.execute(
        """insert into ops.bounce (outbox_id, sha256, status_code, diagnostic)
           select outbox_id, '0', '5.1.1', '' from ops.outbox where email = 'bounced@example.org'"""
    )
    conn.execute(
        """insert into ops.stop (recipient_code, destination_sha256, reason_code)
           values ('stopped@example.org', ops.destination('Stopped@example.org'), 'unsubscribed')"""
    )
    conn.execute("update core.recipient set is_active = false where recipient_code = 'left@example.org'")
    conn.execute(
        """insert into core.recipient (recipient_code, name, email, language_code, audience_code, is_active, known_from,
               payload_id)
           select 'new', 'New', 'new@example.org', 'nl', 'management', true, '2020-01-01', payload_id
           from core.recipient limit 1"""
    )
    fixed = report_run.pin_correction(conn, "KPI-2026-Q3", LATER)
    assert (fixed.version, fixed.is_correction, fixed.previous_run_id) == (2, True, run.report_run_id)
    artifacts.store_artifact(conn, fixed, "management", "nl", artifacts.load_artifact(conn, run, "management", "nl"))
    report_run.approve_run(conn, report_run.mark_rendered(conn, fixed), "the director")
    assert [outbox.enqueue(conn, fixed, SETTINGS), outbox.enqueue(conn, fixed, SETTINGS)] == [(3, 0), (0, 3)]
    smtp.behaviour, smtp.mails = {}, []
    conn.execute("update ops.outbox set next_attempt_at = clock_timestamp()")
    # What was on its way of the old version is not sent any more.
    assert outbox.deliver(dsn, run, smtp.sender(), SETTINGS).tried == 0
    assert outbox.deliver(dsn, fixed, smtp.sender(), SETTINGS).counts == {"sent": 3}
    assert {to[0]: mail["In-Reply-To"] for _, to, mail in smtp.mails} == {
        "sent@example.org": ids["sent@example.org"], "doubt@example.org": ids["doubt@example.org"],
        "deferred@example.org": None,
    }  # fmt: skip
    assert len(smtp.mails) == 3
    assert conn.execute("select item_count from mart.open_problem where subject = 'mail' order by 1").fetchall() == [
        (1,), (1,),
    ]  # fmt: skip


def test_only_a_report_that_went_out_can_be_corrected_and_only_the_newest(conn, dsn, smtp, queue):
    with pytest.raises(WarehouseError, match="got none of that code that went out"):
        report_run.pin_correction(conn, "KPI-2026-Q3", CLOCK)
    run = queue("a@example.org")
    outbox.deliver(dsn, run, smtp.sender(), SETTINGS)
    following = report_run.pin_issue(conn, "2026-Q4", LATER)
    report_run.approve_run(conn, report_run.mark_rendered(conn, following), "the director")
    with pytest.raises(WarehouseError, match="got a later one"):
        report_run.pin_correction(conn, "KPI-2026-Q3", LATER)


def test_a_correction_that_was_rejected_lets_nobody_be_mailed_the_old_one_again(conn, dsn, smtp, queue):
    run = queue("a@example.org")
    outbox.deliver(dsn, run, smtp.sender(), SETTINGS)
    fixed = report_run.pin_correction(conn, "KPI-2026-Q3", LATER)
    assert report_run.pin_correction(conn, "KPI-2026-Q3", LATER) == fixed
    # The schedule goes on with it, as the correction that it is.
    assert report_run.pin_issue(conn, "2026-Q3", LATER) == fixed
    held = report_run.hold_run(conn, fixed, ["nothing differs"])
    retaken = report_run.pin_issue(conn, "2026-Q3", LATER + timedelta(days=1))
    assert (retaken.version, retaken.is_correction, held.version) == (2, True, 2)
    report_run.reject_run(conn, report_run.mark_rendered(conn, retaken), "no")
    assert report_run.pin_issue(conn, "2026-Q3", LATER) == report_run.load_run(conn, run.report_run_id)
    assert report_run.pin_correction(conn, "KPI-2026-Q3", LATER).version == 3
