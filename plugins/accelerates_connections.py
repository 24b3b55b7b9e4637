"""The bridge from Airflow to include/: connections, the run's clock, and which failures a retry can mend."""

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
from include.sources.endpoint import Endpoint
from include.sources.source import Source

# core.contract_feed.feed_kind_code -> the way of include.extract.transports.
WAYS: dict[str, Literal["http", "pages", "folder"]] = {"http_file": "http", "http_json": "pages", "folder": "folder"}
REFERENCE = Path(__file__).parents[1] / "include" / "sources" / "reference"


def warehouse() -> str:
    """URL of the warehouse for what loads, from the connection `warehouse`."""
    return _url(Connection.get("warehouse"))


def reports() -> str:
    """URL of the warehouse for what reports and mails: `warehouse_reports`, or `warehouse` where there is none."""
    try:
        return _url(Connection.get("warehouse_reports"))
    except AirflowNotFoundException:
        return warehouse()


def _url(connection: Connection) -> str:
    return "postgresql://" + str(connection.get_uri()).partition("://")[2]


def landing() -> str:
    """URL of landing, from the environment: one setting moves it to s3:// or gs://."""
    return os.environ["ACCELERATES_LANDING"]


def endpoint(source: Source, given: Mapping[str, str] | None = None) -> Endpoint:
    """Where a source is, from its connection; a source without one ships with the code.

    Args:
        source: the source.
        given: what the DAG passes on; a contract names the connection and the kind of its own feed.

    Raises:
        SourceRefused: no such connection, or a login in the address, where logs would show it.
    """
    given = given or {}
    conn_id = given.get("conn_id", source.conn_id)
    if not conn_id:
        return Endpoint(host=f"file://{REFERENCE}")
    connection = _connection(source, conn_id, given.get("contract_code", ""))
    way = WAYS[given.get("feed_kind_code", "http_file")]
    options = dict(connection.extra_dejson)
    is_sample, memento = bool(options.pop("sample", False)), bool(options.pop("memento", False))
    headers, seconds_between = dict(options.pop("headers", {})), options.pop("seconds_between", None)
    if way == "folder":
        options |= _login(connection)
    elif connection.password:
        headers["Authorization"] = _authorization(connection)
    return Endpoint(
        host=str(connection.host),
        headers=headers,
        memento=memento,
        is_sample=is_sample,
        seconds_between=None if seconds_between is None else float(seconds_between),
        way=way,
        options=options,
    )


def _connection(source: Source, conn_id: str, contract_code: str) -> Connection:
    """The connection, without a login in its address."""
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
    """User, password and port of a folder's connection, as far as it has them."""
    said = {"username": connection.login, "password": connection.password, "port": connection.port}
    return {name: value for name, value in said.items() if value}


def _authorization(connection: Connection) -> str:
    """A bearer token; with a login beside it, both as basic authentication."""
    if not connection.login:
        return f"Bearer {connection.password}"
    pair = f"{connection.login}:{connection.password}".encode()
    return f"Basic {b64encode(pair).decode()}"


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
