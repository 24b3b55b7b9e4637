"""An issue of the report from end to end: pin -> gate -> make -> approve -> send, each step on its own.

Every step can be said again after a crash: what was done stays done, and what was sent is not sent twice.
"""

from __future__ import annotations

import logging
from datetime import datetime

from include import warehouse
from include.reports.content import report_model
from include.reports.delivery import artifacts, outbox, recipients
from include.reports.delivery.build_mail import packed
from include.reports.delivery.outbox import Delivery
from include.reports.delivery.settings import MailSettings
from include.reports.delivery.smtp import Send
from include.reports.figures import read_marts
from include.reports.issue import calendar, corrections, publish_rules, report_run
from include.reports.issue.report_run import ReportRun

log = logging.getLogger(__name__)


def pin(dsn: str, clock: datetime, dag_run_id: str, correct: str | None = None) -> ReportRun:
    """The issue that is due at a clock, or the correction of one that went out; its as-of moment fixed.

    Raises:
        WarehouseError: the report to correct is not the one that went out last.
    """
    with warehouse.connect(dsn) as conn:
        if correct:
            return corrections.pin(conn, correct, clock, dag_run_id)
        return report_run.pin(conn, calendar.due_period(clock), clock, dag_run_id)


def held_because(dsn: str, run_id: int) -> list[str]:
    """Why the issue is held, and record that it is; empty when nothing stands in its way."""
    with warehouse.connect(dsn) as conn:
        run = report_run.current(conn, run_id)
        if run.state != "pinned":
            return []
        reasons = publish_rules.gate(conn, run)
        if reasons:
            report_run.hold(conn, run, reasons)
        return reasons


def make(dsn: str, run_id: int, settings: MailSettings) -> list[str]:
    """Render and keep every variant that somebody receives; returns their subjects."""
    with warehouse.connect(dsn) as conn:
        run = report_run.current(conn, run_id)
        subjects = []
        # Read once: whatever the variant, the figures are the same.
        rows = read_marts.read(conn, run)
        for audience, language in recipients.variants(conn, run):
            drawn = packed(report_model.compose(rows, run, audience, language, settings.reply_to, settings.page_url))
            kept = artifacts.keep(conn, run, audience, language, drawn)
            subjects.append(f"{audience} {language}: {kept.subject}")
            log.info("%s v%s %s", run.report_code, run.version, subjects[-1])
        if run.state == "pinned":
            report_run.rendered(conn, run)
        return subjects


def send(dsn: str, run_id: int, approved_by: str, sender: Send, settings: MailSettings) -> Delivery:
    """Send the issue to everyone who has not got it yet."""
    with warehouse.connect(dsn) as conn:
        run = report_run.current(conn, run_id)
        if run.state == "rendered":
            run = report_run.approve(conn, run, approved_by)
        # Who comes on the list later starts with the next issue.
        new, already = (0, 0) if run.is_sent else outbox.enqueue(conn, run, settings)
        log.info("%s v%s: %s envelopes, %s were there already", run.report_code, run.version, new, already)
    return outbox.deliver(dsn, run, sender, settings)


def reject(dsn: str, run_id: int, reason: str) -> None:
    """Record that the issue must not go out."""
    with warehouse.connect(dsn) as conn:
        report_run.reject(conn, report_run.current(conn, run_id), reason)


def unfinished(dsn: str) -> list[tuple[int, str]]:
    """Issues that still have mails to send, and how far each came: rendered has previews, the others its reports.

    One that was sent is among them when somebody set a mail in doubt back to pending.
    """
    with warehouse.connect(dsn) as conn:
        return conn.execute(
            """select report_run_id, state from ops.report_run
               where state = 'approved' or state in ('rendered', 'sent') and report_run_id in (
                   select report_run_id from ops.outbox where state in ('pending', 'deferred')
               ) order by 1"""
        ).fetchall()
