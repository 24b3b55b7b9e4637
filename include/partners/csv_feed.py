"""Read a report as a CSV file: the sheets below each other, header block first.

    Contract;unizo-2022
    Periode;2026-Q3
    ...
    Nummer;Type;Status;...
    2026-Q3-01;Seminarie;Ging door;...

    Bedrijven
    Activiteit (nummer);Ondernemingsnummer;Kmo;...
    2026-Q3-01;0403.170.701;Ja;...

Each table begins with its own titles, in either language and any order (include.partners.columns), and ends where the
titles of another begin; companies and follow-up may be left out, and so may the line that names a table.

Comma, semicolon or tab; UTF-8, with or without a mark, or Windows' Western European letters. A file that does not end
with a line end is refused as cut off: half an upload must not look like a short report.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from include.errors import EmptyReply, LayoutChanged, PayloadTooLarge, TruncatedReply
from include.partners.columns import ACTIVITIES, TABLES, Table
from include.partners.grid import MAX_ROWS, write_grid
from include.partners.lists import fold
from include.partners.workbook_layout import is_title_row

MAX_BYTES = 10_000_000
DELIMITERS = ";,\t"
_NAMES = {fold(name) for table in TABLES for name in (table.row_kind, table.nl, table.en)}
Line = Sequence[str]
_ADVICE = "Ask the partner to save the report as CSV again, and to send it whole."


def to_workbook(payload: BinaryIO, source: str) -> io.BytesIO:
    """Write the lines as sheets of a workbook, one for each table, each line at its own number.

    Raises: EmptyReply, TruncatedReply, LayoutChanged (no text, or a quote that never ends), PayloadTooLarge.
    """
    text = _text(payload.read(MAX_BYTES + 1), source)
    return write_grid(_sheets(_rows(text, source), source), source)


def _sheets(rows: Iterable[Line], source: str) -> dict[str, Iterable[Line]]:
    """Split the lines by table; the header block goes with the first."""
    starts: dict[Table, int] = {}
    lines: list[Line] = []
    for row in rows:
        if len(lines) == MAX_ROWS:
            raise _too_long(source)
        table = next((table for table in TABLES if is_title_row(list(row), table)), None)
        if table and table not in list(starts)[-1:]:
            if table in starts:
                raise _layout(source, f"the titles of {table.nl} / {table.en} once more in line {len(lines) + 1}")
            starts[table] = len(lines)
        lines.append(() if starts and _is_name(row) else row)
    begins = [0, *list(starts.values())[1:]]
    kinds = [table.row_kind for table in starts] or [ACTIVITIES.row_kind]
    places = zip(kinds, begins, [*begins[1:], len(lines)], strict=True)
    return {kind: _placed(lines, begin, end) for kind, begin, end in places}


def _placed(lines: Sequence[Line], begin: int, end: int) -> Iterator[Line]:
    """Yield the lines of one table at the line numbers that they have in the file."""
    yield from ((),) * begin
    yield from lines[begin:end]


def _is_name(row: Line) -> bool:
    """Whether a line only says which table follows."""
    filled = [text for text in row if text.strip()]
    return len(filled) == 1 and fold(filled[0]) in _NAMES


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


def _rows(text: str, source: str) -> Iterator[Line]:
    """Yield rows at their line number: a line break in a cell is followed by empty rows."""
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
    """Choose the delimiter that occurs most often in one line: the titles or a full row."""
    lines = text.splitlines()[:60]
    return max(DELIMITERS, key=lambda delimiter: max((line.count(delimiter) for line in lines), default=0))


def _layout(source: str, got: str) -> LayoutChanged:
    return LayoutChanged(source=source, expected="a CSV file", got=got, todo=_ADVICE)


def _too_long(source: str) -> PayloadTooLarge:
    return PayloadTooLarge(
        source=source,
        expected=f"a CSV file of at most {MAX_ROWS:,} lines",
        got="more",
        todo="Ask the partner whether this is the right report; a quarter holds some tens of activities.",
    )
