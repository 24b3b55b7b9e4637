"""The everyday load: typed rows are copied into a table, and every check names its rows.

One of two strategies with the same four functions; include.load.bulk is the other one.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from include import warehouse
from include.ledger import Batch
from include.load import quarantine_rules, staging
from include.sources.source import Target

if TYPE_CHECKING:
    from include.load.great_expectations import Result


def stage(conn: psycopg.Connection, batch: Batch) -> int:
    """Type the raw rows and reject those that break a row rule; returns their number."""
    staging.type_rows(conn, batch.source, batch.batch_id)
    return staging.reject_rows(conn, batch.batch_id, batch.source.rules)


def covered(conn: psycopg.Connection, batch: Batch) -> date | None:
    """Find the last day of the newest period for which the accepted rows have a value."""
    query = warehouse.load_query(batch.source.queries, "covers", fallback="every_batch")
    found = conn.execute(sql.SQL(query).format(typed=staging.typed_table(batch.batch_id))).fetchone()
    return None if found is None else found[0]


def check(conn: psycopg.Connection, dsn: str, batch: Batch) -> list[Result]:
    """Run the source's suite and the standard checks on the accepted rows."""
    # Importing Great Expectations takes two seconds that only a check needs.
    from include.load import great_expectations

    suite = (*batch.source.suite, *quarantine_rules.standard_checks(conn, batch))
    return great_expectations.validate(dsn, f"b{batch.batch_id}", suite)


def merge(conn: psycopg.Connection, batch: Batch) -> list[warehouse.Merged]:
    """Merge the accepted rows into each target of the source.

    Raises:
        CheckFailed: a key comes twice.
    """
    return [_merge_target(conn, batch, target) for target in batch.source.targets]


def _merge_target(conn: psycopg.Connection, batch: Batch, target: Target) -> warehouse.Merged:
    # A row that was rejected is not a row that was withdrawn: then absence says nothing.
    is_partial = batch.rejected_row_count and not target.scope_from_payload
    with quarantine_rules.unique_key(batch, f"a key of {target.table} twice"):
        return warehouse.merge_rows(
            conn,
            target=target.table,
            select=staging.target_rows(batch, target),
            batch_id=batch.batch_id,
            payload_id=batch.payload_id,
            clock=batch.clock,
            scope=None if is_partial else staging.target_scope(batch, target),
            source_code=batch.source.code,
        )
