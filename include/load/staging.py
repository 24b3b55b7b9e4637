"""Staging: CSV blocks into PostgreSQL by COPY, then typed and split by SQL. No row passes through Python.

A batch has two relations while it is on its way: staging.b<id>_raw holds the text as it came, staging.b<id> the typed
rows; what is left in the latter after split() is accepted. Of a bulk payload the latter is a view
(include.load.bulk).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import psycopg
from psycopg import sql

from include.errors import HeaderOnly
from include.load import csv_header
from include.sources.source import RowRule, Source

HEADER_BYTES = csv_header.HEADER_BYTES
# From here on a payload is bulk: a copy of its rows costs more than a second look at them.
BULK_ROWS = 200_000


def raw_table(batch_id: int) -> sql.Identifier:
    """The table that holds a batch as text."""
    return sql.Identifier("staging", f"b{batch_id}_raw")


def typed_table(batch_id: int) -> sql.Identifier:
    """The table that holds a batch typed."""
    return sql.Identifier("staging", f"b{batch_id}")


def slice_table(batch_id: int) -> sql.Identifier:
    """The table that holds a bulk batch's slices: dataset, period, rows, digest."""
    return sql.Identifier("staging", f"b{batch_id}_slice")


def apart_table(batch_id: int) -> sql.Identifier:
    """The table of what sets a bulk batch apart from what is current; see include.load.bulk.changed_rows."""
    return sql.Identifier("staging", f"b{batch_id}_apart")


def keys_table(batch_id: int) -> sql.Identifier:
    """The table of what a bulk batch's series are made of, as text, once each."""
    return sql.Identifier("staging", f"b{batch_id}_keys")


def series_view(batch_id: int) -> sql.Identifier:
    """The view of the same, typed."""
    return sql.Identifier("staging", f"b{batch_id}_series")


def profile_table(batch_id: int) -> sql.Identifier:
    """The table of one row that says what was counted in a bulk batch."""
    return sql.Identifier("staging", f"b{batch_id}_profile")


def drop(conn: psycopg.Connection, batch_id: int) -> None:
    """Remove a batch's staging relations, if any."""
    # A view goes with the tables it reads; then what is left under its name is a table.
    read = (raw_table(batch_id), slice_table(batch_id), keys_table(batch_id), apart_table(batch_id))
    conn.execute(sql.SQL("drop table if exists {} cascade").format(sql.SQL(", ").join(read)))
    rest = (typed_table(batch_id), profile_table(batch_id))
    conn.execute(sql.SQL("drop table if exists {}").format(sql.SQL(", ").join(rest)))


def copy(conn: psycopg.Connection, source: Source, batch_id: int, blocks: Iterator[bytes]) -> int:
    """Load CSV blocks into the raw table; returns the number of rows.

    Raises:
        EmptyReply: no header.
        HeaderOnly: a header, and no row after it.
        LayoutChanged: a column is missing or new, or a row has too many fields.
        TruncatedReply: a row has too few fields, or a quote never ends.
    """
    words, rest = csv_header.header(source, blocks)
    columns = csv_header.columns(source, words)
    table = raw_table(batch_id)
    definition = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(c)) for c in source.columns.values())
    conn.execute(sql.SQL("create unlogged table {} ({})").format(table, definition))
    statement = sql.SQL("copy {} ({}) from stdin (format csv, delimiter {})").format(
        table, sql.SQL(", ").join(map(sql.Identifier, columns)), source.delimiter
    )
    try:
        count, is_whole = _write(conn, statement, rest, blocks)
    except psycopg.DataError as error:
        raise csv_header.unreadable(source, error) from error
    if count == 0 and not source.may_be_empty:
        raise csv_header.empty(source, HeaderOnly, "a header and no rows")
    if source.ends_with_newline and not is_whole:
        raise csv_header.unreadable(source, "missing data for column: the last row has no line end")
    if count < BULK_ROWS:
        _number(conn, batch_id)
    return count


def type_rows(conn: psycopg.Connection, source: Source, batch_id: int, query: str) -> None:
    """Make the typed table of the numbered raw rows by a query of sql/load with {raw} and fragments.

    Raises:
        LayoutChanged: a value that its type cannot hold, where the query does not make it null.
    """
    _number(conn, batch_id)
    statement = sql.SQL("create unlogged table {} as {}").format(
        typed_table(batch_id),
        typed(source, query, raw_table(batch_id), "row_id"),
    )
    try:
        conn.execute(statement)
    except psycopg.DataError as error:
        raise csv_header.unreadable(source, error, "values that their types can hold") from error


