"""The slices of a bulk payload: digested, compared with ops.slice, counted where changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

import psycopg
from psycopg import sql

from include import warehouse
from include.ledger import Batch
from include.load import quarantine_rules, staging
from include.load.bulk import changed_rows
from include.load.bulk.bulk_batch import BulkBatch
from include.load.bulk.check_counts import (
    CheckCount,
    check_count,
    count_aggregate,
    description,
    reads_only,
    rule_predicate,
)
from include.sources.source import Source, Target

# Rows with a missing dimension are rejected earlier, so columns derived from all dimensions are never null here.
DERIVED_FROM_DIMENSIONS = {"dimensions", "series_id", "series_key", "period_start_date"}
# Typed columns of a row that are the same for all rows of its series.
SERIES_COLUMNS = {"dataset_code", "series_key", "series_id", "freq_code", "unit_code", "concept_code"}


def with_checks(conn: psycopg.Connection, batch: Batch) -> BulkBatch:
    """Build the bulk batch with those of its checks that are about single rows."""
    bulk = BulkBatch(conn=conn, batch=batch)
    checks = [count for expectation in batch.source.suite if (count := check_count(expectation)) is not None]
    predicates = {name: text for target in batch.source.targets for name, text in _standard_predicates(bulk, target)}
    for expectation in quarantine_rules.standard_checks(conn, batch):
        if fails := predicates.get(description(expectation)):
            checks.append(CheckCount(expectation=expectation, fails_when=fails))
    return replace(bulk, checks=tuple(checks))


def _standard_predicates(bulk: BulkBatch, target: Target) -> Iterator[tuple[str, str]]:
    """Yield the standard checks about single rows, by description, as predicates on `t`."""
    source = bulk.batch.source
    required = quarantine_rules.required_columns(bulk.conn, target.table)
    columns = ", ".join(_typed_expression(source, name) for name in required)
    # Over the view of the series, because the rows are not typed yet.
    scope = staging.scope_predicate(target.scope, bulk.batch.scope, bulk.table("series"))
    yield f"rows_without_required of {target.table}", f"num_nulls({columns}) > 0"
    yield f"rows_outside_scope of {target.table}", f"not ({scope})"


def _typed_expression(source: Source, column: str) -> str:
    """Write a column of core.series or core.observation as SQL over a typed row."""
    fragments = {"price_basis_code": "price_basis", "definition_code": "definition"}
    if column in DERIVED_FROM_DIMENSIONS:
        return "''"
    return f"({source.fragments[fragments[column]]})" if column in fragments else f"t.{column}"


def count_slices(bulk: BulkBatch) -> None:
    """Digest the slices, take over known counts, and count the checks of the other slices."""
    fingerprint = _fingerprint(bulk.batch.source, bulk.checks)
    literals = {"fingerprint": sql.Literal(fingerprint), "merge_id": sql.Literal(bulk.newest_merge())}
    rows: sql.Composable = staging.raw_table(bulk.batch.batch_id)
    # Where no slice can be known, the pass that counts makes the digests as well.
    may_be_known = _has_slices(bulk, fingerprint)
    if may_be_known:
        bulk.run("slice_digests")
        bulk.run("slices", summed=sql.Identifier("slice_digests"), **literals)
        rows = _unknown_rows(bulk)
    bulk.create_series_view(rows)
    _count_checks(bulk, rows, is_digested=may_be_known)
    if not may_be_known:
        bulk.run("slices", summed=sql.Identifier("slice_counts"), **literals)
    bulk.run("slice_sums", unchanged=changed_rows.unbroken_counts(bulk, "unchanged_count"))
    bulk.conn.execute("drop table if exists slice_counts, slice_digests")


def _has_slices(bulk: BulkBatch, fingerprint: str) -> bool:
    query = """select count(*) from ops.slice
        where dataset_code = %(dataset)s and scope_key = %(key)s and fingerprint = %(fingerprint)s"""
    return warehouse.number(bulk.conn, query, {**bulk.batch.scope, "fingerprint": fingerprint}) > 0


def _unknown_rows(bulk: BulkBatch) -> sql.Composable:
    """Select the raw rows to type: rows that differ, or all rows of slices that differ."""
    known = bulk.run("slice_match")
    if (changed := changed_rows.diff(bulk)) is not None:
        return changed
    if not known:
        return bulk.fill("{raw}")
    periods = "select period from {slices} where broken_counts is null"
    return bulk.fill(f"(select r.* from {{raw}} as r where time_period in ({periods})) as raw")


def _count_checks(bulk: BulkBatch, rows: sql.Composable, *, is_digested: bool) -> None:
    """Count the rows that break each rule and check, in one pass over typed and raw columns."""
    source = bulk.batch.source
    carried = ", ".join(f"{name} as raw_{name}" for name in sorted(set(source.columns.values())))
    digest = "" if is_digested else f", {source.fragments['digest']} as row_digest"
    predicates = [*map(rule_predicate, source.rules), *(text for check in bulk.checks for text in check.predicates)]
    known = _counts_from_series(bulk, predicates)
    bulk.run(
        "slice_counts",
        typed=bulk.typing_query(rows, more_columns=f", {carried}{digest}"),
        digests=sql.SQL("null::numeric" if is_digested else "sum(t.row_digest)"),
        counts=sql.SQL(", ".join(known.get(predicate) or count_aggregate(predicate) for predicate in predicates)),
    )


def _counts_from_series(bulk: BulkBatch, predicates: Sequence[str]) -> dict[str, str]:
    """Find predicates on series columns that hold for all series or none, with their counts."""
    columns = {*bulk.batch.source.fragments["columns"].split(", "), *SERIES_COLUMNS}
    of_series = [predicate for predicate in dict.fromkeys(predicates) if reads_only(predicate, columns)]
    pairs = ", ".join(
        f"coalesce(bool_or({text}), false), coalesce(bool_and(({text}) is true), false)" for text in of_series
    )
    row = bulk.conn.execute(
        f"select {pairs or 'true'} from {bulk.table('series').as_string()} as t".encode()
    ).fetchone()
    assert row is not None
    found = dict(zip(of_series, zip(row[::2], row[1::2], strict=False), strict=False))
    return {text: "count(*)" if all_ else "0" for text, (any_, all_) in found.items() if all_ or not any_}


def _fingerprint(source: Source, checks: Sequence[CheckCount]) -> str:
    """Hash what a slice's rows and counts depend on beside its text.

    Standard checks are hashed by name, because they hold the scope of a single batch.
    """
    depends_on = [
        source.parser_version,
        warehouse.load_query(source.queries, "typed"),
        sorted(source.fragments.items()),
        [rule.fails_when for rule in source.rules],
        [description(check.expectation) or check.fails_when for check in checks],
    ]
    return hashlib.sha256(json.dumps(depends_on).encode()).hexdigest()


def known_slices(bulk: BulkBatch) -> list[tuple[str, str, int]]:
    """Read dataset, period and row count of the slices that are the same as in the warehouse."""
    return bulk.conn.execute(bulk.fill(warehouse.load_query("dataflow_bulk", "known_slices"))).fetchall()
