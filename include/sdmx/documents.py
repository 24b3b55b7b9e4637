"""Payloads as text: unpacked in blocks, lines or whole documents, and rows as CSV blocks.

Gzip, zip and the byte order mark are taken off. A body may unpack to at most MAX_UNPACK_RATIO bytes per byte, once
MIN_BYTES_FOR_RATIO have come out, and to MAX_UNPACKED_BYTES in all; a line has at most BLOCK_BYTES. Memory is a few
blocks, whatever the payload.

JSON is read whole, within a limit. Its numbers stay the text that they were sent as: a reader never rounds a value, and
PostgreSQL refuses 1e309.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from include.errors import EmptyValue, LayoutChanged, PayloadTooLarge, TruncatedReply

BLOCK_BYTES = 1 << 20
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
GZIP_MAGIC, ZIP_MAGIC = b"\x1f\x8b", b"PK\x03\x04"
# CSV of statistics packs 10 to 40 in one, deflate can pack 1032; nothing honest was seen above 100.
MAX_UNPACK_RATIO, MIN_BYTES_FOR_RATIO = 200, 64 << 20
# A zip archive's list of its files is read into memory at once; for one file it is some hundred bytes.
MAX_DIRECTORY_BYTES = 1 << 16
# A year of Comext, the largest file that any source of ours offers, unpacks to 3 GB.
MAX_UNPACKED_BYTES = 20 << 30
# JSON is for small extracts, some 200,000 observations; larger ones are asked for as CSV. A byte of JSON takes up to 18
# bytes of memory (measured), so a document of this size takes less than 100 MB.
MAX_DOCUMENT_BYTES = 5 << 20


def csv_blocks(payload: BinaryIO, scope: Mapping[str, str]) -> Iterator[bytes]:
    """Read the CSV text of a payload in blocks: unpacked if need be, without a byte order mark.

    Raises:
        TruncatedReply: the compressed stream ends before its end.
        PayloadTooLarge: it unpacks to more than is honest.
        LayoutChanged: a line longer than a block, or an archive that is not one file.
    """
    blocks, is_quoted = unpack(payload, scope), False
    for number, block in enumerate(blocks):
        # Cheap: the first line end of an honest block stands within its first hundreds of bytes.
        if number and len(block) >= BLOCK_BYTES and b"\n" not in block:
            raise _bad_lines(scope, "a longer one")
        # After one quote too many the server would collect up to a gigabyte as one cell.
        quotes = block.count(b'"')
        if number and len(block) >= BLOCK_BYTES and is_quoted and not quotes:
            raise _bad_lines(scope, "a quote that does not end")
        is_quoted ^= bool(quotes % 2)
        yield block if number else block.removeprefix(BYTE_ORDER_MARK)


def unpack(payload: BinaryIO, scope: Mapping[str, str]) -> Iterator[bytes]:
    """Read a payload in blocks of BLOCK_BYTES, unpacked if it is gzip or a zip of one file.

    Raises as csv_blocks() does.
    """
    size = payload.seek(0, 2)
    payload.seek(0)
    head = payload.read(len(ZIP_MAGIC))
    payload.seek(0)
    with _translated_errors(scope), _open_packed(payload, head) as stream:
        count = 0
        while block := stream.read(BLOCK_BYTES):
            count += len(block)
            if stream is not payload and (
                count > MAX_UNPACKED_BYTES or count > max(MIN_BYTES_FOR_RATIO, MAX_UNPACK_RATIO * size)
            ):
                raise _bomb(scope, size, count)
            yield block


@contextmanager
def _open_packed(payload: BinaryIO, head: bytes) -> Iterator[BinaryIO]:
    if head.startswith(GZIP_MAGIC):
        yield cast("BinaryIO", gzip.GzipFile(fileobj=payload))
    elif head == ZIP_MAGIC:
        if _directory_bytes(payload) > MAX_DIRECTORY_BYTES:
            raise zipfile.LargeZipFile("an archive of many files")
        with zipfile.ZipFile(payload) as archive:
            members = [member for member in archive.infolist() if not member.filename.endswith("/")]
            if len(members) != 1:
                raise zipfile.LargeZipFile(f"an archive of {len(members)} files")
            if members[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                # Others may ask for gigabytes of memory before the first byte comes.
                raise NotImplementedError(f"compression method {members[0].compress_type}")
            with archive.open(members[0]) as stream:
                yield cast("BinaryIO", stream)
    else:
        yield payload


def _directory_bytes(payload: BinaryIO) -> int:
    """Read the size of a zip archive's directory from its last record; 0 when it has none."""
    payload.seek(max(payload.seek(0, 2) - MAX_DIRECTORY_BYTES, 0))
    tail = payload.read()
    payload.seek(0)
    place = tail.rfind(b"PK\x05\x06")
    return int.from_bytes(tail[place + 12 : place + 16], "little") if place >= 0 else 0


