"""Settings that all DAGs share, and how often a task that asks a source is tried again."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pendulum
from airflow.providers.smtp.notifications.smtp import SmtpNotifier
from airflow.sdk import CronTriggerTimetable

ZONE = "Europe/Brussels"
ENGINEERS = os.environ.get("KPI_MAIL_ENGINEERS", "kpi-engineers@example.org")

EVERY_DAG: dict[str, Any] = {
    # The start of the strategy: no run of the past starts by itself, but any of them can be backfilled.
    "start_date": pendulum.datetime(2016, 1, 1, tz=ZONE),
    "catchup": False,
    "max_active_runs": 1,
    # One mail per red run; the task's last line says what to do.
    "on_failure_callback": SmtpNotifier(
        to=ENGINEERS,
        subject="Red: {{ dag.dag_id }} {{ run_id }}",
        html_content="Run {{ run_id }} of {{ dag.dag_id }} failed. Its red task says which source, what was expected,"
        " what came and what to do; docs/runbooks has a page for each error.",
    ),
}
# Of the task extract, which asks a source: only the network recovers by itself, so all other tasks fail at once.
# Within one try, include.extract.http asks a busy source again after seconds to minutes.
RETRY_POLICY: dict[str, Any] = {
    # `make run` sets 0: the sample world is always there.
    "retries": int(os.environ.get("ACCELERATES_RETRIES", "4")),
    "retry_delay": timedelta(minutes=2),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(hours=1),
    "execution_timeout": timedelta(hours=3),
}


def by_calendar(cron: str) -> CronTriggerTimetable:
    """Make a schedule in Belgian time."""
    return CronTriggerTimetable(cron, timezone=ZONE)
