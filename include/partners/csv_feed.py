"""A report as a CSV file: the sheet of the workbook, line by line, with the header block above the table.

    Contract;unizo-2022
    Periode;2026-Q3
    ...
    Nummer;Type;Status;...

Comma, semicolon or tab; UTF-8, with or without a mark, or Windows' Western European letters. A file that does not end
with a line end is cut off: half an upload must not look like a short report.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from include.errors import EmptyReply, LayoutChanged, TruncatedReply
from include.partners.grid import workbook_with

MAX_BYTES = 10_000_000
DELIMITERS = ";,\t"
_ADVICE = "Ask the partner to save the report as CSV again, and to send it whole."


def workbook_of(payload: BinaryIO, source: str) -> io.BytesIO:
    """The lines as a sheet of a workbook, each at its own number.

    Raises: EmptyReply, TruncatedReply, LayoutChanged (no text, or a quote that never ends), PayloadTooLarge.
    """
    text = _text(payload.read(MAX_BYTES + 1), source)
    return workbook_with({"report": _rows(text, source)}, source)


def _text(content: bytes, source: str) -> str:
    if not content.strip():
        raise EmptyReply(source=source, expected="a CSV file", got="no bytes", todo=_ADVICE)
    if content.startswith((b"PK", b"\xd0\xcf\x11\xe0")) or b"\x00" in content:
        raise _layout(source, "a file of another kind under that name")
    if len(content) > MAX_BYTES or not content.endswith((b"\n", b"\r")):
        raise TruncatedReply(source=source, expected="a last line with its end", got="none", todo=_ADVICE)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _rows(text: str, source: str) -> Iterator[Sequence[str]]:
    """Lines keep their number: a row with a line break in a cell is followed by as many empty ones."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    written = 0
    try:
        for row in reader:
            yield row
            written += 1
            while written < reader.line_num:
                yield ()
                written += 1
    except csv.Error as error:
        raise _layout(source, f"line {reader.line_num}: {error}") from error


def _delimiter(text: str) -> str:
    """The one that occurs most in the line that has most of any: the titles or a full row."""
    lines = text.splitlines()[:60]
    return max(DELIMITERS, key=lambda delimiter: max((line.count(delimiter) for line in lines), default=0))


def _layout(source: str, got: str) -> LayoutChanged:
    return LayoutChanged(source=source, expected="a CSV file", got=got, todo=_ADVICE)
