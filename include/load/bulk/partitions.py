"""The slices of a bulk payload: digested, counted where they are new or changed, known where they are not.

A slice is a dataset and a period. ops.slice holds what the current rows of a slice were made of.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import psycopg
from psycopg import sql

from include import warehouse
from include.ledger.batches import Batch
from include.load import staging
from include.load.bulk import changed_rows, typing_views
from include.load.bulk.check_counts import Count, aggregate, count_of, description, is_about, rule_predicate
from include.load.standard_checks import promises, required
from include.sources.source import Source, Target

# A hash join or aggregate may take twice this (hash_mem_multiplier) per process, and three processes share one.
WORK_MEM = "128MB"
# A dimension that is missing breaks a row rule; what is made of all of them is there when none is.
MADE_OF_DIMENSIONS = {"dimensions", "series_id", "series_key", "period_start_date"}
# Typed columns that a row has of its series.
OF_SERIES = {"dataset_code", "series_key", "series_id", "freq_code", "unit_code", "concept_code"}


def is_staged(conn: psycopg.Connection, batch_id: int) -> bool:
    """Whether a batch was staged as bulk."""
    found = conn.execute("select to_regclass(%s)", (staging.slice_table(batch_id).as_string(),)).fetchone()
    return found is not None and found[0] is not None


def allow_memory(conn: psycopg.Connection) -> None:
    """Let this transaction hash in memory; to sort a payload for a join costs three times as much."""
    conn.execute(
        "select set_config('work_mem', %(memory)s, true), set_config('maintenance_work_mem', %(memory)s, true),"
        " set_config('enable_mergejoin', 'off', true)",
        {"memory": WORK_MEM},
    )


def known(conn: psycopg.Connection, batch: Batch) -> list[tuple[str, str, int]]:
    """Dataset, period and rows of the slices that are what the warehouse holds."""
    return conn.execute(
        sql.SQL(
            """select s.dataset_code, s.period, s.row_count from {} as s join ops.slice as o
            using (dataset_code, scope_key, period, fingerprint, row_count, digest)"""
        ).format(staging.slice_table(batch.batch_id))
    ).fetchall()


def keep(conn: psycopg.Connection, batch: Batch) -> None:
    """Say what the current rows of the batch's slices are made of from now on."""
    typing_views.run(conn, batch, "slice_keep.sql")


def counts_for(conn: psycopg.Connection, batch: Batch) -> list[Count]:
    """What is counted of a batch beside its row rules: of its suite and of the promises what is about single rows."""
    counts = [count for expectation in batch.source.suite if (count := count_of(expectation)) is not None]
    for promise in promises(conn, batch):
        for target in batch.source.targets:
            columns = ", ".join(_typed_name(batch.source, name) for name in required(conn, target.table))
            predicates = {
                f"rows_without_required of {target.table}": f"num_nulls({columns}) > 0",
                f"rows_outside_scope of {target.table}": f"not ({_scope_of(batch, target)})",
            }
            if fails := predicates.get(description(promise)):
                counts.append(Count(expectation=promise, fails_when=fails))
    return counts


def _scope_of(batch: Batch, target: Target) -> str | None:
    """As scope_of(), where the rows are not typed yet and the series are."""
    return staging.predicate(target.scope, batch.scope, staging.series_view(batch.batch_id))


def fill(conn: psycopg.Connection, batch: Batch, counts: Sequence[Count]) -> None:
    """Digest the slices of a batch, take over what was counted of those that are known, count the others."""
    fingerprint = _fingerprint(batch.source, counts)
    said = {"fingerprint": sql.Literal(fingerprint), "merge_id": sql.Literal(changed_rows.newest_merge(conn, batch))}
    rows: sql.Composable = staging.raw_table(batch.batch_id)
    # Where nothing can be known, the pass that counts digests as well.
    may_be_known = _holds_slices(conn, batch, fingerprint)
    if may_be_known:
        typing_views.run(conn, batch, "slice_digested.sql")
        typing_views.run(conn, batch, "slice.sql", digested=sql.Identifier("digested"), **said)
        rows = _new(conn, batch, len(counts))
    typing_views.keys(conn, batch, rows)
    _count(conn, batch, rows, counts, is_digested=may_be_known)
    if not may_be_known:
        typing_views.run(conn, batch, "slice.sql", digested=sql.Identifier("counted"), **said)
    typing_views.run(conn, batch, "slice_summed.sql", kept=changed_rows.counts_of(batch, len(counts), "kept_count"))
    conn.execute("drop table if exists counted, digested")


