"""The steps of every batch after extraction: stage -> check -> merge, on lists of batches.

A step runs for each batch in a transaction of its own; a batch with a fault in its data is quarantined, and the others
go on. How a batch is loaded, everyday or in bulk, is chosen when it is staged (include.load). When a batch is
quarantined stands in include.load.quarantine_rules.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

import psycopg

from include import landing, ledger, warehouse
from include.errors import AlreadyQuarantined, DataError
from include.extract import error_bodies
from include.ledger import Batch
from include.load import everyday, quarantine_rules, staging
from include.load.bulk import steps as bulk
from include.pipeline import impact

if TYPE_CHECKING:
    # It imports Great Expectations, which takes two seconds that only a check needs.
    from include.load.great_expectations import Result

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The result of a step for a list of batches.

    Args:
        alive: those that passed, now or in an earlier try.
        failures: why others are quarantined, of sources whose quarantine fails the task.
    """

    alive: list[int]
    failures: list[DataError]


def stage(dsn: str, root: str, batch_ids: Sequence[int]) -> list[int]:
    """Copy each batch's payload into staging and set aside the rows that break a rule.

    Returns:
        The batches to hand on: all, while one of them can go on; none when the rest waits for a partner.

    Raises:
        DataError: no batch can go on, and a data engineer must act.
    """

    def stage_one(conn: psycopg.Connection, batch: Batch) -> None:
        source = batch.source
        staging.drop(conn, batch.batch_id)
        conn.execute("delete from ops.rejected_row where batch_id = %s", (batch.batch_id,))
        with landing.open(root, batch.location) as payload:
            error_bodies.reject_error_bodies(source, batch.media_type, payload.read(error_bodies.HEAD_BYTES))
            payload.seek(0)
            read = staging.copy(conn, source, batch.batch_id, source.reader(payload, batch.scope))
        rejected = bulk.stage(conn, batch) if bulk.is_bulk(source, read) else None
        if rejected is None:
            rejected = everyday.stage(conn, batch)
        counts = {"read_row_count": read, "rejected_row_count": rejected, "accepted_row_count": read - rejected}
        covered = _strategy(conn, batch).covered(conn, batch)
        ledger.update_batch(conn, batch.batch_id, state="staged", covers_until_date=covered, **counts)
        log.info("%s batch %s: %s rows read, %s rejected", source.code, batch.batch_id, read, rejected)

    return _hand_on(batch_ids, run_each(dsn, batch_ids, stage_one))


def check(dsn: str, batch_ids: Sequence[int]) -> list[int]:
    """Run each batch's suite on its accepted rows; a critical failure quarantines the batch.

    Returns and raises as stage() does.
    """
    failed: dict[int, list[Result]] = {}

    def check_one(conn: psycopg.Connection, batch: Batch) -> None:
        results: list[Result] = _strategy(conn, batch).check(conn, dsn, batch)
        ledger.record_checks(conn, batch, [result.as_row() for result in results])
        ledger.update_batch(conn, batch.batch_id, state="checked")
        failed[batch.batch_id] = [result for result in results if not result.is_success]
        for result in failed[batch.batch_id]:
            log.warning("%s batch %s: did not hold: %s", batch.source.code, batch.batch_id, result)

    def raise_if_critical(conn: psycopg.Connection, batch: Batch) -> None:
        quarantine_rules.raise_if_critical(batch, failed.get(batch.batch_id, []))

    # Two transactions: the results are kept also of a batch that goes no further.
    checked = run_each(dsn, batch_ids, check_one)
    passed = run_each(dsn, checked.alive, raise_if_critical)
    return _hand_on(batch_ids, Outcome(alive=passed.alive, failures=checked.failures + passed.failures))


def merge(dsn: str, batch_ids: Sequence[int]) -> dict[str, int]:
    """Merge each batch into its targets; returns rows inserted, closed, unchanged.

    Raises:
        DataError: after everything else is merged, when a batch of the run is quarantined.
    """
    total = {"inserted": 0, "closed": 0, "unchanged": 0}

    def merge_one(conn: psycopg.Connection, batch: Batch) -> None:
        written: list[warehouse.Merged] = _strategy(conn, batch).merge(conn, batch)
        for target, merged in zip(batch.source.targets, written, strict=True):
            quarantine_rules.raise_if_lost(conn, batch, target, merged)
        inserted, closed = sum(merged.inserted for merged in written), sum(merged.closed for merged in written)
        if inserted or closed:
            impact.record_impact(conn, dsn, batch)
        staging.drop(conn, batch.batch_id)
        counts = {"inserted_row_count": inserted, "closed_row_count": closed}
        ledger.end_batch(conn, batch.batch_id, state="loaded", code_version=ledger.code_version(), **counts)
        total["inserted"] += inserted
        total["closed"] += closed
        total["unchanged"] += sum(merged.unchanged for merged in written)

    outcome = run_each(dsn, batch_ids, merge_one)
    log.info("merged %s", total)
    if outcome.failures:
        raise outcome.failures[0]
    return total


def _strategy(conn: psycopg.Connection, batch: Batch) -> ModuleType:
    """Return the module that loads a staged batch, with its functions covered, check and merge."""
    return bulk if bulk.is_staged(conn, batch) else everyday


def run_each(dsn: str, batch_ids: Sequence[int], step: Callable[[psycopg.Connection, Batch], None]) -> Outcome:
    """Run a step for each batch, each in a transaction; one with a DataError is quarantined."""
    outcome = Outcome(alive=[], failures=[])
    with warehouse.connect(dsn, autocommit=True) as conn:
        for batch_id in batch_ids:
            batch = ledger.read_batch(conn, batch_id)
            try:
                if batch.state == "quarantined":
                    raise _already_quarantined(batch)
                if batch.state != "loaded":
                    with conn.transaction():
                        step(conn, batch)
                outcome.alive.append(batch_id)
            except DataError as error:
                quarantine(conn, batch, error)
                outcome.failures.extend([error] if batch.source.quarantine_fails else [])
    return outcome


def quarantine(conn: psycopg.Connection, batch: Batch, error: DataError) -> None:
    """Set a batch aside: its payload and the first reason are kept, nothing of it is loaded."""
    kind = type(error).__name__
    log.error("%s batch %s is quarantined: %s: %s", batch.source.code, batch.batch_id, kind, error)
    if batch.state == "quarantined":
        return
    with conn.transaction():
        staging.drop(conn, batch.batch_id)
        ledger.end_batch(conn, batch.batch_id, state="quarantined", error_class=kind, error=str(error))


def _already_quarantined(batch: Batch) -> AlreadyQuarantined:
    return AlreadyQuarantined(
        source=batch.source.code,
        expected=f"batch {batch.batch_id} to be on its way",
        got="one that is quarantined; ops.batch says why",
        todo="Mend the cause, then clear the run from its task extract.",
    )


def _hand_on(batch_ids: Sequence[int], outcome: Outcome) -> list[int]:
    if not outcome.alive and outcome.failures:
        raise outcome.failures[0]
    return list(batch_ids) if outcome.alive else []
