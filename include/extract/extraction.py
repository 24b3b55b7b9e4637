"""Extraction: ask a source, keep its bytes in landing, and open a batch for what is new.

A question that is too big for the source is asked in halves, and their halves; each has its own scope, its own
payload and its own outcome in ops.request.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import psycopg

from include import landing, warehouse
from include.errors import (
    BlockPage,
    DataError,
    EmptyReply,
    ErrorNotice,
    SourceError,
    SourceRefused,
    TooBigNotice,
    WrongContentType,
)
from include.extract import payload_guard, polling
from include.extract.http_types import Reply
from include.ledger.batches import open_batch
from include.ledger.payloads import record_payload
from include.sources.endpoint import Endpoint
from include.sources.source import Request, Scope, Source

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Run:
    """What stays the same from question to question."""

    conn: psycopg.Connection
    root: str
    source: Source
    endpoint: Endpoint
    clock: datetime
    dag_run_id: str

    def asked_for(self, request: Request) -> dict[str, object]:
        """The columns of ops.request that a question fills."""
        return {
            "source": self.source.code,
            "scope": json.dumps(dict(request.scope)),
            "clock": self.clock,
            "dag_run_id": self.dag_run_id,
        }


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
        TooBigNotice: a question is too big and cannot be divided any further.
        PayloadTooLarge: more came than the source may send, and a data engineer must act.
    """
    opened: list[int] = []
    with warehouse.connect(dsn, autocommit=True) as conn:
        run = _Run(conn=conn, root=root, source=source, endpoint=endpoint, clock=clock, dag_run_id=dag_run_id)
        for request in source.requests(clock, given):
            try:
                opened += _in_parts(run, request)
            except DataError as error:
                _refuse(run, request, error)
    return opened


def _in_parts(run: _Run, request: Request) -> Iterator[int]:
    """The batches of a question: one or none, or those of its halves when it is too big as a whole."""
    try:
        batch_id = _ask_either(run, request)
    except TooBigNotice as error:
        halves = request.halves() if request.halves is not None else ()
        if not halves:
            raise _smallest(run.source, request, error) from error
        log.info("%s %s is too big: asked in %s parts", run.source.code, dict(request.scope), len(halves))
        for half in halves:
            yield from _in_parts(run, half)
        return
    if batch_id is not None:
        yield batch_id


def _ask_either(run: _Run, request: Request) -> int | None:
    """One question to the interface that is preferred, else to the other one that the source has."""
    try:
        return _ask(run, request)
    except SourceError as error:
        if request.otherwise is None:
            raise
        log.warning("%s asked otherwise: %s", run.source.code, error)
        return _ask(run, request.otherwise)


def _ask(run: _Run, request: Request) -> int | None:
    """One question, its outcome in ops.request; the batch that it opened."""
    asked_for = run.asked_for(request)
    held = run.conn.execute(warehouse.query("load", "newest_etag.sql").encode(), asked_for).fetchone()
    mark = held[0] if held else None
    with polling.answered(run.conn, run.source, run.endpoint, request, run.clock, mark) as reply:
        if isinstance(reply, str):
            outcome, batch_id = str(reply), None
            _record(run.conn, asked_for, outcome, None, None)
        else:
            if request.otherwise is not None:
                _expect_data(run.source, reply)
            kept = landing.keep(run.root, run.source.code, reply.blocks, run.source.max_bytes)
            with run.conn.transaction():
                sample = run.endpoint.is_sample
                payload_id = record_payload(run.conn, run.source, request.scope, reply, kept, run.clock, sample)
                batch_id = open_batch(run.conn, payload_id, run.clock, run.dag_run_id, run.source.parser_version)
                outcome = "new" if batch_id else "unchanged"
                _record(run.conn, asked_for, outcome, payload_id, None)
    log.info("%s %s: %s", run.source.code, dict(request.scope), outcome)
    return batch_id


def _expect_data(source: Source, reply: Reply) -> None:
    """A page or a notice in place of data is a refusal where the source has another interface to ask."""
    try:
        payload_guard.examine(source, reply.media_type, reply.head)
    except (BlockPage, EmptyReply, ErrorNotice, WrongContentType) as error:
        raise SourceRefused(source=error.source, expected=error.expected, got=error.got, todo=error.todo) from error


def _refuse(run: _Run, request: Request, error: DataError) -> None:
    """What is too large to keep stops the task, or only this request where a partner must act."""
    if run.source.quarantine_fails:
        raise error
    log.error("%s %s", run.source.code, error)
    _record(run.conn, run.asked_for(request), "refused", None, str(error))


def _smallest(source: Source, request: Request, error: TooBigNotice) -> TooBigNotice:
    return TooBigNotice(
        source=source.code,
        expected=f"an answer for {dict(request.scope)}",
        got=error.got,
        todo="One period, and no codes to divide: list the codes of a dimension in the source's key, "
        "or take the source's bulk file.",
    )


def _record(
    conn: psycopg.Connection, asked_for: dict[str, object], outcome: str, payload_id: int | None, error: str | None
) -> None:
    conn.execute(
        warehouse.query("load", "record_request.sql").encode(),
        {**asked_for, "outcome": outcome, "payload": payload_id, "error": error},
    )
