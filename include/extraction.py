"""Extraction: ask a source, keep its bytes in landing, and open a batch for what is new."""

from __future__ import annotations

import json
import logging
from datetime import datetime

import psycopg

from include import feeds, landing, warehouse
from include.batches import open_batch, record_payload
from include.errors import DataError
from include.fetching import Endpoint
from include.sources.source import Request, Scope, Source

log = logging.getLogger(__name__)


def extract(
    dsn: str, root: str, source: Source, endpoint: Endpoint, clock: datetime, given: Scope, dag_run_id: str
) -> list[int]:
    """Ask a source its questions of a clock, one after the other.

    Args:
        dsn: the warehouse.
        root: URL of landing.
        source: whom to ask.
        endpoint: where it is.
        clock: the run's clock.
        given: what the DAG passes to the source's requests (a contract), or empty.
        dag_run_id: written beside everything, to find the log again.

    Returns:
        Batch ids in the order of the requests; empty when there is nothing new.

    Raises:
        SourceError: the source did not answer, or refused.
        PayloadTooLarge: more came than the source may send, and a data engineer must act.
    """
    opened: list[int] = []
    with warehouse.connect(dsn, autocommit=True) as conn:
        for request in source.requests(clock, given):
            asked_for: dict[str, object] = {
                "source": source.code,
                "scope": json.dumps(dict(request.scope)),
                "clock": clock,
                "dag_run_id": dag_run_id,
            }
            try:
                with conn.transaction():
                    batch_id = _ask(conn, root, source, endpoint, request, clock, asked_for)
                opened += [] if batch_id is None else [batch_id]
            except DataError as error:
                _refuse(conn, source, asked_for, error)
    return opened


def _ask(
    conn: psycopg.Connection,
    root: str,
    source: Source,
    endpoint: Endpoint,
    request: Request,
    clock: datetime,
    asked_for: dict[str, object],
) -> int | None:
    """One question, its outcome in ops.request; the batch that it opened."""
    payload_id, batch_id = None, None
    outcome: str
    held = conn.execute(warehouse.query("load", "newest_etag.sql").encode(), asked_for).fetchone()
    with feeds.asked(source, endpoint, request, clock, held[0] if held else None) as reply:
        if isinstance(reply, str):
            outcome = reply
        else:
            kept = landing.keep(root, source.code, reply.blocks, source.max_bytes)
            payload_id = record_payload(conn, source, endpoint, request, reply, kept, clock)
            batch_id = open_batch(conn, payload_id, clock, str(asked_for["dag_run_id"]))
            outcome = "new" if batch_id else "unchanged"
    _record(conn, asked_for, outcome, payload_id, None)
    log.info("%s %s: %s", source.code, dict(request.scope), outcome)
    return batch_id


def _refuse(conn: psycopg.Connection, source: Source, asked_for: dict[str, object], error: DataError) -> None:
    """What is too large to keep stops the task, or only this request where a partner must act."""
    if source.quarantine_fails:
        raise error
    log.error("%s %s", source.code, error)
    _record(conn, asked_for, "refused", None, str(error))


def _record(
    conn: psycopg.Connection, asked_for: dict[str, object], outcome: str, payload_id: int | None, error: str | None
) -> None:
    conn.execute(
        "insert into ops.request (source_code, scope, clock, outcome, payload_id, dag_run_id, error)"
        " values (%(source)s, %(scope)s, %(clock)s, %(outcome)s, %(payload)s, %(dag_run_id)s, %(error)s)",
        {**asked_for, "outcome": outcome, "payload": payload_id, "error": error},
    )
