"""Staging: CSV blocks into PostgreSQL by COPY, then typed and checked by row in SQL.

No row passes through Python. A batch on its way has two relations: staging.b<id>_raw holds the text as it came,
staging.b<id> the typed rows. The rows that reject_rows() leaves in the latter are accepted. Further tables of a batch
begin with b<id>_.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence

import psycopg
from psycopg import sql

from include import warehouse
from include.errors import EmptyReply, HeaderOnly, LayoutChanged, TruncatedReply
from include.ledger import Batch
from include.sources.source import RowRule, Source, Target

MAX_HEADER_BYTES = 1 << 16
# Every broken rule of every row goes to ops.rejected_row; the verdicts are one row of values per rule.
REJECT_ROWS = """
    insert into ops.rejected_row (batch_id, row_id, reason_code, column_name, value, reason, fix, raw)
    select {batch}, t.row_id, v.code, v.column_name, v.value, v.reason, v.fix, to_jsonb(raw) - 'row_id'
    from {typed} as t
    join {raw} as raw using (row_id)
    cross join lateral (values {verdicts}) as v (code, column_name, value, reason, fix, has_failed)
    where v.has_failed"""


def raw_table(batch_id: int) -> sql.Identifier:
    """Name the table that holds a batch as text."""
    return sql.Identifier("staging", f"b{batch_id}_raw")


def typed_table(batch_id: int) -> sql.Identifier:
    """Name the table, or for a bulk batch the view, that holds a batch typed."""
    return sql.Identifier("staging", f"b{batch_id}")


def drop(conn: psycopg.Connection, batch_id: int) -> None:
    """Drop a batch's staging tables, if any, and with them the views that read them."""
    rows = conn.execute(
        """select relname from pg_class
        where relnamespace = 'staging'::regnamespace and relkind = 'r' and relname ~ %s""",
        (f"^b{batch_id}(_|$)",),
    ).fetchall()
    if rows:
        tables = sql.SQL(", ").join(sql.Identifier("staging", name) for (name,) in rows)
        conn.execute(sql.SQL("drop table if exists {} cascade").format(tables))


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


def copy(conn: psycopg.Connection, source: Source, batch_id: int, blocks: Iterator[bytes]) -> int:
    """Load CSV blocks into the raw table; returns the number of rows.

    Raises:
        EmptyReply: no header.
        HeaderOnly: a header, and no row after it.
        LayoutChanged: a column is missing or new, or a row has too many fields.
        TruncatedReply: a row has too few fields, or a quote never ends.
    """
    words, rest = read_header(source, blocks)
    columns = match_columns(source, words)
    table = raw_table(batch_id)
    definition = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(c)) for c in source.columns.values())
    conn.execute(sql.SQL("create unlogged table {} ({})").format(table, definition))
    statement = sql.SQL("copy {} ({}) from stdin (format csv, delimiter {})").format(
        table, sql.SQL(", ").join(map(sql.Identifier, columns)), source.delimiter
    )
    try:
        count, is_whole = _write(conn, statement, rest, blocks)
    except psycopg.DataError as error:
        raise unreadable_rows(source, error) from error
    if count == 0 and not source.may_be_empty:
        raise no_rows(source, HeaderOnly, "a header and no rows")
    if source.ends_with_newline and not is_whole:
        raise unreadable_rows(source, "missing data for column: the last row has no line end")
    return count


def read_header(source: Source, blocks: Iterator[bytes]) -> tuple[list[str], bytes]:
    """Read the column words of the first line, and the bytes of the first blocks that follow it."""
    head = b""
    for block in blocks:
        head += block
        if b"\n" in head or len(head) > MAX_HEADER_BYTES:
            break
    line, _, rest = head.partition(b"\n")
    if not line.strip():
        raise no_rows(source, EmptyReply, "no bytes")
    text = line[:MAX_HEADER_BYTES].decode("utf-8", errors="replace").rstrip("\r")
    try:
        return next(csv.reader([text], delimiter=source.delimiter), []), rest
    except csv.Error as error:
        raise unreadable_rows(source, error) from error


def match_columns(source: Source, words: Sequence[str]) -> list[str]:
    """Find the staging columns for the words of a header, in its order.

    Raises:
        LayoutChanged: a column is missing, new, or there twice.
    """
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


def _write(conn: psycopg.Connection, statement: sql.Composed, rest: bytes, blocks: Iterator[bytes]) -> tuple[int, bool]:
    """COPY the blocks; returns the number of rows, and whether the last one had its line end."""
    last = rest
    with conn.cursor() as cursor:
        with cursor.copy(statement) as stream:
            stream.write(rest)
            for block in blocks:
                stream.write(block)
                last = block or last
        return cursor.rowcount, last.endswith(b"\n")


