"""The four tasks that load every table, so that a DAG can say: merge(check(stage(extract())))."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from accelerates_connections import clock_of, endpoint, fail_fast, landing, warehouse
from airflow.sdk import Asset, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

# What a retry can mend is the network; the tasks after it fail at once or not at all.
PATIENCE: dict[str, Any] = {
    # On one machine with the sample world there is nothing to wait for: it sets 0.
    "retries": int(os.environ.get("ACCELERATES_RETRIES", "4")),
    "retry_delay": timedelta(minutes=2),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(hours=1),
    "execution_timeout": timedelta(hours=3),
}


def asset_of(table: str) -> Asset:
    """The asset that stands for a part of the warehouse."""
    return Asset(f"warehouse://{table}")


@task(**PATIENCE)
def extract(source_codes: Sequence[str], given: dict[str, str] | None = None) -> list[int]:
    """Keep the sources' bytes untouched in landing; hand on the ids of the batches that are new.

    A run with {"from_landing": {}} asks nobody: it takes what landing holds, of a scope if it names one.
    """
    from include.extract import extraction
    from include.register import source_of

    context = get_current_context()
    batches: list[int] = []
    if "from_landing" in (context["dag_run"].conf or {}):
        return _some(_landed(source_codes, context), "nothing of it is missing")
    with fail_fast():
        for source in map(source_of, source_codes):
            batches += extraction.extract(
                warehouse(),
                landing(),
                source,
                endpoint(source, given),
                clock_of(context),
                given or {},
                str(context["dag_run"].run_id),
            )
    return _some(batches, "nothing new")


@task
def stage(batches: list[int]) -> list[int]:
    """Copy each batch into its staging tables; set aside the rows that break a rule."""
    from include.pipeline import load_steps

    with fail_fast():
        return _some(load_steps.stage(warehouse(), landing(), batches), "every batch is quarantined")


@task
def check(batches: list[int]) -> list[int]:
    """Run the suites; a batch that fails a critical expectation goes no further."""
    from include.pipeline import load_steps

    with fail_fast():
        return _some(load_steps.check(warehouse(), batches), "every batch is quarantined")


@task
def merge(batches: list[int]) -> dict[str, int]:
    """Write what changed, and tell the assets downstream by which clock."""
    from include.pipeline import load_steps

    context = get_current_context()
    with fail_fast():
        written = load_steps.merge(warehouse(), batches)
    if not written["inserted"] and not written["closed"]:
        raise AirflowSkipException("nothing changed: every row says what was known already")
    for outlet in context["task"].outlets:
        context["outlet_events"][outlet].extra = {"clock": clock_of(context).isoformat()}
    return written


def _landed(source_codes: Sequence[str], context: Any) -> list[int]:
    from include.pipeline import backfill
    from include.register import source_of

    run = context["dag_run"]
    return [
        batch_id
        for source in map(source_of, source_codes)
        for batch_id in backfill.landed(
            warehouse(), source, clock_of(context), run.conf["from_landing"] or {}, str(run.run_id)
        )
    ]


def _some(batches: list[int], otherwise: str) -> list[int]:
    if not batches:
        raise AirflowSkipException(otherwise)
    return batches