def typed(
    source: Source, query: str, raw: sql.Composable, row_id: str, period_start: str = "core.period_start(time_period)"
) -> sql.Composed:
    """A typing query of sql/load over {raw}; `row_id` is the first of its columns, `period_start` one that is dear."""
    words = {"row_id": sql.SQL(row_id), "period_start": sql.SQL(period_start)}
    return sql.SQL(query).format(raw=raw, **words, **_fragments(source))


def split(conn: psycopg.Connection, batch_id: int, rules: Sequence[RowRule]) -> int:
    """Move the rows that break a rule to ops.rejected_row, every reason kept; returns their number."""
    if not rules:
        return 0
    verdicts = sql.SQL(", ").join(
        sql.SQL("({}, {}, raw.{}::text, {}, {}, ({}))").format(
            rule.code,
            rule.column,
            sql.Identifier(rule.column),
            rule.reason,
            rule.fix,
            sql.SQL(rule.fails_when),
        )
        for rule in rules
    )
    conn.execute(
        sql.SQL(
            """insert into ops.rejected_row (batch_id, row_id, reason_code, column_name, value, reason, fix, raw)
            select {batch}, t.row_id, v.code, v.column_name, v.value, v.reason, v.fix, to_jsonb(raw) - 'row_id'
            from {typed} as t
            join {raw} as raw using (row_id)
            cross join lateral (values {verdicts}) as v (code, column_name, value, reason, fix, has_failed)
            where v.has_failed"""
        ).format(batch=batch_id, typed=typed_table(batch_id), raw=raw_table(batch_id), verdicts=verdicts)
    )
    return conn.execute(
        sql.SQL("delete from {} where row_id in (select row_id from ops.rejected_row where batch_id = {})").format(
            typed_table(batch_id), batch_id
        )
    ).rowcount


def _number(conn: psycopg.Connection, batch_id: int) -> None:
    """Number the raw rows as they lie, once."""
    # Afterwards: on the way in a number costs a third of the COPY, and a bulk payload needs none.
    number = sql.SQL("alter table {} add column if not exists row_id bigint generated always as identity")
    conn.execute(number.format(raw_table(batch_id)))


def _write(conn: psycopg.Connection, statement: sql.Composed, rest: bytes, blocks: Iterator[bytes]) -> tuple[int, bool]:
    """COPY the blocks; the number of rows, and whether the last one had its line end."""
    last = rest
    with conn.cursor() as cursor:
        with cursor.copy(statement) as stream:
            stream.write(rest)
            for block in blocks:
                stream.write(block)
                last = block or last
        return cursor.rowcount, last.endswith(b"\n")


def predicate(template: str | None, scope: Mapping[str, str], typed: sql.Identifier) -> str | None:
    """A target's scope with {typed} and the values of a batch as SQL literals; None stays None."""
    return None if template is None else _with_literals(template, scope, {"typed": typed}).as_string()


def filled(source: Source, query: str, scope: Mapping[str, str], typed: sql.Identifier) -> sql.Composed:
    """A query of sql/load with {typed}, the source's fragments and the {names} of the batch's scope filled in."""
    return _with_literals(query, scope, {"typed": typed, **_fragments(source)})


def _fragments(source: Source) -> dict[str, sql.Composable]:
    return {name: sql.SQL(text) for name, text in source.fragments.items()}


def _with_literals(text: str, scope: Mapping[str, str], names: Mapping[str, sql.Composable]) -> sql.Composed:
    return sql.SQL(text).format(**{**{name: sql.Literal(value) for name, value in scope.items()}, **names})


def drop_abandoned(conn: psycopg.Connection) -> list[str]:
    """Drop the staging tables that no batch on its way needs; returns their names.

    A batch that has not moved for a week is given up; clearing its run stages it again from landing.
    """
    rows = conn.execute(
        """select t.relname from pg_class as t
        left join ops.batch as b
            on b.batch_id = substring(t.relname from '^b([0-9]+)')::bigint
            and b.state not in ('loaded', 'quarantined') and b.created_at > clock_timestamp() - interval '7 days'
        where t.relnamespace = 'staging'::regnamespace and t.relkind = 'r' and b.batch_id is null
        order by t.relname"""
    ).fetchall()
    for (name,) in rows:
        conn.execute(sql.SQL("drop table if exists {} cascade").format(sql.Identifier("staging", name)))
    return [name for (name,) in rows]
