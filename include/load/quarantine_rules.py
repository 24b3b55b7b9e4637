"""When a batch is quarantined, and why. All rules are in this file.

A quarantined batch loads nothing; its payload and the first reason are kept, and the run fails unless a partner must
act (Source.quarantine_fails). These are the rules, in the order in which a batch meets them:

1. The payload is not the promised document: a block page, a notice, another layout, a cut-off file. Its readers raise
   a DataError while it is staged; include.errors lists them.
2. A critical expectation of the source's own suite does not hold: the source's file says why it is critical. A warning
   is shown, and the batch is loaded.
3. Fewer rows are accepted than the source's min_accepted_share (0.8): a few broken rows are set aside one by one, but
   many of them mean that the reader or the source is wrong.
4. A row lacks a value that its table requires, or lies outside the scope that was asked for: the merge would close
   rows that the payload says nothing about.
5. The payload lacks more than max_lost_share (0.1) of the current rows of its scope: agencies send part of a table far
   more often than they withdraw a tenth of it.
6. The merge would withdraw more than max_lost_share of the scope. A payload can have as many rows as are known and
   still replace most keys, when a code was renamed. Only the merge knows this, so it is undone.
7. A key comes twice. The unique index of the target finds it in the merge; the suites of most sources name it before.

1 to 5 are found by stage and check, before anything is written; 6 and 7 by merge, whose transaction is rolled back.
A source may set its shares to 0 or 1, which switches 3, 5 and 6 off: partners' reports and our own tables do. 4, 5
and 6 apply to targets with a scope.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import ceil
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from include import warehouse
from include.errors import CheckFailed
from include.ledger import Batch
from include.load import staging
from include.sources.source import Expectation, Severity, Target

if TYPE_CHECKING:
    from include.load.great_expectations import Result


def standard_checks(conn: psycopg.Connection, batch: Batch, row_count: str | None = None) -> Iterator[Expectation]:
    """Yield the checks that every batch of every source must pass: rules 3 to 5.

    Args:
        conn: the warehouse.
        batch: the batch, staged.
        row_count: the query for the number of a target's rows in the batch, when it need not be counted.
    """
    read = "select coalesce(read_row_count, 0) from ops.batch where batch_id = %(batch)s"
    min_rows = ceil(warehouse.number(conn, read, {"batch": batch.batch_id}) * batch.source.min_accepted_share)
    yield Expectation(type="expect_table_row_count_to_be_between", kwargs={"min_value": min_rows})
    for target in batch.source.targets:
        scope, select = staging.target_scope(batch, target), staging.target_rows(batch, target).as_string()
        names = {
            "select": select,
            "count": row_count or f"select count(*) as row_count from ({select}) as rows_of_payload",
            "table": target.table,
            "scope": scope or "true",
            "required": ", ".join(required_columns(conn, target.table)),
            "kept_share": str(1 - batch.source.max_lost_share),
            "batch": "{batch}",
        }
        yield _no_rows("rows_without_required", target, names)
        if scope is not None:
            yield _no_rows("rows_outside_scope", target, names)
        if scope is not None and batch.source.max_lost_share < 1:
            yield _no_rows("rows_lost_from_scope", target, names)
        if target.table == "core.observation":
            yield _no_rows("corrections_expired", target, names, "warning")


def _no_rows(name: str, target: Target, names: dict[str, str], severity: Severity = "critical") -> Expectation:
    """Build the expectation that a query of every_batch.sql finds no rows."""
    return Expectation(
        type="unexpected_rows_expectation",
        severity=severity,
        kwargs={
            "description": f"{name} of {target.table}",
            "unexpected_rows_query": warehouse.load_query("every_batch", name).format(**names),
        },
    )


def required_columns(conn: psycopg.Connection, table: str) -> list[str]:
    """Read the columns of a table that a load must fill."""
    rows = conn.execute(
        """select quote_ident(attname) from pg_attribute
        where attrelid = %s::regclass and attnum > 0 and attnotnull and attgenerated = '' and not attisdropped
            and attname not in ('known_from', 'known_to', 'payload_id') order by attnum""",
        (table,),
    ).fetchall()
    return [name for (name,) in rows]


def raise_if_critical(batch: Batch, failed: Sequence[Result]) -> None:
    """Raise CheckFailed when one of the checks that did not hold is critical: rules 2 to 5."""
    if any(result.severity == "critical" for result in failed):
        raise _check_failed(batch, "; ".join(map(str, failed)))


def raise_if_lost(conn: psycopg.Connection, batch: Batch, target: Target, merged: warehouse.Merged) -> None:
    """Raise CheckFailed when a merge, not committed yet, withdrew too many rows: rule 6."""
    known = merged.closed + merged.unchanged
    max_lost = batch.source.max_lost_share * known
    # Withdrawn rows are counted only where as many were closed at all, because the count is expensive.
    if target.scope is None or merged.closed <= max_lost:
        return
    if (lost := count_withdrawn(conn, batch, target)) > max_lost:
        raise _check_failed(batch, f"critical rows_lost_from_scope of {target.table}: {lost} of {known} known rows")


def count_withdrawn(conn: psycopg.Connection, batch: Batch, target: Target) -> int:
    """Count the rows that a batch's merge, in this transaction, closed and did not replace."""
    merge = conn.execute(
        "select known_from from ops.merge where batch_id = %s and target = %s order by merge_id desc limit 1",
        (batch.batch_id, target.table),
    ).fetchone()
    keys = conn.execute("select unnest(core.key_columns(%s::regclass))", (target.table,)).fetchall()
    names = {
        "table": target.table,
        "scope": staging.target_scope(batch, target) or "true",
        "effective": sql.Literal(merge[0] if merge else None).as_string(conn),
        **{f"{name}_key": ", ".join(f"{name}.{key}" for (key,) in keys) for name in ("kept", "gone")},
    }
    return warehouse.number(conn, warehouse.load_query("every_batch", "rows_withdrawn").format(**names), {})


@contextmanager
def unique_key(batch: Batch, failure: str) -> Iterator[None]:
    """Translate the unique violation of a merge into CheckFailed: rule 7."""
    try:
        yield
    except psycopg.errors.UniqueViolation as error:
        raise _check_failed(batch, f"{failure}: {error}") from error


def _check_failed(batch: Batch, failed: str) -> CheckFailed:
    return CheckFailed(
        source=batch.source.code,
        expected="every critical expectation to hold",
        got=failed[:1000],
        todo=f"Look at ops.check_result of batch {batch.batch_id}; nothing of it was loaded.",
    )
