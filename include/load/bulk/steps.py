"""The steps of a bulk batch: typed by a view, counted in one pass, merged where it changed.

A slice that is the same as in the warehouse is neither counted nor merged again. A payload in which a row breaks a row
rule is loaded the everyday way instead (include.load.everyday): there every rule and every check can name its rows.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from include import warehouse
from include.ledger import Batch
from include.load import quarantine_rules, staging
from include.load.bulk import changed_rows, slices
from include.load.bulk.bulk_batch import QUERIES, BulkBatch
from include.load.bulk.changed_rows import Unchanged
from include.load.bulk.check_counts import CheckCount, description, max_failing_share
from include.sources.source import Expectation, Source, Target

if TYPE_CHECKING:
    from include.load.great_expectations import Result

# From this many rows on a second look at the rows is cheaper than a copy of them.
BULK_ROWS = 200_000
UNIQUE = "expect_compound_columns_to_be_unique"


def is_bulk(source: Source, row_count: int) -> bool:
    """Tell whether a payload can be loaded in bulk: a large one of a dataflow without actions."""
    has_actions = any(target.scope_from_payload for target in source.targets)
    return source.queries == "dataflow" and not has_actions and row_count >= BULK_ROWS


def is_staged(conn: psycopg.Connection, batch: Batch) -> bool:
    """Tell whether a batch was staged in bulk: then its typed rows are a view."""
    typed = staging.typed_table(batch.batch_id).as_string()
    found = conn.execute("select relkind::text from pg_class where oid = to_regclass(%s)", (typed,)).fetchone()
    return found == ("v",)


def stage(conn: psycopg.Connection, batch: Batch) -> int | None:
    """Create the typed view over the raw table, and count the rows that break rules and checks.

    Returns:
        0, the number of rejected rows; None when a row breaks a row rule: then only the raw table is left.
    """
    bulk = slices.with_checks(conn, batch)
    bulk.allow_memory()
    slices.count_slices(bulk)
    bulk.create_typed_view()
    rules = range(1, len(batch.source.rules) + 1)
    broken = " + ".join(["0", *(f"coalesce(sum(broken_counts[{number}]), 0)" for number in rules)])
    if bulk.number(f"select {broken} from {{slices}}"):
        bulk.drop_tables("slices", "series_keys", "changed")
        return None
    _create_profile(bulk)
    return 0


def _create_profile(bulk: BulkBatch) -> None:
    """Sum the slices into one row: all rows, and of each check the failing number and share."""
    first = len(bulk.batch.source.rules) + 1
    shares = [
        f"coalesce(sum(broken_counts[{at}])::float8 / nullif(sum(broken_counts[{at + 1}]), 0), 0) as share_{index},"
        f" coalesce(sum(broken_counts[{at}]), 0)::bigint as count_{index}"
        for index, at in enumerate(range(first, first + 2 * len(bulk.checks), 2))
    ]
    columns = sql.SQL(", ".join(["sum(row_count)::bigint as row_count", *shares]))
    bulk.conn.execute(
        bulk.fill(
            "create unlogged table {profile} as select {columns} from {slices}",
            profile=bulk.table("profile"),
            columns=columns,
        )
    )


def covered(conn: psycopg.Connection, batch: Batch) -> date | None:
    """Find the last day of the newest period that the payload has rows for."""
    bulk = BulkBatch(conn=conn, batch=batch)
    found = conn.execute(bulk.fill(warehouse.load_query(QUERIES, "covers"))).fetchone()
    return None if found is None else found[0]


def check(conn: psycopg.Connection, dsn: str, batch: Batch) -> list[Result]:
    """Run Great Expectations on the profile, and on the rows where that is not enough.

    On the rows run the checks that failed on the profile, to name the rows, and those that cannot be counted by row.

    That a key comes only once is not checked here: the unique index of the target finds it in the merge.
    """
    from include.load import great_expectations

    bulk = slices.with_checks(conn, batch)
    counted = [check.expectation for check in bulk.checks]
    row_count = bulk.fill("select coalesce(sum(row_count), 0) as row_count from {slices}").as_string(conn)
    standard = quarantine_rules.standard_checks(conn, batch, row_count)
    size, *others = [expectation for expectation in standard if expectation not in counted]
    on_profile = [
        *(_share_expectation(index, check) for index, check in enumerate(bulk.checks)),
        Expectation(type="expect_column_max_to_be_between", kwargs={"column": "row_count", **size.kwargs}),
        *others,
    ]
    results = great_expectations.validate(dsn, f"b{batch.batch_id}_profile", on_profile)
    of_counts, of_size, of_others = results[: len(counted)], results[len(counted)], results[len(counted) + 1 :]
    broken = [expectation for expectation, result in zip(counted, of_counts, strict=True) if not result.is_success]
    uncounted = [item for item in batch.source.suite if item not in counted and not is_key_check(item)]
    on_rows = [*broken, *uncounted]
    of_rows = great_expectations.validate(dsn, f"b{batch.batch_id}", on_rows) if on_rows else []
    passed = [
        _passed_result(bulk, index, check) for index, check in enumerate(bulk.checks) if check.expectation not in broken
    ]
    return [*passed, replace(of_size, expectation=size.type, column_name=""), *of_others, *of_rows]


def _share_expectation(index: int, check: CheckCount) -> Expectation:
    """Expect of the profile that no larger share of the rows breaks a check than may."""
    kwargs = {"column": f"share_{index}", "max_value": max_failing_share(check.expectation)}
    return Expectation(type="expect_column_max_to_be_between", kwargs=kwargs, severity=check.expectation.severity)


def _passed_result(bulk: BulkBatch, index: int, check: CheckCount) -> Result:
    """Build the result of a check that held by its count."""
    from include.load import great_expectations

    query = bulk.fill(
        "select row_count, {count} from {profile}",
        count=sql.Identifier(f"count_{index}"),
        profile=bulk.table("profile"),
    )
    row = bulk.conn.execute(query).fetchone()
    assert row is not None
    return great_expectations.Result(
        expectation=check.expectation.type,
        column_name=str(check.expectation.kwargs.get("column") or description(check.expectation)),
        severity=check.expectation.severity,
        is_success=True,
        unexpected_count=row[1],
        observed=json.dumps({"element_count": row[0]}),
    )


def is_key_check(expectation: Expectation) -> bool:
    """Tell whether an expectation says that a key of core.observation comes only once."""
    columns = expectation.kwargs.get("column_list")
    return expectation.type == UNIQUE and isinstance(columns, list) and set(columns) == {"series_id", "period"}


def merge(conn: psycopg.Connection, batch: Batch) -> list[warehouse.Merged]:
    """Merge the slices and rows that differ from the warehouse; only this step writes ops.slice.

    Raises:
        CheckFailed: a key comes twice.
    """
    bulk = BulkBatch(conn=conn, batch=batch)
    bulk.allow_memory()
    for target in batch.source.targets:
        warehouse.lock(conn, target.table)
    unchanged = _leave_out_unchanged(bulk)
    with quarantine_rules.unique_key(batch, f"critical {UNIQUE}(series_id,period)"):
        written = [_merge_target(bulk, target, unchanged) for target in batch.source.targets]
    bulk.run("slice_upsert")
    _record_unique(bulk)
    return written


def _merge_target(bulk: BulkBatch, target: Target, unchanged: Unchanged) -> warehouse.Merged:
    """Merge one target: observations from the view, series from a copy: few, and read twice."""
    batch = bulk.batch
    options: tuple[object, ...] = ()
    if target.scope:
        select = staging.target_rows(batch, target)
        dataset = str(batch.scope["dataset"])
        options = (unchanged.predicate, unchanged.row_count, unchanged.rest_count, dataset)
    else:
        query = warehouse.load_query(batch.source.queries, target.query)
        select = staging.fill_query(batch.source, query, batch.scope, bulk.table("series"))
    return warehouse.merge_rows(
        bulk.conn,
        target=target.table,
        select=select,
        batch_id=batch.batch_id,
        payload_id=batch.payload_id,
        clock=batch.clock,
        scope=staging.target_scope(batch, target),
        source_code=batch.source.code,
        staged_as="view" if target.scope else "table",
        options=options,
    )


def _leave_out_unchanged(bulk: BulkBatch) -> Unchanged:
    """Take the rows that are known to be current out of the typed view."""
    if (unchanged := changed_rows.unchanged(bulk)) is not None:
        bulk.create_typed_view(rows=changed_rows.rows_to_merge(bulk))
        return unchanged
    known = slices.known_slices(bulk)
    periods = [period for _, period, _ in known]
    bulk.create_typed_view(without=periods)
    known_count, predicate = sum(count for *_, count in known), None
    if known:
        same = sql.SQL("dataset_code = {} and period = any ({})").format(known[0][0], periods)
        predicate = same.as_string(bulk.conn)
    return Unchanged(predicate=predicate, row_count=known_count, rest_count=bulk.row_count() - known_count)


def _record_unique(bulk: BulkBatch) -> None:
    """Write the result of the key check, which the merge has shown to hold."""
    batch = bulk.batch
    for expectation in filter(is_key_check, batch.source.suite):
        observed = {"said_by": "the key of core.observation"}
        bulk.conn.execute(
            """insert into ops.check_result
                (batch_id, expectation, column_name, severity, is_success, unexpected_count, observed, checked_at)
            values (%s, %s, 'series_id,period', %s, true, 0, %s, %s) on conflict do nothing""",
            (batch.batch_id, expectation.type, expectation.severity, json.dumps(observed), batch.clock),
        )
