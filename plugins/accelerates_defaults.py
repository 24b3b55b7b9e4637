"""What every DAG has in common."""

from __future__ import annotations

from typing import Any

import pendulum
from airflow.sdk import CronTriggerTimetable

ZONE = "Europe/Brussels"

EVERY_DAG: dict[str, Any] = {
    "start_date": pendulum.datetime(2026, 1, 1, tz=ZONE),
    "catchup": False,
    "max_active_runs": 1,
    # A run may be told its clock: {"clock": "2026-10-15T09:00:00+02:00"}.
    "params": {},
}


def by_calendar(cron: str) -> CronTriggerTimetable:
    """A schedule by Belgian time."""
    return CronTriggerTimetable(cron, timezone=ZONE)
