"""Steps of an issue, one per task: pin, hold or go on, render, approve or reject, send.

Each step can run again after a crash: what was done stays done, and no mail is sent twice.
"""

from __future__ import annotations

import logging
from datetime import datetime

from include import warehouse
from include.reports.content.changes import corrected_changes
from include.reports.content.report_model import build_report_model
from include.reports.delivery import artifacts, outbox, recipients
from include.reports.delivery.outbox import Delivery
from include.reports.delivery.settings import MailSettings
from include.reports.delivery.smtp import Send
from include.reports.figures.read_marts import read_figures
from include.reports.issue import calendar, publish_rules, report_run
from include.reports.issue.report_run import Connection, ReportRun
from include.reports.render.package import package

log = logging.getLogger(__name__)


def pin_due_issue(dsn: str, clock: datetime, dag_run_id: str, correct: str | None = None) -> ReportRun:
    """Pin the issue that is due at a clock, or the correction of the report with code `correct`.

    Raises:
        WarehouseError: the report to correct is not the one that went out last.
    """
    with warehouse.connect(dsn) as conn:
        if correct:
            return report_run.pin_correction(conn, correct, clock, dag_run_id)
        return report_run.pin_issue(conn, calendar.due_period(clock), clock, dag_run_id)


def hold_if_needed(dsn: str, run_id: int) -> list[str]:
    """Hold the issue if a rule of publication says so; return the reasons, if any."""
    with warehouse.connect(dsn) as conn:
        run = report_run.load_run(conn, run_id)
        if run.state != "pinned":
            return []
        reasons = reasons_to_hold(conn, run)
        if reasons:
            report_run.hold_run(conn, run, reasons)
        return reasons


def reasons_to_hold(conn: Connection, run: ReportRun) -> list[str]:
    """List the reasons to hold an issue, each saying what to do; empty means go."""

    def is_corrected() -> bool:
        model = build_report_model(read_figures(conn, run), run, "management", "nl", "")
        return bool(model["changes"] and corrected_changes(model["changes"]["items"]))

    return publish_rules.reasons_to_hold(conn, run, is_corrected)


def render_issue(dsn: str, run_id: int, settings: MailSettings) -> list[str]:
    """Render and store every variant that somebody receives; return their subjects."""
    with warehouse.connect(dsn) as conn:
        run = report_run.load_run(conn, run_id)
        subjects = []
        # Read once: the figures are the same for all variants.
        rows = read_figures(conn, run)
        for audience, language in recipients.query_variants(conn, run):
            model = build_report_model(rows, run, audience, language, settings.reply_to, settings.page_url)
            stored = artifacts.store_artifact(conn, run, audience, language, package(model))
            subjects.append(f"{audience} {language}: {stored.subject}")
            log.info("%s v%s %s", run.report_code, run.version, subjects[-1])
        if run.state == "pinned":
            report_run.mark_rendered(conn, run)
        return subjects


def send_issue(dsn: str, run_id: int, approved_by: str, send: Send, settings: MailSettings) -> Delivery:
    """Send the issue to everyone who has not got it yet."""
    with warehouse.connect(dsn) as conn:
        run = report_run.load_run(conn, run_id)
        if run.state == "rendered":
            run = report_run.approve_run(conn, run, approved_by)
        # Readers who join the list later start with the next issue.
        new, already = (0, 0) if run.is_sent else outbox.enqueue(conn, run, settings)
        log.info("%s v%s: %s envelopes, %s were there already", run.report_code, run.version, new, already)
    return outbox.deliver(dsn, run, send, settings)


def reject_issue(dsn: str, run_id: int, reason: str) -> None:
    """Record that the issue must not go out."""
    with warehouse.connect(dsn) as conn:
        report_run.reject_run(conn, report_run.load_run(conn, run_id), reason)


def query_unfinished_issues(dsn: str) -> list[tuple[int, str]]:
    """List the issues with mails left to send, and their state.

    A rendered one has previews left, the others reports.

    A sent issue is among them when somebody sets a mail in doubt back to pending.
    """
    with warehouse.connect(dsn) as conn:
        return conn.execute(
            """select report_run_id, state from ops.report_run
               where state = 'approved' or state in ('rendered', 'sent') and report_run_id in (
                   select report_run_id from ops.outbox where state in ('pending', 'deferred')
               ) order by 1"""
        ).fetchall()
