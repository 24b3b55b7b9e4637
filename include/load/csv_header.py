"""The layout of a payload: the words of its first line, and what it means when they or the rows are others."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence

from include.errors import EmptyReply, HeaderOnly, LayoutChanged, TruncatedReply
from include.sources.source import Source

HEADER_BYTES = 1 << 16


def header(source: Source, blocks: Iterator[bytes]) -> tuple[list[str], bytes]:
    """The column words of the first line, and the bytes of the first blocks that follow it."""
    head = b""
    for block in blocks:
        head += block
        if b"\n" in head or len(head) > HEADER_BYTES:
            break
    line, _, rest = head.partition(b"\n")
    if not line.strip():
        raise empty(source, EmptyReply, "no bytes")
    text = line[:HEADER_BYTES].decode("utf-8", errors="replace").rstrip("\r")
    try:
        return next(csv.reader([text], delimiter=source.delimiter), []), rest
    except csv.Error as error:
        raise unreadable(source, error) from error


def columns(source: Source, words: Sequence[str]) -> list[str]:
    """The staging columns for the words of a header, in its order. Raises LayoutChanged for others than expected."""
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


def unreadable(
    source: Source, error: object, expected: str = "rows of as many fields as the header, in UTF-8"
) -> TruncatedReply | LayoutChanged:
    """The error for rows that PostgreSQL or csv could not read, by its words."""
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


def empty(source: Source, kind: type[EmptyReply | HeaderOnly], got: str) -> EmptyReply | HeaderOnly:
    """The error for a payload without rows."""
    return kind(
        source=source.code,
        expected="at least one row",
        got=got,
        todo="Ask the source whether it withdrew the data; nothing that was loaded before is touched.",
    )
