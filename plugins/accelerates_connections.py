"""From Airflow to include/: connections, the run's clock, which failures are retried."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException

from include.errors import PipelineError, SourceRefused, SourceUnavailable
from include.periods import clock_from
from include.sources.source import Endpoint, Source

# core.contract_feed.feed_kind_code -> the transport of include.extract.polling.
TRANSPORTS: dict[str, Literal["http", "pages", "folder"]] = {
    "http_file": "http",
    "http_json": "pages",
    "folder": "folder",
}
REFERENCE = Path(__file__).parents[1] / "include" / "sources" / "reference"


def warehouse() -> str:
    """Return the URL of the warehouse for tasks that load, from the connection `warehouse`."""
    return _url(Connection.get("warehouse"))


def reports() -> str:
    """Return the URL of the warehouse for reports: `warehouse_reports`, else `warehouse`."""
    try:
        return _url(Connection.get("warehouse_reports"))
    except AirflowNotFoundException:
        return warehouse()


def _url(connection: Connection) -> str:
    return "postgresql://" + str(connection.get_uri()).partition("://")[2]


def landing() -> str:
    """Return the URL of landing, from the environment: one setting moves it to s3:// or gs://."""
    return os.environ["ACCELERATES_LANDING"]


def endpoint(source: Source, given: Mapping[str, str] | None = None) -> Endpoint:
    """Build the endpoint of a source from its connection; without one it ships with the code.

    Args:
        source: the source.
        given: passed on by the DAG; a contract names the connection and the kind of its own feed.

    Raises:
        SourceRefused: no such connection, or a login in the address, where logs would show it.
    """
    given = given or {}
    conn_id = given.get("conn_id", source.conn_id)
    if not conn_id:
        return Endpoint(host=f"file://{REFERENCE}")
    connection = _connection(source, conn_id, given.get("contract_code", ""))
    transport = TRANSPORTS[given.get("feed_kind_code", "http_file")]
    options = dict(connection.extra_dejson)
    is_sample, memento = bool(options.pop("sample", False)), bool(options.pop("memento", False))
    headers, seconds_between = dict(options.pop("headers", {})), options.pop("seconds_between", None)
    if transport == "folder":
        options |= _login(connection)
    elif connection.password:
        headers["Authorization"] = _authorization(connection)
    return Endpoint(
        host=str(connection.host),
        headers=headers,
        memento=memento,
        is_sample=is_sample,
        seconds_between=None if seconds_between is None else float(seconds_between),
        transport=transport,
        options=options,
    )


def _connection(source: Source, conn_id: str, contract_code: str) -> Connection:
    """Read the connection; refuse one with a login in its address."""
    try:
        connection = Connection.get(conn_id)
        problem = "an address with a login in it" if "@" in str(connection.host) else ""
    except AirflowNotFoundException:
        problem = "none of that name"
    if problem:
        raise SourceRefused(
            source=f"{source.code} {contract_code}".strip(),
            expected=f"a connection {conn_id}",
            got=problem,
            todo="Add or mend it: address in host, user in login, secret in password; or correct contract_feed.csv.",
        )
    return connection


def _login(connection: Connection) -> dict[str, object]:
    """Collect user, password and port of a folder's connection, as far as it has them."""
    parts = {"username": connection.login, "password": connection.password, "port": connection.port}
    return {name: value for name, value in parts.items() if value}


def _authorization(connection: Connection) -> str:
    """Build the header of a bearer token; with a login beside it, of basic authentication."""
    if not connection.login:
        return f"Bearer {connection.password}"
    pair = f"{connection.login}:{connection.password}".encode()
    return f"Basic {b64encode(pair).decode()}"


def clock_of(context: Mapping[str, Any]) -> datetime:
    """Return the clock of a run: configured, else of the newest load behind it, else its time.

    Never the wall clock, so that a re-run of a past run asks the same question.
    """
    run = context["dag_run"]
    configured = (run.conf or {}).get("clock")
    if configured:
        return clock_from(configured)
    events = [event for events in (context.get("triggering_asset_events") or {}).values() for event in events]
    loads = [clock_from(event.extra["clock"]) for event in events if "clock" in (event.extra or {})]
    return max(loads) if loads else run.run_after.astimezone(UTC)


@contextmanager
def fail_fast() -> Iterator[None]:
    """Fail a task without another try on any of our errors but SourceUnavailable."""
    try:
        yield
    except SourceUnavailable:
        raise
    except PipelineError as error:
        raise AirflowFailException(f"{type(error).__name__}: {error}") from error
