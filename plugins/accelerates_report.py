"""The tasks of the report, and of following up its mails."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any, Literal

from accelerates_bridge import clock_of, fail_fast, reports
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Connection, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException


@task
def pin() -> int:
    """Fix the as-of moment of the issue that is due; skip when it was sent already."""
    from include.reports import issuing

    context = get_current_context()
    with fail_fast():
        run = issuing.pin(reports(), clock_of(context), str(context["dag_run"].run_id))
    if run.is_sent:
        raise AirflowSkipException(f"{run.report_code} version {run.version} was sent already; nobody gets it twice")
    return run.report_run_id


@task
def gate(issue: int) -> int:
    """Hold the issue when a source is older than its KPIs allow; the source's next load takes it up again."""
    from include.reports import issuing

    reasons = issuing.held_because(reports(), issue)
    if reasons:
        raise AirflowSkipException("held: " + " ".join(reasons))
    return issue


@task
def render(issue: int) -> int:
    """Render every variant that somebody receives, and keep the bytes."""
    from include.reports import issuing
    from include.reports.settings import from_environment

    with fail_fast():
        issuing.make(reports(), issue, from_environment(os.environ))
    return issue


def approval() -> ApprovalOperator:
    """A person lets the issue go out; no answer in three days means no."""
    return ApprovalOperator(
        task_id="approve",
        subject="Send the KPI report?",
        body="The rendered variants are in ops.report_artifact of issue {{ ti.xcom_pull(task_ids='render') }}.",
        response_timeout=timedelta(days=3),
        defaults=[ApprovalOperator.REJECT],
    )


@task
def send(issue: int) -> dict[str, Any]:
    """Send to everyone who has not got it; red when a mail was refused or is in doubt, after all others left.

    A deferred mail is tried again by housekeeping.
    """
    from include.reports import issuing
    from include.reports.settings import from_environment

    answer = get_current_context()["ti"].xcom_pull(task_ids="approve") or {}
    approver = (answer.get("responded_by_user") or {}).get("name", "nobody: the time to answer ran out")
    with fail_fast(), mail_server() as sender:
        delivery = issuing.send(reports(), issue, str(approver), sender, from_environment(os.environ))
    if delivery.counts.keys() & {"refused", "in_doubt"}:
        raise AirflowFailException("; ".join(delivery.problems))
    return delivery.counts


@task(trigger_rule="none_failed")
def settle(issue: int) -> str:
    """Record a "no": the next run then makes a new version at a new moment, not the rejected one again."""
    from include.reports import issuing

    answer = get_current_context()["ti"].xcom_pull(task_ids="approve")
    if answer is None:
        raise AirflowSkipException("nobody was asked: there was nothing to send")
    if ApprovalOperator.APPROVE in answer.get("chosen_options", []):
        return "sent"
    issuing.reject(reports(), issue, "Rejected, or not answered in time.")
    return "rejected"


@task
def follow_up() -> int:
    """Try deferred mails again, of every issue that was let through and of letters to partners."""
    from include.answers import posting
    from include.reports import issuing
    from include.reports.settings import from_environment

    issues = issuing.unfinished(reports())
    with mail_server() as sender:
        for issue in issues:
            issuing.send(reports(), issue, "nobody", sender, from_environment(os.environ))
        posting.post(reports(), sender, from_environment(os.environ))
    return len(issues)


def mail_server() -> Any:
    """The mail server of the connection smtp_default."""
    from include.reports.smtp import SmtpSender

    connection = Connection.get("smtp_default")
    extra = connection.extra_dejson
    # As Airflow's own SMTP hook reads them: both protections are on unless switched off.
    tls: Literal["none", "starttls", "implicit"] = "implicit"
    if extra.get("disable_ssl"):
        tls = "none" if extra.get("disable_tls") else "starttls"
    return SmtpSender(
        host=str(connection.host),
        port=int(connection.port or 25),
        user=connection.login,
        password=connection.password,
        tls=tls,
    )
