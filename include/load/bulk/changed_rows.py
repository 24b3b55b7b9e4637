"""The rows of a bulk payload that differ from the current rows, within slices that differ.

A re-publication often changes a few rows in every slice. The slices that differ are compared row by row, as text
(query `changed_rows`). An unchanged row is neither typed, counted nor merged again: the checks of all rows of its slice
held when it was loaded.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql

from include.load import staging
from include.load.bulk.bulk_batch import BulkBatch

# Where more than this share of a payload is new, there is little to leave out.
MAX_NEW_SHARE = 0.5


@dataclass(frozen=True, kw_only=True)
class Unchanged:
    """Current rows of a bulk payload that the merge leaves out.

    Args:
        predicate: on the target, true for their current versions; None when nothing is left out.
        row_count: their number.
        rest_count: the number of the rows that are merged.
    """

    predicate: str | None
    row_count: int
    rest_count: int


def diff(bulk: BulkBatch) -> sql.Composable | None:
    """Compare new and changed slices with the current rows; returns the raw rows that differ.

    The slices are digested and not counted yet.

    Returns:
        The rows as `(...) as raw`; None when there is nothing to compare with, a row comes twice, or most rows are new.
    """
    scope = _scope(bulk)
    if scope is None or not (compared := bulk.run("slice_baseline", unbroken=unbroken_counts(bulk, "row_count"))):
        return None
    bulk.run("changed_rows", scope=scope, **_period_filters(bulk))
    bulk.conn.execute(bulk.fill("analyze {changed}"))
    is_unique = bulk.run("slice_unchanged_rows") == compared
    if is_unique and _new_count(bulk) <= MAX_NEW_SHARE * bulk.row_count():
        return rows_to_merge(bulk)
    bulk.drop_tables("changed")
    bulk.conn.execute(bulk.fill("update {slices} set unchanged_count = 0"))
    return None


def unbroken_counts(bulk: BulkBatch, row_count: str) -> sql.Composed:
    """Build the counts of unbroken rows: 0 per rule; per check 0, and all rows it is about."""
    rules = [sql.SQL("0")] * len(bulk.batch.source.rules)
    checks = [sql.SQL("0"), sql.Identifier(row_count)] * len(bulk.checks)
    return sql.SQL("array[{}]::bigint[]").format(sql.SQL(", ").join([*rules, *checks]))


def rows_to_merge(bulk: BulkBatch) -> sql.Composed:
    """Build the raw rows that are to be typed and compared, `(...) as raw`."""
    return bulk.fill("(select r.* from {raw} as r where r.ctid = any (array(select place from {changed}))) as raw")


def unchanged(bulk: BulkBatch) -> Unchanged | None:
    """Find the rows that the merge leaves out; None when a merge came in between."""
    if not bulk.has_table("changed"):
        return None
    if bulk.newest_merge() != bulk.number("select coalesce(max(merge_id), 0) from {slices}"):
        return None
    bulk.run("changed_places")
    new_count = _new_count(bulk)
    return Unchanged(
        predicate="not (ctid = any (array(select place from pg_temp.changed_places)))",
        row_count=bulk.row_count() - new_count,
        rest_count=new_count,
    )


def _scope(bulk: BulkBatch) -> sql.SQL | None:
    """Build the predicate for the current observations that a batch speaks for."""
    scope = next((target.scope for target in bulk.batch.source.targets if target.table == "core.observation"), None)
    predicate = staging.scope_predicate(scope, bulk.batch.scope, sql.Identifier("core", "series"))
    return None if predicate is None else sql.SQL(predicate)


def _period_filters(bulk: BulkBatch) -> dict[str, sql.Composable]:
    """Build predicates on the period for both sides of the comparison; `true` for all periods."""
    row = bulk.conn.execute(
        bulk.fill(
            """select coalesce(array_agg(period) filter (where broken_counts is not null), '{{}}'),
            coalesce(array_agg(period) filter (where baseline_count is not null), '{{}}'), count(*) from {slices}"""
        )
    ).fetchone()
    assert row is not None
    known, comparable, count = row
    everything = sql.SQL("true")
    return {
        "is_known_outside": sql.SQL("period <> all ({})").format(known) if known else everything,
        "is_outside": sql.SQL("(time_period <> all ({})) is not false").format(known) if known else everything,
        "is_comparable": sql.SQL("time_period = any ({})").format(comparable)
        if len(known) + len(comparable) < count
        else everything,
    }


def _new_count(bulk: BulkBatch) -> int:
    return bulk.number("select count(place) from {changed}")
