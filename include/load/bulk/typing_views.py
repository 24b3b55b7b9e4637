"""The views that a bulk payload is typed by: one of its rows, one of its series, which are few and made once.

Typing is dear where it is done for each row: what is of a series or a period is made once for it.
"""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from psycopg import sql

from include import warehouse
from include.ledger.batches import Batch
from include.load import staging
from include.sources.source import Source, Target

FOLDER = ("load", "dataflow")


def words(batch: Batch, **more: sql.Composable) -> dict[str, sql.Composable]:
    """What queries of sql/load/dataflow say in braces: a batch's tables, its scope, its source's fragments."""
    return {
        **{name: sql.SQL(text) for name, text in batch.source.fragments.items()},
        **{f"scope_{name}": sql.Literal(value) for name, value in batch.scope.items()},
        "raw": staging.raw_table(batch.batch_id),
        "slice": staging.slice_table(batch.batch_id),
        "keys": staging.keys_table(batch.batch_id),
        "apart": staging.apart_table(batch.batch_id),
        **more,
    }


def run(conn: psycopg.Connection, batch: Batch, file: str, **more: sql.Composable) -> int:
    """Run a query of sql/load/dataflow for a batch; returns how many rows it wrote."""
    return conn.execute(sql.SQL(warehouse.query(*FOLDER, file)).format(**words(batch, **more))).rowcount


def number(conn: psycopg.Connection, batch: Batch, query: str) -> int:
    """The whole number that a query with a batch's words answers."""
    return warehouse.number(conn, sql.SQL(query).format(**words(batch)).as_string(conn), {})


def row_count(conn: psycopg.Connection, batch: Batch) -> int:
    """How many rows a batch's payload has, by its slices."""
    return number(conn, batch, "select coalesce(sum(row_count), 0) from {slice}")


def view(
    conn: psycopg.Connection, batch: Batch, *, rows: sql.Composable | None = None, without: Sequence[str] = ()
) -> None:
    """Make the view of the typed rows: of all raw ones, or of some, `as raw`; without those of some periods."""
    rows = rows or sql.SQL("{raw} as raw").format(raw=staging.raw_table(batch.batch_id))
    # The first day of a period is looked up in the slices: to make it again for each row is as dear as its COPY.
    rows = sql.SQL(
        """(select raw.*, slice.period_start_date from {rows} join (
            select distinct period, period_start_date from {slice} where period <> all ({without})
        ) as slice on slice.period = raw.time_period) as raw"""
    ).format(rows=rows, slice=staging.slice_table(batch.batch_id), without=list(without))
    _view(
        conn,
        staging.typed_table(batch.batch_id),
        typed(batch.source, rows, "null::bigint as row_id", "period_start_date"),
    )


def keys(conn: psycopg.Connection, batch: Batch, rows: sql.Composable) -> None:
    """Make the table of what the series of these raw rows are made of, once each, and the view of it, typed."""
    run(conn, batch, "keys.sql", raw=rows)
    _view(conn, staging.series_view(batch.batch_id), typed_series(batch))


def series_of(batch: Batch, target: Target) -> sql.Composed:
    """The query for a batch's series, from their keys."""
    query = warehouse.query(*FOLDER, target.query)
    return staging.filled(batch.source, query, batch.scope, staging.series_view(batch.batch_id))


def _view(conn: psycopg.Connection, name: sql.Identifier, query: sql.Composed) -> None:
    conn.execute(sql.SQL("create or replace view {} as {}").format(name, query))


def typed_series(batch: Batch) -> sql.Composed:
    """The typing query over the keys of the series; what is of single observations is null."""
    held = batch.source.fragments["series_columns"].split(", ")
    columns = ", ".join(
        name if name in held else f"null::text as {name}" for name in dict.fromkeys(batch.source.columns.values())
    )
    rows = sql.SQL(f"(select {columns} from {{}}) as raw").format(staging.keys_table(batch.batch_id))
    return typed(batch.source, rows, "null::bigint as row_id", "null::date")


def typed(
    source: Source, raw: sql.Composable, row_id: str, period_start: str = "core.period_start(time_period)"
) -> sql.Composed:
    """The typing query behind a fence (offset 0): each value is made once a row, however often it is asked for."""
    query = staging.typed(source, warehouse.query(*FOLDER, "typed.sql"), raw, row_id, period_start)
    return query + sql.SQL(" offset 0")
