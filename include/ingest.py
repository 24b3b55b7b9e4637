"""The ritual that loads every table: extract -> stage -> check -> merge, each on a list of batches.

The one place where the engine modules meet; a DAG says the four words, a REPL can say them too.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from datetime import datetime

import psycopg
from psycopg import sql

from include import fetching, landing, soft_failures, staging, warehouse
from include.batches import Batch, each, open_batch, record_checks, record_payload
from include.errors import CheckFailed
from include.fetching import Endpoint
from include.sources.source import Expectation, Request, Scope, Source, Target

log = logging.getLogger(__name__)


def extract(
    dsn: str, root: str, source: Source, endpoint: Endpoint, clock: datetime, given: Scope, dag_run_id: str
) -> list[int]:
    """Ask a source, keep what comes in landing, and open a batch for what is new.

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
    """
    opened: list[int] = []
    with warehouse.connect(dsn, autocommit=True) as conn:
        for request in source.requests(clock, given):
            with conn.transaction():
                outcome, batch_id = _ask(conn, root, source, endpoint, request, clock, dag_run_id)
            log.info("%s %s: %s", source.code, dict(request.scope), outcome)
            opened += [] if batch_id is None else [batch_id]
    return opened


def stage(dsn: str, root: str, batch_ids: Sequence[int]) -> list[int]:
    """Copy each batch's payload into its staging tables and set aside the rows that break a rule."""

    def one(conn: psycopg.Connection, batch: Batch) -> None:
        source = batch.source
        staging.drop(conn, batch.batch_id)
        conn.execute("delete from ops.rejected_row where batch_id = %s", (batch.batch_id,))
        with landing.opened(root, batch.location) as payload:
            soft_failures.examine(source, batch.media_type, payload.read(soft_failures.HEAD_BYTES))
            payload.seek(0)
            read = staging.copy(conn, source, batch.batch_id, source.reader(payload, batch.scope))
        staging.type_rows(conn, batch.batch_id, warehouse.query("load", source.folder, "typed.sql"))
        rejected = staging.split(conn, batch.batch_id, source.rules)
        counts = {"read_row_count": read, "rejected_row_count": rejected, "accepted_row_count": read - rejected}
        warehouse.set_batch(conn, batch.batch_id, state="staged", **counts)
        log.info("%s batch %s: %s rows read, %s rejected", source.code, batch.batch_id, read, rejected)

    return each(dsn, batch_ids, one)


def check(dsn: str, batch_ids: Sequence[int]) -> list[int]:
    """Run each batch's suite on its accepted rows; a critical failure quarantines the batch."""
    from include import quality

    failures: dict[int, list[quality.Result]] = {}

    def judge(conn: psycopg.Connection, batch: Batch) -> None:
        results = quality.validate(dsn, f"b{batch.batch_id}", (*batch.source.suite, *_promises(conn, batch)))
        record_checks(conn, batch, [result.as_row() for result in results])
        warehouse.set_batch(conn, batch.batch_id, state="checked")
        failures[batch.batch_id] = [result for result in results if not result.is_success]
        for result in failures[batch.batch_id]:
            log.warning("%s batch %s: did not hold: %s", batch.source.code, batch.batch_id, result)

    def let_through(conn: psycopg.Connection, batch: Batch) -> None:
        failed = failures[batch.batch_id]
        if any(result.severity == "critical" for result in failed):
            raise CheckFailed(
                source=batch.source.code,
                expected="every critical expectation to hold",
                got="; ".join(map(str, failed))[:1000],
                todo=f"Look at ops.check_result of batch {batch.batch_id}; nothing of it was loaded.",
            )

    # Two transactions: what the suite said is kept also of a batch that goes no further.
    return each(dsn, each(dsn, batch_ids, judge), let_through)


