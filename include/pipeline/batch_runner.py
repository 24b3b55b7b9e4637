"""Run a step for each batch of a list; a batch that meets a fault of its data is quarantined, the others go on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psycopg

from include import warehouse
from include.errors import AlreadyQuarantined, DataError
from include.ledger.batches import Batch, batch_of, end_batch
from include.load import staging

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a list of batches in a step.

    Args:
        alive: those that passed, now or in an earlier try.
        failures: why others are quarantined, of sources whose quarantine fails the task.
    """

    alive: list[int]
    failures: list[DataError]


def each(dsn: str, batch_ids: Sequence[int], step: Callable[[psycopg.Connection, Batch], None]) -> Outcome:
    """Run a step for each batch in a transaction of its own; one that meets a DataError is quarantined."""
    outcome = Outcome(alive=[], failures=[])
    with warehouse.connect(dsn, autocommit=True) as conn:
        for batch_id in batch_ids:
            batch = batch_of(conn, batch_id)
            try:
                if batch.state == "quarantined":
                    raise _again(batch)
                if batch.state != "loaded":
                    with conn.transaction():
                        step(conn, batch)
                outcome.alive.append(batch_id)
            except DataError as error:
                quarantine(conn, batch, error)
                outcome.failures.extend([error] if batch.source.quarantine_fails else [])
    return outcome


def _again(batch: Batch) -> AlreadyQuarantined:
    return AlreadyQuarantined(
        source=batch.source.code,
        expected=f"batch {batch.batch_id} to be on its way",
        got="one that is quarantined; ops.batch says why",
        todo="Mend the cause, then clear the run from its task extract.",
    )


def quarantine(conn: psycopg.Connection, batch: Batch, error: DataError) -> None:
    """Set a batch aside: its payload and the first reason are kept, nothing of it is loaded."""
    kind = type(error).__name__
    log.error("%s batch %s is quarantined: %s: %s", batch.source.code, batch.batch_id, kind, error)
    if batch.state == "quarantined":
        return
    with conn.transaction():
        staging.drop(conn, batch.batch_id)
        end_batch(conn, batch.batch_id, state="quarantined", error_class=kind, error=str(error))
