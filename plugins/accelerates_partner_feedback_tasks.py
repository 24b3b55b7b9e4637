"""Tasks that answer partners and remind them."""

from __future__ import annotations

import os

from accelerates_connections import clock_of, fail_fast, landing, reports
from accelerates_report_tasks import smtp_sender
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException


@task(trigger_rule="all_done")
def notify() -> dict[str, int]:
    """Write to every partner whose report was processed or is missing.

    A failure in one load stops nobody's answer.
    """
    from include.partner_feedback import notifications
    from include.reports.delivery.settings import from_environment

    clock, settings = clock_of(get_current_context()), from_environment(os.environ)
    with fail_fast():
        # Reminders first, which belong to a day: an answer that fails is written tomorrow.
        counts = {
            "reminders": notifications.write_reminders(reports(), clock, settings),
            "answers": notifications.write_answers(reports(), landing(), clock, settings),
        }
    if not any(counts.values()):
        raise AirflowSkipException("nobody to write to: every report was answered and none is asked for today")
    return counts


@task(trigger_rule="none_skipped")
def post() -> dict[str, int]:
    """Send the messages, each once; red when one was refused or is in doubt.

    Messages go out also when another could not be written.
    """
    from include.partner_feedback import notifications
    from include.reports.delivery.settings import from_environment

    with fail_fast(), smtp_sender() as sender:
        delivery = notifications.send_messages(reports(), sender, from_environment(os.environ))
    if delivery.counts.keys() & {"refused", "in_doubt"}:
        raise AirflowFailException("; ".join(delivery.problems))
    return delivery.counts


def all_loaded() -> EmptyOperator:
    """Fail with a load or an answer: the messages that still go out hide it otherwise."""
    return EmptyOperator(
        task_id="all_loaded",
        trigger_rule="none_failed",
        doc_md="Fails with a load or with an answer, so that the run is red although other messages went out.",
    )
