"""The four tasks that load every table: merge(check(stage(extract())))."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from accelerates_connections import clock_of, endpoint, fail_fast, landing, warehouse
from accelerates_defaults import RETRY_POLICY
from airflow.sdk import Asset, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException


def asset_of(table: str) -> Asset:
    """Return the asset that stands for a part of the warehouse."""
    return Asset(f"warehouse://{table}")


@task(**RETRY_POLICY)
def extract(source_codes: Sequence[str], given: dict[str, str] | None = None) -> list[int]:
    """Store the sources' bytes untouched in landing; hand on the ids of new batches.

    A run with {"from_landing": {}} asks no source: it loads what is in landing, of one scope if it names one.
    """
    from include.extract import extraction
    from include.register import source_of

    context = get_current_context()
    batches: list[int] = []
    if "from_landing" in (context["dag_run"].conf or {}):
        return _skip_if_empty(_reload_from_landing(source_codes, context), "nothing of it is missing")
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
    return _skip_if_empty(batches, "nothing new")


@task
def stage(batches: list[int]) -> list[int]:
    """Copy each batch into its staging tables; set aside the rows that break a rule."""
    from include.pipeline import load_steps

    with fail_fast():
        return _skip_if_empty(load_steps.stage(warehouse(), landing(), batches), "every batch is quarantined")


@task
def check(batches: list[int]) -> list[int]:
    """Run the suites; a batch that fails a critical expectation goes no further."""
    from include.pipeline import load_steps

    with fail_fast():
        return _skip_if_empty(load_steps.check(warehouse(), batches), "every batch is quarantined")


# Its counts are one result; three more would be three more requests to the API server.
@task(multiple_outputs=False)
def merge(batches: list[int]) -> dict[str, int]:
    """Write the rows that changed, and give the run's clock to the assets downstream."""
    from include.pipeline import load_steps

    context = get_current_context()
    with fail_fast():
        written = load_steps.merge(warehouse(), batches)
    if not written["inserted"] and not written["closed"]:
        raise AirflowSkipException("nothing changed: every row says what was known already")
    for outlet in context["task"].outlets:
        context["outlet_events"][outlet].extra = {"clock": clock_of(context).isoformat()}
    return written


def _reload_from_landing(source_codes: Sequence[str], context: Any) -> list[int]:
    from include.pipeline import backfill
    from include.register import source_of

    run = context["dag_run"]
    return [
        batch_id
        for source in map(source_of, source_codes)
        for batch_id in backfill.reload_from_landing(
            warehouse(), source, clock_of(context), run.conf["from_landing"] or {}, str(run.run_id)
        )
    ]


def _skip_if_empty(batches: list[int], reason: str) -> list[int]:
    if not batches:
        raise AirflowSkipException(reason)
    return batches
