"""Extraction: ask a source, store its bytes in landing, and open a batch for what is new.

A question that is too big for the source is split, and its parts are split again where needed; each part has its own
scope, its own payload and its own outcome in ops.request.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import psycopg

from include import landing, ledger, warehouse
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
from include.extract import error_bodies, polling
from include.extract.http import Reply
from include.sources.source import Endpoint, Request, Scope, Source

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Run:
    """The arguments that are the same for every question of a run."""

    conn: psycopg.Connection
    root: str
    source: Source
    endpoint: Endpoint
    clock: datetime
    dag_run_id: str


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
        TooBigNotice: a question is too big and cannot be split any further.
        PayloadTooLarge: more came than the source may send, and a data engineer must act.
    """
    opened: list[int] = []
    with warehouse.connect(dsn, autocommit=True) as conn:
        run = _Run(conn=conn, root=root, source=source, endpoint=endpoint, clock=clock, dag_run_id=dag_run_id)
        for request in source.requests(clock, given):
            try:
                opened += _extract_in_parts(run, request)
            except DataError as error:
                _record_refusal(run, request, error)
    return opened


def _extract_in_parts(run: _Run, request: Request) -> Iterator[int]:
    """Yield the batches of a question: at most one, or those of its parts when it is too big."""
    try:
        batch_id = _extract_or_fall_back(run, request)
    except TooBigNotice as error:
        parts = request.split() if request.split is not None else ()
        if not parts:
            raise _cannot_split(run.source, request, error) from error
        log.info("%s %s is too big: asked in %s parts", run.source.code, dict(request.scope), len(parts))
        for part in parts:
            yield from _extract_in_parts(run, part)
        return
    if batch_id is not None:
        yield batch_id


def _extract_or_fall_back(run: _Run, request: Request) -> int | None:
    """Ask the preferred interface; on an error the other one, where the source has one."""
    try:
        return _extract_one(run, request)
    except SourceError as error:
        if request.fallback is None:
            raise
        log.warning("%s asked by its other interface: %s", run.source.code, error)
        return _extract_one(run, request.fallback)


def _extract_one(run: _Run, request: Request) -> int | None:
    """Ask one question and write its outcome to ops.request; returns the batch that it opened."""
    held = ledger.newest_etag(run.conn, run.source, request.scope, run.clock)
    with polling.fetch_when_changed(run.conn, run.source, run.endpoint, request, run.clock, held) as reply:
        if isinstance(reply, str):
            outcome, batch_id = str(reply), None
            _record(run, request, outcome)
        else:
            if request.fallback is not None:
                _expect_data(run.source, reply)
            outcome, batch_id = _store(run, request, reply)
    log.info("%s %s: %s", run.source.code, dict(request.scope), outcome)
    return batch_id


def _store(run: _Run, request: Request, reply: Reply) -> tuple[str, int | None]:
    """Store a reply in landing and open a batch for it; returns the outcome and the batch."""
    stored = landing.store(run.root, run.source.code, reply.blocks, run.source.max_bytes)
    with run.conn.transaction():
        sample = run.endpoint.is_sample
        payload_id = ledger.record_payload(run.conn, run.source, request.scope, reply, stored, run.clock, sample)
        batch_id = ledger.open_batch(run.conn, payload_id, run.clock, run.dag_run_id, run.source.parser_version)
        outcome = "new" if batch_id else "unchanged"
        _record(run, request, outcome, payload_id=payload_id)
    return outcome, batch_id


def _expect_data(source: Source, reply: Reply) -> None:
    """Refuse a page or a notice in place of data where the source has another interface to ask."""
    try:
        error_bodies.reject_error_bodies(source, reply.media_type, reply.head)
    except (BlockPage, EmptyReply, ErrorNotice, WrongContentType) as error:
        raise SourceRefused(source=error.source, expected=error.expected, got=error.got, todo=error.todo) from error


def _record_refusal(run: _Run, request: Request, error: DataError) -> None:
    """Stop the task for a fault of its data, or only this request where a partner must act."""
    if run.source.quarantine_fails:
        raise error
    log.error("%s %s", run.source.code, error)
    _record(run, request, "refused", error=str(error))


def _record(run: _Run, request: Request, outcome: str, payload_id: int | None = None, error: str | None = None) -> None:
    ledger.record_request(
        run.conn, run.source, request.scope, run.clock, run.dag_run_id, outcome, payload_id=payload_id, error=error
    )


def _cannot_split(source: Source, request: Request, error: TooBigNotice) -> TooBigNotice:
    return TooBigNotice(
        source=source.code,
        expected=f"an answer for {dict(request.scope)}",
        got=error.got,
        todo="One period, and no codes to divide: list the codes of a dimension in the source's key, "
        "or take the source's bulk file.",
    )
