"""A bulk batch: its tables and views in staging, and the queries of dataflow_bulk.sql.

Typing is expensive when it is done for each row, so the columns of a series or a period are computed once for it: one
view types the rows, another one the series, which are few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from include import warehouse
from include.ledger import Batch
from include.load import staging
from include.load.bulk.check_counts import CheckCount

QUERIES = "dataflow_bulk"
# A hash join or aggregate may take twice this (hash_mem_multiplier) per process, and three processes share one.
WORK_MEM = "128MB"


@dataclass(frozen=True, kw_only=True)
class BulkBatch:
    """A bulk batch in one transaction.

    Args:
        conn: the transaction.
        batch: the batch.
        checks: the checks that are counted row by row; empty once they are counted.
    """

    conn: psycopg.Connection
    batch: Batch
    checks: tuple[CheckCount, ...] = ()

    def table(self, name: str) -> sql.Identifier:
        """Name a table of the batch: slices, changed, series_keys, series, profile."""
        return sql.Identifier("staging", f"b{self.batch.batch_id}_{name}")

    def has_table(self, name: str) -> bool:
        """Tell whether a table of the batch exists."""
        found = self.conn.execute("select to_regclass(%s)", (self.table(name).as_string(),)).fetchone()
        return found is not None and found[0] is not None

    def drop_tables(self, *names: str) -> None:
        """Drop tables of the batch, if they exist, with the views that read them."""
        tables = sql.SQL(", ").join(map(self.table, names))
        self.conn.execute(sql.SQL("drop table if exists {} cascade").format(tables))

    def fill(self, query: str, **more: sql.Composable) -> sql.Composed:
        """Fill the batch's tables, its scope and its source's fragments into a query."""
        names = {
            **{name: sql.SQL(text) for name, text in self.batch.source.fragments.items()},
            **{f"scope_{name}": sql.Literal(value) for name, value in self.batch.scope.items()},
            **{name: self.table(name) for name in ("slices", "changed", "series_keys")},
            "raw": staging.raw_table(self.batch.batch_id),
        }
        return sql.SQL(query).format(**{**names, **more})

    def run(self, name: str, **more: sql.Composable) -> int:
        """Run a query of dataflow_bulk.sql; returns the number of rows that it wrote."""
        return self.conn.execute(self.fill(warehouse.load_query(QUERIES, name), **more)).rowcount

    def number(self, query: str) -> int:
        """Run a query that returns one whole number."""
        return warehouse.number(self.conn, self.fill(query).as_string(self.conn), {})

    def row_count(self) -> int:
        """Read the number of rows of the payload from its slices."""
        return self.number("select coalesce(sum(row_count), 0) from {slices}")

    def newest_merge(self) -> int:
        """Read the newest merge that changed current rows in the periods of the batch."""
        return self.number(warehouse.load_query(QUERIES, "newest_merge"))

    def allow_memory(self) -> None:
        """Let this transaction hash in memory; sorting for a join would take three times as long."""
        self.conn.execute(
            "select set_config('work_mem', %(memory)s, true), set_config('maintenance_work_mem', %(memory)s, true),"
            " set_config('enable_mergejoin', 'off', true)",
            {"memory": WORK_MEM},
        )

    def create_typed_view(self, *, rows: sql.Composable | None = None, without: Sequence[str] = ()) -> None:
        """Create the view of the typed rows.

        Args:
            rows: the raw rows to type, `(...) as raw`; None for all.
            without: periods to leave out.
        """
        rows = rows or self.fill("{raw} as raw")
        # The first day of a period is joined from the slices: to compute it for each row takes as long as its COPY.
        with_period = self.fill(
            """(select raw.*, slice.period_start_date from {rows} join (
                select distinct period, period_start_date from {slices} where period <> all ({without})
            ) as slice on slice.period = raw.time_period) as raw""",
            rows=rows,
            without=sql.Literal(list(without)),
        )
        self._create_view(staging.typed_table(self.batch.batch_id), self.typing_query(with_period, "period_start_date"))

    def create_series_view(self, rows: sql.Composable) -> None:
        """Create the table of the series' columns in these raw rows, and the typed view of it.

        Columns of single observations are null in the view.
        """
        self.run("series_keys", raw=rows)
        held = self.batch.source.fragments["series_columns"].split(", ")
        columns = ", ".join(
            name if name in held else f"null::text as {name}"
            for name in dict.fromkeys(self.batch.source.columns.values())
        )
        series = self.fill(f"(select {columns} from {{series_keys}}) as raw")
        self._create_view(self.table("series"), self.typing_query(series, "null::date"))

    def typing_query(
        self, raw: sql.Composable, period_start: str = "core.period_start(time_period)", more_columns: str = ""
    ) -> sql.Composed:
        """Build the typing query over raw rows.

        `offset 0` is a fence for the planner: each value is computed once per row, however often it is referred to.
        """
        row_id = "null::bigint as row_id" + more_columns
        return staging.typing_query(self.batch.source, raw, row_id, period_start) + sql.SQL(" offset 0")

    def _create_view(self, name: sql.Identifier, query: sql.Composed) -> None:
        self.conn.execute(sql.SQL("create or replace view {} as {}").format(name, query))
