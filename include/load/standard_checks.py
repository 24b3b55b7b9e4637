"""What every batch of every source must hold, beside its source's own suite."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

import psycopg
from psycopg import sql

from include import warehouse
from include.ledger.batches import Batch
from include.load import staging
from include.sources.source import Expectation, Severity, Target


def promises(conn: psycopg.Connection, batch: Batch) -> Iterator[Expectation]:
    """Enough rows accepted; of each target: nothing required missing, no row outside the scope, few rows lost."""
    read = "select coalesce(read_row_count, 0) from ops.batch where batch_id = %(batch)s"
    least = ceil(warehouse.number(conn, read, {"batch": batch.batch_id}) * batch.source.min_accepted_share)
    yield Expectation(type="expect_table_row_count_to_be_between", kwargs={"min_value": least})
    for target in batch.source.targets:
        scope = scope_of(batch, target)
        words = {
            "select": rows_of(batch, target).as_string(),
            "count": _count_of(conn, batch, target),
            "table": target.table,
            "scope": scope or "true",
            "required": ", ".join(required(conn, target.table)),
            "kept_share": str(1 - batch.source.max_lost_share),
            "batch": "{batch}",
        }
        yield _promise("rows_without_required", target, words)
        if scope is not None:
            yield _promise("rows_outside_scope", target, words)
        if scope is not None and batch.source.max_lost_share < 1:
            yield _promise("rows_lost_from_scope", target, words)
        if target.table == "core.observation":
            yield _promise("corrections_expired", target, words, "warning")


def _count_of(conn: psycopg.Connection, batch: Batch, target: Target) -> str:
    """The query for the number of a target's rows in a batch; of a bulk batch it is known by slice."""
    slices = staging.slice_table(batch.batch_id).as_string()
    if conn.execute("select to_regclass(%s)", (slices,)).fetchone() != (None,):
        return f"select coalesce(sum(row_count), 0) as row_count from {slices}"
    return f"select count(*) as row_count from ({rows_of(batch, target).as_string()}) as rows_of_payload"


def scope_of(batch: Batch, target: Target) -> str | None:
    """The predicate for the current rows of a target that a batch speaks for; None: absence says nothing."""
    scope = {**batch.scope, "batch_id": str(batch.batch_id)}
    return staging.predicate(target.scope, scope, staging.typed_table(batch.batch_id))


def rows_of(batch: Batch, target: Target) -> sql.Composed:
    """The query for a target's rows in a batch."""
    query = warehouse.query("load", batch.source.folder, target.query)
    return staging.filled(batch.source, query, batch.scope, staging.typed_table(batch.batch_id))


def _promise(name: str, target: Target, words: dict[str, str], severity: Severity = "critical") -> Expectation:
    return Expectation(
        type="unexpected_rows_expectation",
        severity=severity,
        kwargs={
            "description": f"{name} of {target.table}",
            "unexpected_rows_query": warehouse.query("load", f"{name}.sql").format(**words),
        },
    )


def withdrawn(conn: psycopg.Connection, batch: Batch, target: Target) -> int:
    """How many rows the merge of a batch, in this transaction, withdrew from a target: closed, and none in their place.

    A payload may hold as many rows as are known and lose most of them all the same, when a code was renamed.
    """
    effective = conn.execute(
        "select known_from from ops.merge where batch_id = %s and target = %s order by merge_id desc limit 1",
        (batch.batch_id, target.table),
    ).fetchone()
    keys = conn.execute("select unnest(core.key_columns(%s::regclass))", (target.table,)).fetchall()
    words = {
        "table": target.table,
        "scope": scope_of(batch, target) or "true",
        "effective": sql.Literal(effective[0] if effective else None).as_string(conn),
        **{f"{name}_key": ", ".join(f"{name}.{key}" for (key,) in keys) for name in ("kept", "gone")},
    }
    return warehouse.number(conn, warehouse.query("load", "rows_withdrawn.sql").format(**words), {})


def required(conn: psycopg.Connection, table: str) -> list[str]:
    """The columns of a table that a load must fill."""
    rows = conn.execute(
        """select quote_ident(attname) from pg_attribute
        where attrelid = %s::regclass and attnum > 0 and attnotnull and attgenerated = '' and not attisdropped
            and attname not in ('known_from', 'known_to', 'payload_id') order by attnum""",
        (table,),
    ).fetchall()
    return [name for (name,) in rows]
