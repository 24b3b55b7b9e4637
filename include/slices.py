"""The slices of a bulk payload: digested, counted where they are new or changed, known where they are not.

A slice is a dataset and a period. ops.slice holds what the current rows of a slice were made of.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import psycopg
from psycopg import sql

from include import staging, warehouse
from include.batches import Batch
from include.counted import Count, aggregate, count_of, description, rule_predicate
from include.promises import promises, required, scope_of
from include.sources.source import Source

# A hash join or aggregate may take twice this (hash_mem_multiplier) per process, and three processes share one.
WORK_MEM = "128MB"
FOLDER = ("load", "dataflow")
# A dimension that is missing breaks a row rule; what is made of all of them is there when none is.
MADE_OF_DIMENSIONS = {"dimensions", "series_id", "series_key"}


def is_staged(conn: psycopg.Connection, batch_id: int) -> bool:
    """Whether a batch was staged as bulk."""
    found = conn.execute("select to_regclass(%s)", (staging.slice_table(batch_id).as_string(),)).fetchone()
    return found is not None and found[0] is not None


def allow_memory(conn: psycopg.Connection) -> None:
    """Let this transaction sort and hash in memory."""
    conn.execute("select set_config('work_mem', %s, true)", (WORK_MEM,))


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
    _run(conn, batch.source, "slice_keep.sql", {"slice": staging.slice_table(batch.batch_id)})


def view(conn: psycopg.Connection, batch: Batch, without: Sequence[str]) -> None:
    """Make the view of the typed rows, without those of some periods."""
    raw: sql.Composable = staging.raw_table(batch.batch_id)
    if without:
        raw = sql.SQL("(select * from {} where time_period <> all ({})) as raw").format(raw, list(without))
    conn.execute(
        sql.SQL("create or replace view {} as {}").format(
            staging.typed_table(batch.batch_id), _typed(batch.source, raw, "null::bigint as row_id")
        )
    )


def counts_for(conn: psycopg.Connection, batch: Batch) -> list[Count]:
    """What is counted of a batch beside its row rules: of its suite and of the promises what is about single rows."""
    counts = [count for expectation in batch.source.suite if (count := count_of(expectation)) is not None]
    for promise in promises(conn, batch):
        for target in batch.source.targets:
            columns = ", ".join(_typed_name(batch.source, name) for name in required(conn, target.table))
            predicates = {
                f"rows_without_required of {target.table}": f"num_nulls({columns}) > 0",
                f"rows_outside_scope of {target.table}": f"not ({scope_of(batch, target)})",
            }
            if fails := predicates.get(description(promise)):
                counts.append(Count(expectation=promise, fails_when=fails))
    return counts


def fill(conn: psycopg.Connection, batch: Batch, counts: Sequence[Count]) -> None:
    """Digest the slices of a batch, take over what was counted of those that are known, count the others."""
    source, raw = batch.source, staging.raw_table(batch.batch_id)
    slices: dict[str, sql.Composable] = {"slice": staging.slice_table(batch.batch_id)}
    said = {"scope_key": batch.scope["key"], "fingerprint": _fingerprint(source, counts)}
    _run(conn, source, "slice.sql", {**slices, "raw": raw, **{name: sql.Literal(text) for name, text in said.items()}})
    edges = {f"scope_{name}": sql.Literal(batch.scope[name]) for name in ("dataset", "start_period", "end_period")}
    rows: sql.Composable = raw
    if _run(conn, source, "slice_known.sql", {**slices, **edges}):
        new = (
            "(select r.* from {raw} as r where time_period in (select period from {slice} where broken_counts is null))"
        )
        rows = sql.SQL(new + " as raw").format(raw=raw, **slices)
    _count(conn, source, rows, counts)
    _run(conn, source, "slice_summed.sql", slices)
    conn.execute("drop table counted")


def _count(conn: psycopg.Connection, source: Source, rows: sql.Composable, counts: Sequence[Count]) -> None:
    """Count what breaks the row rules and the checks, in one pass over typed rows that carry their text along."""
    carried = ", ".join(f"{name} as raw_{name}" for name in sorted(set(source.columns.values())))
    asked = [*map(rule_predicate, source.rules), *(text for count in counts for text in count.predicates)]
    fenced = _typed(source, rows, "null::bigint as row_id" + f", {carried}")
    _run(conn, source, "slice_counted.sql", {"typed": fenced, "counts": sql.SQL(", ".join(map(aggregate, asked)))})


def _run(conn: psycopg.Connection, source: Source, file: str, names: dict[str, sql.Composable]) -> int:
    fragments: dict[str, sql.Composable] = {name: sql.SQL(text) for name, text in source.fragments.items()}
    return conn.execute(sql.SQL(warehouse.query(*FOLDER, file)).format(**{**fragments, **names})).rowcount


def _typed(source: Source, raw: sql.Composable, row_id: str) -> sql.Composed:
    """The typing query behind a fence (offset 0): each value is made once a row, however often it is asked for."""
    return staging.typed(source, warehouse.query(*FOLDER, "typed.sql"), raw, row_id) + sql.SQL(" offset 0")


def _fingerprint(source: Source, counts: Sequence[Count]) -> str:
    """What a slice's rows and counts depend on beside its text; promises by name, as they hold a batch's own scope."""
    said = [
        source.parser_version,
        warehouse.query(*FOLDER, "typed.sql"),
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