@contextmanager
def _translated_errors(scope: Mapping[str, str]) -> Iterator[None]:
    """Translate the errors of the standard library into ours."""
    try:
        yield
    except (zipfile.LargeZipFile, NotImplementedError, RuntimeError) as error:
        raise LayoutChanged(
            source=source_code(scope),
            expected="gzip, or a zip archive of one file that is neither encrypted nor of a rare method",
            got=str(error),
            todo="Look at the payload in landing; ask the source for one plain file.",
        ) from error
    except (EOFError, ValueError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
        raise TruncatedReply(
            source=source_code(scope),
            expected="a whole gzip stream or zip archive",
            got=f"one that breaks off ({error})",
            todo="Run the DAG again; if it comes back, ask for fewer periods.",
        ) from error


def _bomb(scope: Mapping[str, str], size: int, count: int) -> PayloadTooLarge:
    return PayloadTooLarge(
        source=source_code(scope),
        expected=f"at most {MAX_UNPACK_RATIO} bytes out of one, and {MAX_UNPACKED_BYTES:,} in all",
        got=f"{count:,} bytes out of {size:,} and more to come",
        todo="Take it for an attack or a fault: look at the payload in landing, ask the source.",
    )


def text_lines(payload: BinaryIO, scope: Mapping[str, str]) -> Iterator[str]:
    """Read the lines of a payload as text, with their ends, for formats that need rewriting.

    Raises:
        LayoutChanged: a line longer than a block, or text that is not UTF-8.
        TruncatedReply, PayloadTooLarge: as unpacked().
    """
    rest = b""
    for number, block in enumerate(unpack(payload, scope)):
        whole = rest + (block if number else block.removeprefix(BYTE_ORDER_MARK))
        *complete, rest = whole.split(b"\n")
        if len(rest) > BLOCK_BYTES:
            raise _bad_lines(scope, "a longer one")
        yield from (_decode(line, scope) + "\n" for line in complete)
    if rest:
        yield _decode(rest, scope)


def _decode(line: bytes, scope: Mapping[str, str]) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _bad_lines(scope, f"bytes that are no UTF-8: {line[:80]!r}") from error


def _bad_lines(scope: Mapping[str, str], got: str) -> LayoutChanged:
    return LayoutChanged(
        source=source_code(scope),
        expected=f"lines of at most {BLOCK_BYTES:,} bytes, in UTF-8",
        got=got,
        todo="Look at the payload in landing; ask the source for a whole file.",
    )


def read_text(payload: BinaryIO, scope: Mapping[str, str], limit: int = MAX_DOCUMENT_BYTES) -> bytes:
    """Read the whole of a small payload, unpacked, without a byte order mark.

    Raises:
        PayloadTooLarge: more bytes than the limit.
    """
    parts, count = [], 0
    for block in unpack(payload, scope):
        count += len(block)
        if count > limit:
            raise PayloadTooLarge(
                source=source_code(scope),
                expected=f"a document of at most {limit:,} bytes",
                got="a larger one",
                todo="Ask for SDMX-CSV, which is not held in memory, or for fewer periods or codes.",
            )
        parts.append(block)
    return b"".join(parts).removeprefix(BYTE_ORDER_MARK)


def read_json(payload: BinaryIO, scope: Mapping[str, str], limit: int = MAX_DOCUMENT_BYTES) -> dict[str, Any]:
    """Read a JSON object, with its numbers as text.

    Raises:
        PayloadTooLarge: see text_of().
        LayoutChanged: no JSON object, one nested without end, or one that says a key twice.
    """
    try:
        document = json.loads(
            read_text(payload, scope, limit),
            parse_int=str,
            parse_float=str,
            parse_constant=str,
            object_pairs_hook=_unique_keys,
        )
    except (ValueError, RecursionError) as error:
        raise layout_changed(
            scope, "a JSON object, each key once", f"{type(error).__name__}: {str(error)[:200]}"
        ) from error
    if not isinstance(document, dict):
        raise layout_changed(scope, "a JSON object", type(document).__name__)
    return document


def write_csv(header: Sequence[str], rows: Iterable[Sequence[str | None]]) -> Iterator[bytes]:
    """Write rows as CSV blocks of about BLOCK_BYTES, header first; None and '' are empty cells.

    Half a character (one surrogate of JSON's two) becomes bytes that are no UTF-8, which the database refuses.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(row)
        if out.tell() > BLOCK_BYTES:
            yield out.getvalue().encode(errors="surrogatepass")
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode(errors="surrogatepass")


def source_code(scope: Mapping[str, str]) -> str:
    """Return the code of the source, for messages."""
    return scope.get("source", "sdmx")


def layout_changed(scope: Mapping[str, str], expected: str, got: str) -> LayoutChanged:
    """Build the error for a document of another shape."""
    return LayoutChanged(
        source=source_code(scope),
        expected=expected,
        got=got,
        todo="Look at the payload in landing; if the format changed, mend its reader in include/sdmx.",
    )


def empty_value(scope: Mapping[str, str], got: str) -> EmptyValue:
    """Build the error for a cube without values."""
    return EmptyValue(
        source=source_code(scope),
        expected="at least one value",
        got=got,
        todo="Compare the codes in the source's requests with its code lists; nothing was changed.",
    )


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"twice: {next(key for key in keys if keys.count(key) > 1)!r}")
    return found
