"""Tasks on mails between reports: deferred mails, bounces, stopped recipients."""

from __future__ import annotations

import os
from typing import Any

from accelerates_connections import fail_fast, reports
from accelerates_report_tasks import required_actions_url, smtp_sender
from airflow.sdk import Connection, task
from airflow.sdk.exceptions import AirflowNotFoundException, AirflowSkipException


@task
def follow_up() -> int:
    """Send deferred mails whose time has come: reports, previews, messages to partners."""
    from include.partner_feedback import notifications
    from include.reports.delivery import previews
    from include.reports.delivery.settings import from_environment
    from include.reports.workflow import issue_steps

    settings, issues = from_environment(os.environ), issue_steps.query_unfinished_issues(reports())
    with smtp_sender() as sender:
        for issue, state in issues:
            if state == "rendered":
                previews.send_previews(reports(), issue, sender, settings, required_actions_url())
            else:
                issue_steps.send_issue(reports(), issue, "nobody", sender, settings)
        notifications.send_messages(reports(), sender, settings)
    return len(issues)


@task(trigger_rule="all_done")
def bounces() -> dict[str, int]:
    """Read the mailbox of bounces, and match each with its envelope."""
    import psycopg

    from include.reports.delivery.bounces import Inbox, record_bounce

    try:
        connection = Connection.get("bounces")
    except AirflowNotFoundException as error:
        raise AirflowSkipException("no connection `bounces`: no mailbox to read") from error
    inbox = Inbox(
        host=str(connection.host), port=int(connection.port or 993), user=str(connection.login),
        password=str(connection.password), tls=not connection.extra_dejson.get("disable_tls"),
    )  # fmt: skip
    with fail_fast(), psycopg.connect(reports(), autocommit=True) as conn:
        ours, others = inbox.judge_new(lambda raw: record_bounce(conn, raw))
    return {"bounces": ours, "other mails": others}


@task(trigger_rule="all_done")
def stopped() -> dict[str, Any]:
    """Stop recipients with three bounces, and tell the owner of the list."""
    import psycopg

    from include.reports.delivery.bounces import stop_unreachable, tell_owner
    from include.reports.delivery.settings import from_environment

    with psycopg.connect(reports(), autocommit=True) as conn, smtp_sender() as sender:
        return {"unreachable": stop_unreachable(conn), "told": tell_owner(conn, sender, from_environment(os.environ))}
