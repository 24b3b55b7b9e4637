"""Staging: CSV blocks into PostgreSQL by COPY, then typed and split by SQL. No row passes through Python.

A batch has two tables while it is on its way: staging.b<id>_raw holds the text as it came, staging.b<id>
the typed rows; what is left in the latter after split() is accepted.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence

import psycopg
from psycopg import sql

from include.errors import EmptyReply, LayoutChanged, TruncatedReply
from include.sources.source import RowRule, Source

HEADER_BYTES = 1 << 16


def raw_table(batch_id: int) -> sql.Identifier:
    """The table that holds a batch as text."""
    return sql.Identifier("staging", f"b{batch_id}_raw")


def typed_table(batch_id: int) -> sql.Identifier:
    """The table that holds a batch typed."""
    return sql.Identifier("staging", f"b{batch_id}")


def drop(conn: psycopg.Connection, batch_id: int) -> None:
    """Remove a batch's staging tables, if any."""
    conn.execute(sql.SQL("drop table if exists {}, {}").format(typed_table(batch_id), raw_table(batch_id)))


def copy(conn: psycopg.Connection, source: Source, batch_id: int, blocks: Iterator[bytes]) -> int:
    """Load CSV blocks into the raw table; returns the number of rows.

    Raises:
        EmptyReply: no header, or no row after it.
        LayoutChanged: a column is missing or new, or a row has too many fields.
        TruncatedReply: a row has too few fields, or a quote never ends.
    """
    words, rest = _header(source, blocks)
    columns = _columns(source, words)
    table = raw_table(batch_id)
    definition = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(c)) for c in source.columns.values())
    conn.execute(
        sql.SQL("create unlogged table {} (row_id bigint generated always as identity, {})").format(table, definition)
    )
    statement = sql.SQL("copy {} ({}) from stdin (format csv, delimiter {})").format(
        table, sql.SQL(", ").join(map(sql.Identifier, columns)), source.delimiter
    )
    try:
        count, is_whole = _write(conn, statement, rest, blocks)
    except psycopg.DataError as error:
        raise _unreadable(source, error) from error
    if count == 0 and not source.may_be_empty:
        raise _empty(source, "a header and no rows")
    if source.ends_with_newline and not is_whole:
        raise _unreadable(source, "missing data for column: the last row has no line end")
    return count


def type_rows(conn: psycopg.Connection, source: Source, batch_id: int, query: str) -> None:
    """Make the typed table from the raw one by a query of sql/load with {raw} and the source's fragments."""
    statement = sql.SQL("create unlogged table {} as {}").format(
        typed_table(batch_id),
        sql.SQL(query).format(raw=raw_table(batch_id), **_fragments(source)),
    )
    conn.execute(statement)


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


def _header(source: Source, blocks: Iterator[bytes]) -> tuple[list[str], bytes]:
    """The column words of the first line, and the bytes of the first blocks that follow it."""
    head = b""
    for block in blocks:
        head += block
        if b"\n" in head or len(head) > HEADER_BYTES:
            break
    line, _, rest = head.partition(b"\n")
    if not line.strip():
        raise _empty(source, "no bytes")
    text = line[:HEADER_BYTES].decode("utf-8", errors="replace").rstrip("\r")
    try:
        return next(csv.reader([text], delimiter=source.delimiter), []), rest
    except csv.Error as error:
        raise _unreadable(source, error) from error


def _columns(source: Source, words: Sequence[str]) -> list[str]:
    missing = sorted(set(source.columns) - set(words) - source.optional)
    unexpected = sorted(set(words) - set(source.columns))
    if missing or unexpected or len(set(words)) != len(words):
        raise LayoutChanged(
            source=source.code,
            expected=f"the columns {sorted(source.columns)}",
            got=f"missing {missing}, unexpected {unexpected[:20]}",
            todo=f"If the change is real, edit COLUMNS of {source.code} in include/sources; the payload is kept.",
        )
    return [source.columns[word] for word in words]


def _unreadable(source: Source, error: object) -> TruncatedReply | LayoutChanged:
    cut = ("missing data for column", "unterminated CSV quoted field")
    kind: type[TruncatedReply | LayoutChanged] = (
        TruncatedReply if any(words in str(error) for words in cut) else LayoutChanged
    )
    return kind(
        source=source.code,
        expected="rows of as many fields as the header, in UTF-8",
        got=" ".join(str(error).split())[:300],
        todo="Run the DAG again for a fresh copy; if it stays, send the source the payload named in ops.batch.",
    )


def _empty(source: Source, got: str) -> EmptyReply:
    return EmptyReply(
        source=source.code,
        expected="at least one row",
        got=got,
        todo="Ask the source whether it withdrew the data; nothing that was loaded before is touched.",
    )


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