def _holds_slices(conn: psycopg.Connection, batch: Batch, fingerprint: str) -> bool:
    query = """select count(*) from ops.slice
        where dataset_code = %(dataset)s and scope_key = %(key)s and fingerprint = %(fingerprint)s"""
    return warehouse.number(conn, query, {**batch.scope, "fingerprint": fingerprint}) > 0


def _new(conn: psycopg.Connection, batch: Batch, checks: int) -> sql.Composable:
    """The raw rows that are not known: those that no current row is, or all of the slices that differ."""
    known = typing_views.run(conn, batch, "slice_known.sql")
    if (found := changed_rows.find(conn, batch, checks)) is not None:
        return found
    new = "(select r.* from {raw} as r where time_period in (select period from {slice} where broken_counts is null))"
    return sql.SQL(new + " as raw" if known else "{raw}").format(**typing_views.words(batch))


def _count(
    conn: psycopg.Connection, batch: Batch, rows: sql.Composable, counts: Sequence[Count], *, is_digested: bool
) -> None:
    """Count what breaks the row rules and the checks, in one pass over typed rows that carry their text along."""
    source = batch.source
    carried = ", ".join(f"{name} as raw_{name}" for name in sorted(set(source.columns.values())))
    digest = "" if is_digested else f", {source.fragments['digest']} as row_digest"
    asked = [*map(rule_predicate, source.rules), *(text for count in counts for text in count.predicates)]
    said = _said_of_series(conn, batch, asked)
    words = {
        "typed": typing_views.typed(source, rows, f"null::bigint as row_id, {carried}{digest}"),
        "digests": sql.SQL("null::numeric" if is_digested else "sum(t.row_digest)"),
        "counts": sql.SQL(", ".join(said.get(predicate) or aggregate(predicate) for predicate in asked)),
    }
    typing_views.run(conn, batch, "slice_counted.sql", **words)


def _said_of_series(conn: psycopg.Connection, batch: Batch, asked: Sequence[str]) -> dict[str, str]:
    """Counts that are known from the series: predicates about them alone which none of them, or all, fulfil."""
    names = {*batch.source.fragments["columns"].split(", "), *OF_SERIES}
    about = [predicate for predicate in dict.fromkeys(asked) if is_about(predicate, names)]
    pairs = ", ".join(
        f"coalesce(bool_or({text}), false), coalesce(bool_and(({text}) is true), false)" for text in about
    )
    row = conn.execute(
        f"select {pairs or 'true'} from {staging.series_view(batch.batch_id).as_string()} as t".encode()
    ).fetchone()
    assert row is not None
    of_all = dict(zip(about, zip(row[::2], row[1::2], strict=False), strict=False))
    return {text: "count(*)" if every else "0" for text, (some, every) in of_all.items() if every or not some}


def _fingerprint(source: Source, counts: Sequence[Count]) -> str:
    """What a slice's rows and counts depend on beside its text; promises by name, as they hold a batch's own scope."""
    said = [
        source.parser_version,
        warehouse.query(*typing_views.FOLDER, "typed.sql"),
        sorted(source.fragments.items()),
        [rule.fails_when for rule in source.rules],
        [description(count.expectation) or count.fails_when for count in counts],
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _typed_name(source: Source, column: str) -> str:
    """What a column of core.series or core.observation is in a typed row."""
    made = {"price_basis_code": "price_basis", "definition_code": "definition"}
    if column in MADE_OF_DIMENSIONS:
        return "''"
    return f"({source.fragments[made[column]]})" if column in made else f"t.{column}"
