"""The bridge from Airflow to include/: connections, the run's clock, and which failures a retry can mend."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowFailException

from include.errors import PipelineError, SourceUnavailable
from include.fetching import Endpoint
from include.periods import clock_from
from include.sources.source import Source

REFERENCE = Path(__file__).parents[1] / "include" / "reference"


def warehouse() -> str:
    """URL of the warehouse, from the connection `warehouse`."""
    connection = Connection.get("warehouse")
    url = str(connection.get_uri())
    return "postgresql://" + url.partition("://")[2]


def landing() -> str:
    """URL of landing, from the environment: one setting moves it to s3:// or gs://."""
    return os.environ["ACCELERATES_LANDING"]


def endpoint(source: Source) -> Endpoint:
    """Where a source is, from its connection; a source without one ships with the code."""
    if not source.conn_id:
        return Endpoint(host=f"file://{REFERENCE}")
    connection = Connection.get(source.conn_id)
    extra: Mapping[str, Any] = connection.extra_dejson
    headers = dict(extra.get("headers", {}))
    if connection.password:
        headers["Authorization"] = f"Bearer {connection.password}"
    return Endpoint(
        host=str(connection.host),
        headers=headers,
        memento=bool(extra.get("memento", False)),
        is_sample=bool(extra.get("sample", False)),
        seconds_between=float(extra.get("seconds_between", 0)),
    )


def clock_of(context: Mapping[str, Any]) -> datetime:
    """The clock of a run: as it was told, else of the newest load that triggered it, else the run's own time.

    Never the wall clock, so that a re-run of a past run asks the same question.
    """
    run = context["dag_run"]
    told = (run.conf or {}).get("clock")
    if told:
        return clock_from(told)
    events = [event for events in (context.get("triggering_asset_events") or {}).values() for event in events]
    loads = [clock_from(event.extra["clock"]) for event in events if "clock" in (event.extra or {})]
    return max(loads) if loads else run.run_after.astimezone(UTC)


@contextmanager
def fail_fast() -> Iterator[None]:
    """The one place that decides about retries: only an unavailable source gets another try."""
    try:
        yield
    except SourceUnavailable:
        raise
    except PipelineError as error:
        raise AirflowFailException(f"{type(error).__name__}: {error}") from error