def merge(dsn: str, batch_ids: Sequence[int]) -> dict[str, int]:
    """Merge each batch into its targets, one transaction a batch; returns rows inserted, closed, unchanged."""
    total = {"inserted": 0, "closed": 0, "unchanged": 0}

    def one(conn: psycopg.Connection, batch: Batch) -> None:
        written = [_merge_target(conn, batch, index) for index in range(len(batch.source.targets))]
        inserted, closed = sum(m.inserted for m in written), sum(m.closed for m in written)
        staging.drop(conn, batch.batch_id)
        warehouse.set_batch(conn, batch.batch_id, state="loaded", inserted_row_count=inserted, closed_row_count=closed)
        total["inserted"] += inserted
        total["closed"] += closed
        total["unchanged"] += sum(m.unchanged for m in written)

    each(dsn, batch_ids, one)
    log.info("merged %s", total)
    return total


def _ask(
    conn: psycopg.Connection,
    root: str,
    source: Source,
    endpoint: Endpoint,
    request: Request,
    clock: datetime,
    dag_run_id: str,
) -> tuple[str, int | None]:
    """One question: its outcome for ops.request, and the batch that it opened."""
    scope = json.dumps(dict(request.scope))
    asked_for: dict[str, object] = {"source": source.code, "scope": scope, "clock": clock, "dag_run_id": dag_run_id}
    held = conn.execute(warehouse.query("load", "newest_etag.sql").encode(), asked_for).fetchone()
    outcome, payload_id, batch_id = "unchanged", None, None
    with fetching.asked(source, endpoint, request, clock, held[0] if held else None) as reply:
        if isinstance(reply, str):
            outcome = reply
        else:
            kept = landing.keep(root, source.code, reply.blocks, source.max_bytes)
            payload_id = record_payload(conn, source, endpoint, request, reply, kept, clock)
            batch_id = open_batch(conn, payload_id, clock, dag_run_id)
            outcome = "new" if batch_id else "unchanged"
    conn.execute(
        "insert into ops.request (source_code, scope, clock, outcome, payload_id, dag_run_id)"
        " values (%(source)s, %(scope)s, %(clock)s, %(outcome)s, %(payload)s, %(dag_run_id)s)",
        {**asked_for, "outcome": outcome, "payload": payload_id},
    )
    return outcome, batch_id


def _merge_target(conn: psycopg.Connection, batch: Batch, index: int) -> warehouse.Merged:
    target = batch.source.targets[index]
    # A row that was rejected is not a row that was withdrawn: then absence says nothing.
    scope = None if batch.rejected_row_count else staging.predicate(target.scope, batch.scope)
    return warehouse.merge(
        conn,
        target=target.table,
        select=_rows_of(batch, target),
        batch_id=batch.batch_id,
        payload_id=batch.payload_id,
        clock=batch.clock,
        scope=scope,
        source_code=batch.source.code,
    )


def _rows_of(batch: Batch, target: Target) -> sql.Composed:
    query = warehouse.query("load", batch.source.folder, target.query)
    return staging.filled(query, batch.scope, staging.typed_table(batch.batch_id))


def _promises(conn: psycopg.Connection, batch: Batch) -> Iterator[Expectation]:
    """What every batch of every source must hold: enough rows accepted, none outside its scope, few of it lost."""
    source = batch.source
    read = warehouse.number(
        conn, "select read_row_count from ops.batch where batch_id = %(batch)s", {"batch": batch.batch_id}
    )
    yield Expectation(
        type="expect_table_row_count_to_be_between", kwargs={"min_value": int(read * source.min_accepted_share)}
    )
    for target in source.targets:
        scope = staging.predicate(target.scope, batch.scope)
        if scope is None:
            continue
        words = {"select": _rows_of(batch, target).as_string(), "table": target.table, "scope": scope}
        words |= {"kept_share": str(1 - source.max_lost_share), "batch": "{batch}"}
        promises = ["rows_outside_scope"] + (["rows_lost_from_scope"] if source.max_lost_share < 1 else [])
        for promise in promises:
            yield Expectation(
                type="unexpected_rows_expectation",
                kwargs={
                    "description": f"{promise} of {target.table}",
                    "unexpected_rows_query": warehouse.query("load", f"{promise}.sql").format(**words),
                },
            )
