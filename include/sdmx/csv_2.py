"""SDMX-CSV 2.0, with STRUCTURE, STRUCTURE_ID and ACTION, in all forms of its field guide.

The plain form (comma, codes alone) passes to the database untouched but for its header. Forms for people (semicolons
and decimal commas, labels after the codes) are rewritten line by line into the plain one, within the same memory.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from include.sdmx.documents import csv_blocks, layout_changed, text_lines, write_csv

MAX_HEADER_BYTES = 1 << 16
# A word of the header: its name, the separator of several values '[|]' or the languages '[en;fr]', its label.
_WORD = re.compile(r"([A-Za-z0-9_@$ -]+?)(\[[^\]]*\])?(: .*)?")
_STRUCTURE = re.compile(r"([^:\s]+:[^:(]+\([^)]*\)):.*", re.DOTALL)
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")


def csv_2_blocks(payload: BinaryIO, scope: Mapping[str, str]) -> Iterator[bytes]:
    """Read an SDMX-CSV 2.0 message as plain CSV blocks; actions are in the column ACTION.

    Raises:
        LayoutChanged: no SDMX-CSV 2.0, or as documents.csv_blocks().
        TruncatedReply, PayloadTooLarge: as documents.csv_blocks().
    """
    blocks = csv_blocks(payload, scope)
    head, rest = _first_line(blocks)
    words = _words(head, scope)
    if not head or (words.delimiter == "," and not any(words.labelled)):
        line_end = "\r\n" if head.endswith("\r\n") else "\n" if head.endswith("\n") else ""
        yield (",".join(words.names) + line_end).encode() + rest
        yield from blocks
        return
    # The header again, and then the rows, both through a reader of quoted cells.
    payload.seek(0)
    table = csv.reader(text_lines(payload, scope), delimiter=words.delimiter, strict=True)
    yield from write_csv(words.names, _rewritten(table, words, scope))


class _Words:
    """A header: the delimiter, the names of the columns, and which of them carry labels."""

    def __init__(self, delimiter: str, names: Sequence[str], labelled: Sequence[bool]) -> None:
        self.delimiter, self.names, self.labelled = delimiter, names, labelled


def _first_line(blocks: Iterator[bytes]) -> tuple[str, bytes]:
    head = b""
    for block in blocks:
        head += block
        if b"\n" in head or len(head) > MAX_HEADER_BYTES:
            break
    line, end, rest = head.partition(b"\n")
    return (line[:MAX_HEADER_BYTES] + end).decode("utf-8", errors="replace"), rest


def _words(head: str, scope: Mapping[str, str]) -> _Words:
    line = head.rstrip("\r\n")
    outside = re.sub(r"\[[^\]]*\]", "", line)
    delimiter = max(",;\t", key=outside.count)
    # A separator in brackets may be the delimiter itself: '[;]' is one word of a table of semicolons.
    try:
        cells = next(csv.reader([line], delimiter=delimiter), []) if outside == line else _bracketed(line, delimiter)
    except csv.Error as error:
        raise layout_changed(scope, "a header of SDMX-CSV", str(error)) from error
    found = [_WORD.fullmatch(cell.strip()) for cell in cells]
    if line and (not all(found) or found[0] is None or found[0][1] not in ("STRUCTURE", "DATAFLOW")):
        raise layout_changed(scope, "a header of SDMX-CSV", repr(line[:200]))
    kept = [word for word in found if word is not None]
    labelled = [bool(word[3]) or (word[1] == "STRUCTURE_ID" and ": " in line) for word in kept]
    return _Words(delimiter, [word[1] for word in kept], labelled)


def _bracketed(line: str, delimiter: str) -> list[str]:
    """Split a header line at its delimiters, but not at those within brackets."""
    return re.split(re.escape(delimiter) + r"(?![^\[]*\])", line)


def _rewritten(table: Iterator[list[str]], words: _Words, scope: Mapping[str, str]) -> Iterator[list[str | None]]:
    value = words.names.index("OBS_VALUE") if "OBS_VALUE" in words.names else -1
    try:
        next(table)
        for row in table:
            if not row:
                continue
            if len(row) != len(words.names):
                raise layout_changed(scope, f"{len(words.names)} cells in every row", repr(row)[:200])
            cells = [_code(cell) if has else cell for cell, has in zip(row, words.labelled, strict=True)]
            if words.delimiter == ";" and value >= 0 and _DECIMAL_COMMA.fullmatch(cells[value]):
                cells[value] = cells[value].replace(",", ".")
            yield list(cells)
    except csv.Error as error:
        raise layout_changed(scope, "quoted cells as RFC 4180 has them", str(error)) from error


def _code(cell: str) -> str:
    """Return the code before its label: A of 'A: Value A', ESTAT:X(1.0) of 'ESTAT:X(1.0): ...'."""
    structure = _STRUCTURE.fullmatch(cell)
    return structure[1] if structure else cell.partition(": ")[0]