def unreadable_rows(
    source: Source, error: object, expected: str = "rows of as many fields as the header, in UTF-8"
) -> TruncatedReply | LayoutChanged:
    """Build the error for rows that PostgreSQL or csv could not read, by their message."""
    cut = ("missing data for column", "unterminated CSV quoted field")
    kind: type[TruncatedReply | LayoutChanged] = (
        TruncatedReply if any(words in str(error) for words in cut) else LayoutChanged
    )
    return kind(
        source=source.code,
        expected=expected,
        got=" ".join(str(error).split())[:300],
        todo="Run the DAG again for a fresh copy; if it stays, send the source the payload named in ops.batch.",
    )


def no_rows(source: Source, kind: type[EmptyReply | HeaderOnly], got: str) -> EmptyReply | HeaderOnly:
    """Build the error for a payload without rows."""
    return kind(
        source=source.code,
        expected="at least one row",
        got=got,
        todo="Ask the source whether it withdrew the data; nothing that was loaded before is touched.",
    )


def type_rows(conn: psycopg.Connection, source: Source, batch_id: int) -> None:
    """Create the typed table of the raw rows, after numbering, by the source's query `typed`.

    Raises:
        LayoutChanged: a value that its type cannot hold, where the query does not make it null.
    """
    raw = raw_table(batch_id)
    # After the COPY: numbering on the way in would cost a third of it.
    number = sql.SQL("alter table {} add column if not exists row_id bigint generated always as identity")
    conn.execute(number.format(raw))
    statement = sql.SQL("create unlogged table {} as {}").format(
        typed_table(batch_id), typing_query(source, raw, "row_id")
    )
    try:
        conn.execute(statement)
    except psycopg.DataError as error:
        raise unreadable_rows(source, error, "values that their types can hold") from error


def typing_query(
    source: Source, raw: sql.Composable, row_id: str, period_start: str = "core.period_start(time_period)"
) -> sql.Composed:
    """Build the query that types raw rows.

    Args:
        source: whose query `typed` it is.
        raw: the relation to read.
        row_id: SQL for the first of its columns.
        period_start: SQL for the first day of the period, which is expensive to compute for each row.
    """
    expressions = {"row_id": sql.SQL(row_id), "period_start": sql.SQL(period_start)}
    query = warehouse.load_query(source.queries, "typed")
    return sql.SQL(query).format(raw=raw, **expressions, **_fragments(source))


def reject_rows(conn: psycopg.Connection, batch_id: int, rules: Sequence[RowRule]) -> int:
    """Move rows that break a rule to ops.rejected_row, with every reason; returns their number."""
    if not rules:
        return 0
    typed, raw = typed_table(batch_id), raw_table(batch_id)
    verdict = sql.SQL("({}, {}, raw.{}::text, {}, {}, ({}))")
    verdicts = sql.SQL(", ").join(
        verdict.format(
            rule.code, rule.column, sql.Identifier(rule.column), rule.reason, rule.fix, sql.SQL(rule.fails_when)
        )
        for rule in rules
    )
    conn.execute(sql.SQL(REJECT_ROWS).format(batch=batch_id, typed=typed, raw=raw, verdicts=verdicts))
    delete = "delete from {} where row_id in (select row_id from ops.rejected_row where batch_id = {})"
    return conn.execute(sql.SQL(delete).format(typed, batch_id)).rowcount


def target_rows(batch: Batch, target: Target) -> sql.Composed:
    """Build the query for a target's rows in a batch."""
    query = warehouse.load_query(batch.source.queries, target.query)
    return fill_query(batch.source, query, batch.scope, typed_table(batch.batch_id))


def target_scope(batch: Batch, target: Target) -> str | None:
    """Build the predicate for the current rows that a batch speaks for, or None."""
    scope = {**batch.scope, "batch_id": str(batch.batch_id)}
    return scope_predicate(target.scope, scope, typed_table(batch.batch_id))


def fill_query(source: Source, query: str, scope: Mapping[str, str], typed: sql.Identifier) -> sql.Composed:
    """Fill {typed}, the source's fragments and the batch's scope into a query of sql/load."""
    return _with_literals(query, scope, {"typed": typed, **_fragments(source)})


def scope_predicate(template: str | None, scope: Mapping[str, str], typed: sql.Identifier) -> str | None:
    """Fill {typed} and a batch's scope, as SQL literals, into a target's scope; or None."""
    return None if template is None else _with_literals(template, scope, {"typed": typed}).as_string()


def _fragments(source: Source) -> dict[str, sql.Composable]:
    return {name: sql.SQL(text) for name, text in source.fragments.items()}


def _with_literals(text: str, scope: Mapping[str, str], names: Mapping[str, sql.Composable]) -> sql.Composed:
    return sql.SQL(text).format(**{**{name: sql.Literal(value) for name, value in scope.items()}, **names})
