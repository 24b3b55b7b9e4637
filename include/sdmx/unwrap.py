"""What is taken off a payload before it is read: gzip, zip, the byte order mark. Bounded in size, never in trust.

A body may pack at most MAX_RATIO bytes in one once LEAST_BYTES have come out, and MAX_BYTES in all; a line at most
BLOCK_BYTES. Memory is a few blocks, whatever the payload.
"""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO, cast

from include.errors import LayoutChanged, PayloadTooLarge, TruncatedReply

BLOCK_BYTES = 1 << 20
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
GZIP_MAGIC, ZIP_MAGIC = b"\x1f\x8b", b"PK\x03\x04"
# CSV of statistics packs 10 to 40 in one, deflate can pack 1032; nothing honest was seen above 100.
MAX_RATIO, LEAST_BYTES = 200, 64 << 20
# What a zip archive says of its files is read into memory at once; of one file it is some hundred bytes.
DIRECTORY_BYTES = 1 << 16
# A year of Comext, the largest file that any source of ours offers, unpacks to 3 GB.
MAX_BYTES = 20 << 30


def csv_blocks(payload: BinaryIO, scope: Mapping[str, str]) -> Iterator[bytes]:
    """The CSV text of a payload in blocks: unpacked if need be, without a byte order mark.

    Raises:
        TruncatedReply: the compressed stream ends before its end.
        PayloadTooLarge: it unpacks to more than is honest.
        LayoutChanged: a line longer than a block, or an archive that is not one file.
    """
    blocks, is_quoted = unpacked(payload, scope), False
    for number, block in enumerate(blocks):
        # Cheap: the first line end of an honest block stands within its first hundreds of bytes.
        if number and len(block) >= BLOCK_BYTES and b"\n" not in block:
            raise _unlike_lines(scope, "a longer one")
        # The server would gather what one quote too many opens, up to a gigabyte.
        quotes = block.count(b'"')
        if number and len(block) >= BLOCK_BYTES and is_quoted and not quotes:
            raise _unlike_lines(scope, "a quote that does not end")
        is_quoted ^= bool(quotes % 2)
        yield block if number else block.removeprefix(BYTE_ORDER_MARK)


def unpacked(payload: BinaryIO, scope: Mapping[str, str]) -> Iterator[bytes]:
    """The bytes of a payload in blocks of BLOCK_BYTES, unpacked if they are gzip or a zip of one file.

    Raises as csv_blocks() does.
    """
    size = payload.seek(0, 2)
    payload.seek(0)
    head = payload.read(len(ZIP_MAGIC))
    payload.seek(0)
    with _named(scope), _opened(payload, head) as stream:
        count = 0
        while block := stream.read(BLOCK_BYTES):
            count += len(block)
            if stream is not payload and (count > MAX_BYTES or count > max(LEAST_BYTES, MAX_RATIO * size)):
                raise _bomb(scope, size, count)
            yield block


@contextmanager
def _opened(payload: BinaryIO, head: bytes) -> Iterator[BinaryIO]:
    if head.startswith(GZIP_MAGIC):
        yield cast("BinaryIO", gzip.GzipFile(fileobj=payload))
    elif head == ZIP_MAGIC:
        if _directory_bytes(payload) > DIRECTORY_BYTES:
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
    """The size of a zip archive's directory by its last record; 0 when there is none, which zipfile names."""
    payload.seek(max(payload.seek(0, 2) - DIRECTORY_BYTES, 0))
    tail = payload.read()
    payload.seek(0)
    place = tail.rfind(b"PK\x05\x06")
    return int.from_bytes(tail[place + 12 : place + 16], "little") if place >= 0 else 0


@contextmanager
def _named(scope: Mapping[str, str]) -> Iterator[None]:
    """The errors of the standard library, as ours."""
    try:
        yield
    except (zipfile.LargeZipFile, NotImplementedError, RuntimeError) as error:
        raise LayoutChanged(
            source=_source(scope),
            expected="gzip, or a zip archive of one file that is neither encrypted nor of a rare method",
            got=str(error),
            todo="Look at the payload in landing; ask the source for one plain file.",
        ) from error
    except (EOFError, ValueError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
        raise TruncatedReply(
            source=_source(scope),
            expected="a whole gzip stream or zip archive",
            got=f"one that breaks off ({error})",
            todo="Run the DAG again; if it comes back, ask for fewer periods.",
        ) from error


def _bomb(scope: Mapping[str, str], size: int, count: int) -> PayloadTooLarge:
    return PayloadTooLarge(
        source=_source(scope),
        expected=f"at most {MAX_RATIO} bytes out of one, and {MAX_BYTES:,} in all",
        got=f"{count:,} bytes out of {size:,} and more to come",
        todo="Take it for an attack or a fault: look at the payload in landing, ask the source.",
    )


def _source(scope: Mapping[str, str]) -> str:
    return scope.get("source", "sdmx")


def lines(payload: BinaryIO, scope: Mapping[str, str]) -> Iterator[str]:
    """The lines of a payload as text, with their ends, for formats that need rewriting.

    Raises:
        LayoutChanged: a line longer than a block, or text that is not UTF-8.
        TruncatedReply, PayloadTooLarge: as unpacked().
    """
    rest = b""
    for number, block in enumerate(unpacked(payload, scope)):
        whole = rest + (block if number else block.removeprefix(BYTE_ORDER_MARK))
        *complete, rest = whole.split(b"\n")
        if len(rest) > BLOCK_BYTES:
            raise _unlike_lines(scope, "a longer one")
        yield from (_decoded(line, scope) + "\n" for line in complete)
    if rest:
        yield _decoded(rest, scope)


def _decoded(line: bytes, scope: Mapping[str, str]) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _unlike_lines(scope, f"bytes that are no UTF-8: {line[:80]!r}") from error


def _unlike_lines(scope: Mapping[str, str], got: str) -> LayoutChanged:
    return LayoutChanged(
        source=_source(scope),
        expected=f"lines of at most {BLOCK_BYTES:,} bytes, in UTF-8",
        got=got,
        todo="Look at the payload in landing; ask the source for a whole file.",
    )
