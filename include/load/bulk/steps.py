"""Bulk payloads of dataflows: typed by a view instead of a copy, counted in one pass, compared only where they changed.

The payload's slices (dataset and period) are digested first. A slice that is what the warehouse holds is neither
counted nor compared again (include.load.bulk.partitions). Everyday payloads, and bulk payloads in which a row breaks
a row rule, take the plain way through tables: there every rule and every expectation can name its rows.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from include import warehouse
from include.ledger.batches import Batch
from include.load import staging
from include.load.bulk import changed_rows, partitions, typing_views
from include.load.bulk.check_counts import Count, description, most
from include.load.standard_checks import promises, rows_of, scope_of
from include.sources.source import Expectation, Source

if TYPE_CHECKING:
    from include.load.great_expectations import Result

UNIQUE = "expect_compound_columns_to_be_unique"


def suits(source: Source, row_count: int) -> bool:
    """Whether a payload of so many rows takes the bulk path."""
    is_plain = source.folder == typing_views.FOLDER[1] and not any(target.is_named for target in source.targets)
    return is_plain and row_count >= staging.BULK_ROWS


def stage(conn: psycopg.Connection, batch: Batch) -> bool:
    """Type the raw table by a view and count what breaks rules and checks.

    Returns:
        False when a row breaks a row rule: nothing but the raw table is left then.
    """
    partitions.allow_memory(conn)
    counts = partitions.counts_for(conn, batch)
    partitions.fill(conn, batch, counts)
    typing_views.view(conn, batch)
    rules = len(batch.source.rules)
    broken = " + ".join(["0", *(f"coalesce(sum(broken_counts[{index + 1}]), 0)" for index in range(rules))])
    table = staging.slice_table(batch.batch_id)
    if warehouse.number(conn, f"select {broken} from {table.as_string()}", {}):
        made = (table, staging.keys_table(batch.batch_id), staging.apart_table(batch.batch_id))
        conn.execute(sql.SQL("drop table if exists {} cascade").format(sql.SQL(", ").join(made)))
        return False
    _profile(conn, batch, counts)
    return True


def _profile(conn: psycopg.Connection, batch: Batch, counts: Sequence[Count]) -> None:
    """Sum the slices into one row: the number of rows, and of each check the number and the part that break it."""
    first = len(batch.source.rules) + 1
    shares = [
        f"coalesce(sum(broken_counts[{at}])::float8 / nullif(sum(broken_counts[{at + 1}]), 0), 0) as share_{index},"
        f" coalesce(sum(broken_counts[{at}]), 0)::bigint as count_{index}"
        for index, at in enumerate(range(first, first + 2 * len(counts), 2))
    ]
    columns = sql.SQL(", ".join(["sum(row_count)::bigint as row_count", *shares]))
    profile, table = staging.profile_table(batch.batch_id), staging.slice_table(batch.batch_id)
    conn.execute(sql.SQL("create unlogged table {} as select {} from {}").format(profile, columns, table))


def judge(conn: psycopg.Connection, dsn: str, batch: Batch) -> list[Result]:
    """Great Expectations on the profile; what failed there, and what cannot be counted by row, on the rows.

    That a key comes once is said by the merge, whose index knows it: it is not judged here.
    """
    from include.load import great_expectations

    counts = partitions.counts_for(conn, batch)
    counted = [count.expectation for count in counts]
    size, *promised = [one for one in promises(conn, batch) if one not in counted]
    on_profile = [
        *(_share(index, count) for index, count in enumerate(counts)),
        Expectation(type="expect_column_max_to_be_between", kwargs={"column": "row_count", **size.kwargs}),
        *promised,
    ]
    said = great_expectations.validate(dsn, f"b{batch.batch_id}_profile", on_profile)
    of_counts, of_size, rest = said[: len(counts)], said[len(counts)], said[len(counts) + 1 :]
    broken = [one for one, result in zip(counted, of_counts, strict=True) if not result.is_success]
    asked = [*broken, *(one for one in batch.source.suite if one not in counted and not is_key(one))]
    on_rows = great_expectations.validate(dsn, f"b{batch.batch_id}", asked) if asked else []
    held = [_held(conn, batch, index, count) for index, count in enumerate(counts) if count.expectation not in broken]
    return [*held, replace(of_size, expectation=size.type, column_name=""), *rest, *on_rows]


def merge(conn: psycopg.Connection, batch: Batch) -> list[warehouse.Merged]:
    """Merge the slices of a batch that are not what the warehouse holds; see include.pipeline.load_steps.merge()."""
    partitions.allow_memory(conn)
    for target in batch.source.targets:
        warehouse.lock(conn, target.table)
    skipped = _left_out(conn, batch)
    written = [
        warehouse.merge(
            conn,
            target=target.table,
            # Series are few: a copy of them is cheaper than to look for them twice.
            select=rows_of(batch, target) if target.scope else typing_views.series_of(batch, target),
            batch_id=batch.batch_id,
            payload_id=batch.payload_id,
            clock=batch.clock,
            scope=scope_of(batch, target),
            source_code=batch.source.code,
            skipped=skipped if target.scope else None,
        )
        for target in batch.source.targets
    ]
    partitions.keep(conn, batch)
    return written


def _left_out(conn: psycopg.Connection, batch: Batch) -> warehouse.Skipped:
    """What is known to be current, and is no part of the view of the typed rows from here on."""
    if (skipped := changed_rows.skipped(conn, batch)) is not None:
        typing_views.view(conn, batch, rows=changed_rows.rows(batch))
        return skipped
    known = partitions.known(conn, batch)
    periods = [period for _, period, _ in known]
    typing_views.view(conn, batch, without=periods)
    known_count, predicate = sum(count for *_, count in known), None
    if known:
        same = sql.SQL("dataset_code = {} and period = any ({})").format(known[0][0], periods)
        predicate = same.as_string(conn)
    return warehouse.Skipped(
        predicate=predicate,
        row_count=known_count,
        rest_count=typing_views.row_count(conn, batch) - known_count,
        dataset=str(batch.scope["dataset"]),
    )


def is_key(expectation: Expectation) -> bool:
    """Whether it says that the key of core.observation comes once."""
    columns = expectation.kwargs.get("column_list")
    return expectation.type == UNIQUE and isinstance(columns, list) and set(columns) == {"series_id", "period"}


def record_unique(conn: psycopg.Connection, batch: Batch) -> None:
    """Write what the merge has shown: that every key came once."""
    for expectation in filter(is_key, batch.source.suite):
        observed = {"said_by": "the key of core.observation"}
        conn.execute(
            """insert into ops.check_result
                (batch_id, expectation, column_name, severity, is_success, unexpected_count, observed, checked_at)
            values (%s, %s, 'series_id,period', %s, true, 0, %s, %s) on conflict do nothing""",
            (batch.batch_id, expectation.type, expectation.severity, json.dumps(observed), batch.clock),
        )


def _share(index: int, count: Count) -> Expectation:
    kwargs = {"column": f"share_{index}", "max_value": most(count.expectation)}
    return Expectation(type="expect_column_max_to_be_between", kwargs=kwargs, severity=count.expectation.severity)


def _held(conn: psycopg.Connection, batch: Batch, index: int, count: Count) -> Result:
    """The result of an expectation that held by its count."""
    from include.load import great_expectations

    row = conn.execute(
        sql.SQL("select row_count, {} from {}").format(
            sql.Identifier(f"count_{index}"), staging.profile_table(batch.batch_id)
        )
    ).fetchone()
    assert row is not None
    return great_expectations.Result(
        expectation=count.expectation.type,
        column_name=str(count.expectation.kwargs.get("column") or description(count.expectation)),
        severity=count.expectation.severity,
        is_success=True,
        unexpected_count=row[1],
        observed=json.dumps({"element_count": row[0]}),
    )
