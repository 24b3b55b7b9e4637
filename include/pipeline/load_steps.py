"""What every batch goes through after extraction: stage -> check -> merge, each on a list of batches.

Here the engine modules meet; a DAG says the words, a REPL can say them too.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from include import landing, warehouse
from include.errors import CheckFailed
from include.extract import payload_guard
from include.ledger.batches import Batch, end_batch, record_checks, set_batch
from include.ledger.code_version import code_version
from include.load import staging
from include.load.bulk import partitions
from include.load.bulk import steps as bulk
from include.load.standard_checks import promises, rows_of, scope_of, withdrawn
from include.pipeline import impact
from include.pipeline.batch_runner import Outcome, each
from include.sources.source import Target

if TYPE_CHECKING:
    # It imports Great Expectations, which takes two seconds that only a check needs.
    from include.load.great_expectations import Result

log = logging.getLogger(__name__)


def stage(dsn: str, root: str, batch_ids: Sequence[int]) -> list[int]:
    """Copy each batch's payload into its staging tables and set aside the rows that break a rule.

    Returns:
        The batches to hand on: all, while one of them can go on; none when the rest waits for a partner.

    Raises:
        DataError: no batch can go on, and a data engineer must act.
    """

    def one(conn: psycopg.Connection, batch: Batch) -> None:
        source = batch.source
        staging.drop(conn, batch.batch_id)
        conn.execute("delete from ops.rejected_row where batch_id = %s", (batch.batch_id,))
        with landing.opened(root, batch.location) as payload:
            payload_guard.examine(source, batch.media_type, payload.read(payload_guard.HEAD_BYTES))
            payload.seek(0)
            read = staging.copy(conn, source, batch.batch_id, source.reader(payload, batch.scope))
        rejected = 0
        if not (bulk.suits(source, read) and bulk.stage(conn, batch)):
            staging.type_rows(conn, source, batch.batch_id, warehouse.query("load", source.folder, "typed.sql"))
            rejected = staging.split(conn, batch.batch_id, source.rules)
        counts = {"read_row_count": read, "rejected_row_count": rejected, "accepted_row_count": read - rejected}
        set_batch(conn, batch.batch_id, state="staged", covers_until_date=_covered(conn, batch), **counts)
        log.info("%s batch %s: %s rows read, %s rejected", source.code, batch.batch_id, read, rejected)

    return _handed_on(batch_ids, each(dsn, batch_ids, one))


def check(dsn: str, batch_ids: Sequence[int]) -> list[int]:
    """Run each batch's suite on its accepted rows; a critical failure quarantines the batch.

    Returns and raises as stage() does.
    """
    failures: dict[int, list[Result]] = {}

    def judge(conn: psycopg.Connection, batch: Batch) -> None:
        results = _validate(conn, dsn, batch)
        record_checks(conn, batch, [result.as_row() for result in results])
        set_batch(conn, batch.batch_id, state="checked")
        failures[batch.batch_id] = [result for result in results if not result.is_success]
        for result in failures[batch.batch_id]:
            log.warning("%s batch %s: did not hold: %s", batch.source.code, batch.batch_id, result)

    def let_through(conn: psycopg.Connection, batch: Batch) -> None:
        failed = failures.get(batch.batch_id, [])
        if any(result.severity == "critical" for result in failed):
            raise _check_failed(batch, "; ".join(map(str, failed)))

    # Two transactions: what the suite said is kept also of a batch that goes no further.
    judged = each(dsn, batch_ids, judge)
    passed = each(dsn, judged.alive, let_through)
    return _handed_on(batch_ids, Outcome(alive=passed.alive, failures=judged.failures + passed.failures))


def _validate(conn: psycopg.Connection, dsn: str, batch: Batch) -> list[Result]:
    from include.load import great_expectations

    if partitions.is_staged(conn, batch.batch_id):
        return bulk.judge(conn, dsn, batch)
    suite = (*batch.source.suite, *promises(conn, batch))
    return great_expectations.validate(dsn, f"b{batch.batch_id}", suite)


def merge(dsn: str, batch_ids: Sequence[int]) -> dict[str, int]:
    """Merge each batch into its targets, one transaction a batch; returns rows inserted, closed, unchanged.

    Raises:
        DataError: after everything else is merged, when a batch of the run is quarantined.
    """
    total = {"inserted": 0, "closed": 0, "unchanged": 0}

    def one(conn: psycopg.Connection, batch: Batch) -> None:
        if partitions.is_staged(conn, batch.batch_id):
            written = _merge_bulk(conn, batch)
        else:
            written = [_merge_target(conn, batch, index) for index in range(len(batch.source.targets))]
        for target, merged in zip(batch.source.targets, written, strict=True):
            _refuse_losses(conn, batch, target, merged)
        inserted, closed = sum(m.inserted for m in written), sum(m.closed for m in written)
        if inserted or closed:
            impact.record(conn, dsn, batch)
        staging.drop(conn, batch.batch_id)
        counts = {"inserted_row_count": inserted, "closed_row_count": closed}
        end_batch(conn, batch.batch_id, state="loaded", code_version=code_version(), **counts)
        total["inserted"] += inserted
        total["closed"] += closed
        total["unchanged"] += sum(m.unchanged for m in written)

    outcome = each(dsn, batch_ids, one)
    log.info("merged %s", total)
    if outcome.failures:
        raise outcome.failures[0]
    return total


def _covered(conn: psycopg.Connection, batch: Batch) -> date | None:
    """The last day of the newest period that the accepted rows have a figure for."""
    rows = staging.typed_table(batch.batch_id)
    query = warehouse.nearest("load", batch.source.folder, "covers.sql")
    if partitions.is_staged(conn, batch.batch_id):
        rows = staging.slice_table(batch.batch_id)
        query = warehouse.query("load", batch.source.folder, "slice_covers.sql")
    found = conn.execute(sql.SQL(query).format(typed=rows)).fetchone()
    return None if found is None else found[0]


def _check_failed(batch: Batch, failed: str) -> CheckFailed:
    return CheckFailed(
        source=batch.source.code,
        expected="every critical expectation to hold",
        got=failed[:1000],
        todo=f"Look at ops.check_result of batch {batch.batch_id}; nothing of it was loaded.",
    )


def _refuse_losses(conn: psycopg.Connection, batch: Batch, target: Target, merged: warehouse.Merged) -> None:
    """Undo a merge that withdrew more of its scope than the source may lose; looked at when it closed as much."""
    known = merged.closed + merged.unchanged
    most = batch.source.max_lost_share * known
    if target.scope is not None and merged.closed > most and (lost := withdrawn(conn, batch, target)) > most:
        raise _check_failed(batch, f"critical rows_lost_from_scope of {target.table}: {lost} of {known} known rows")


def _handed_on(batch_ids: Sequence[int], outcome: Outcome) -> list[int]:
    if not outcome.alive and outcome.failures:
        raise outcome.failures[0]
    return list(batch_ids) if outcome.alive else []


def _merge_bulk(conn: psycopg.Connection, batch: Batch) -> list[warehouse.Merged]:
    try:
        written = bulk.merge(conn, batch)
    except psycopg.errors.UniqueViolation as error:
        raise _check_failed(batch, f"critical {bulk.UNIQUE}(series_id,period): {error}") from error
    bulk.record_unique(conn, batch)
    return written


def _merge_target(conn: psycopg.Connection, batch: Batch, index: int) -> warehouse.Merged:
    target = batch.source.targets[index]
    # A row that was rejected is not a row that was withdrawn: then absence says nothing.
    scope = None if batch.rejected_row_count and not target.is_named else scope_of(batch, target)
    try:
        return warehouse.merge(
            conn,
            target=target.table,
            select=rows_of(batch, target),
            batch_id=batch.batch_id,
            payload_id=batch.payload_id,
            clock=batch.clock,
            scope=scope,
            source_code=batch.source.code,
        )
    except psycopg.errors.UniqueViolation as error:
        # What a suite that checks its keys has named before.
        raise _check_failed(batch, f"a key of {target.table} twice: {error}") from error
