"""Tasks of the report: pin, gate, render, preview, approve, send, settle."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any, Literal

from accelerates_connections import clock_of, fail_fast, reports
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Connection, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException


@task
def pin() -> int:
    """Pin the issue that is due, or a correction; skip an issue that went out already."""
    from include.reports.workflow import issue_steps

    context = get_current_context()
    correct = context.get("params", {}).get("correct")
    with fail_fast():
        run = issue_steps.pin_due_issue(reports(), clock_of(context), str(context["dag_run"].run_id), correct)
    if run.is_approved:
        raise AirflowSkipException(f"{run.report_code} version {run.version} went out already; nobody gets it twice")
    return run.report_run_id


@task
def gate(issue: int) -> int:
    """Hold the issue when a rule of publication says so; the next run takes it up again."""
    from include.reports.workflow import issue_steps

    reasons = issue_steps.hold_if_needed(reports(), issue)
    if reasons:
        raise AirflowSkipException("held: " + " ".join(reasons))
    return issue


@task
def render(issue: int) -> int:
    """Render every variant that somebody receives, and store the bytes."""
    from include.reports.delivery.settings import from_environment
    from include.reports.workflow import issue_steps

    with fail_fast():
        issue_steps.render_issue(reports(), issue, from_environment(os.environ))
    return issue


@task
def preview(issue: int) -> int:
    """Mail the rendered report to the approvers; red when it can reach none of them."""
    from include.reports.delivery import previews
    from include.reports.delivery.settings import from_environment

    with fail_fast(), smtp_sender() as sender:
        delivery = previews.send_previews(
            reports(), issue, sender, from_environment(os.environ), required_actions_url()
        )
    if not delivery.counts.keys() - {"refused"}:
        raise AirflowFailException("no approver can be reached: " + "; ".join(delivery.problems))
    return issue


def approval() -> ApprovalOperator:
    """Ask a person to approve the issue; no answer in three days means no."""
    return ApprovalOperator(
        task_id="approve",
        subject="Send the KPI report?",
        body="Issue {{ ti.xcom_pull(task_ids='preview') }} was mailed to the approvers as it would go out:"
        " read that mail, then answer. No answer in three days means no.",
        response_timeout=timedelta(days=3),
        defaults=[ApprovalOperator.REJECT],
    )


@task
def send(issue: int) -> dict[str, Any]:
    """Send to everyone who has not got it; red when a mail was refused or is in doubt.

    A deferred mail is tried again by the DAG `mails`.
    """
    from include.reports.delivery.settings import from_environment
    from include.reports.workflow import issue_steps

    answer = get_current_context()["ti"].xcom_pull(task_ids="approve") or {}
    approver = (answer.get("responded_by_user") or {}).get("name")
    # A task that somebody marked as success has no answer.
    if ApprovalOperator.APPROVE not in answer.get("chosen_options", []) or not approver:
        raise AirflowFailException("nobody approved this issue; nothing was sent. Clear `approve`, then answer it.")
    with fail_fast(), smtp_sender() as sender:
        delivery = issue_steps.send_issue(reports(), issue, str(approver), sender, from_environment(os.environ))
    if delivery.counts.keys() & {"refused", "in_doubt"}:
        raise AirflowFailException("; ".join(delivery.problems))
    return delivery.counts


@task(trigger_rule="none_failed")
def settle(issue: int) -> str:
    """Record a rejection: the next run then makes a new version at a new moment."""
    from include.reports.workflow import issue_steps

    answer = get_current_context()["ti"].xcom_pull(task_ids="approve")
    if answer is None:
        raise AirflowSkipException("nobody was asked: there was nothing to send")
    if ApprovalOperator.APPROVE in answer.get("chosen_options", []):
        return "sent"
    issue_steps.reject_issue(reports(), issue, "Rejected, or not answered in time.")
    return "rejected"


def required_actions_url() -> str:
    """Return the address of Airflow's page of required actions, of all runs."""
    from airflow.configuration import conf

    return f"{conf.get('api', 'base_url', fallback='').rstrip('/')}/required_actions?response_received=false"


def smtp_sender() -> Any:
    """Return a sender through the mail server of the connection smtp_default."""
    from include.reports.delivery.settings import from_environment
    from include.reports.delivery.smtp import SmtpSender

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
        # Seconds; where the connection names none, those of the sender.
        timeout=float(extra.get("timeout") or SmtpSender.timeout),
        allowed_domains=from_environment(os.environ).allowed_domains,
    )
