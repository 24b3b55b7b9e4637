"""Check that a file is a plain .xlsx, small enough to open, before it is parsed.

Partners send an .xls under another name, a workbook with a password, a saved web page, half a download. Each gets an
error message of its own. Sizes come from the archive's own list of entries; `zipfile` never unpacks an
entry past the size listed there.
"""

import io
import zipfile
import zlib
from typing import BinaryIO

from include.errors import EmptyReply, NotAWorkbook, PayloadTooLarge

MAX_BYTES = 10_000_000
MAX_UNPACKED_BYTES = 50_000_000
# Ratio of one entry. Tried 2026-11: empty formatted rows 11, the same text in all cells 27; deflate can reach 1,030.
MAX_RATIO = 200
# Markup elements of one part; the parser keeps memory for each. A sheet of a million empty rows has 1.05 million, and
# reading it peaks at 260 MB (measured 2026-11, openpyxl 3.1.5 with lxml); a report has some ten thousand.
MAX_ELEMENTS = 1_200_000
BLOCK_BYTES = 1 << 20
# Definitions come before anything else in a part.
PROLOG_BYTES = 8_192
# Small entries of a real workbook may be very repetitive and are harmless.
RATIO_COUNTS_FROM_BYTES = 1_000_000

# What zipfile and openpyxl raise on a file that is broken inside (tried with damaged bytes, openpyxl 3.1.5, 2026-11).
# OSError is one: files are read into memory first, so that it cannot mean trouble with storage.
BROKEN = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)

_EXPECTED = "an .xlsx workbook"
_ADVICE = (
    "Ask the partner to save the report as 'Excel workbook (.xlsx)', no password, no macros, and to send it again."
)
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


def not_a_workbook(source: str, got: str) -> NotAWorkbook:
    """Make the error for a file of `source` that turned out to be `got`."""
    return NotAWorkbook(source=source, expected=_EXPECTED, got=got, todo=_ADVICE)


def open_archive(payload: BinaryIO, source: str) -> io.BytesIO:
    """Read `payload` (a buffered stream) and return it once it is safe to open as a workbook.

    Raises: EmptyReply (no bytes), NotAWorkbook, PayloadTooLarge (over 10 MB, 50 MB unpacked, or a zip bomb's ratio).
    """
    content = payload.read(MAX_BYTES + 1)
    if not content:
        raise EmptyReply(source=source, expected=_EXPECTED, got="a file of 0 bytes", todo=_ADVICE)
    _limit(source, "file size", len(content), MAX_BYTES)
    if not content.startswith(b"PK"):
        raise not_a_workbook(source, _describe(content))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_entries(archive, source)
    except BROKEN as problem:
        raise not_a_workbook(source, f"a damaged or incomplete file ({len(content):,} bytes)") from problem
    return io.BytesIO(content)


def _describe(content: bytes) -> str:
    if content.startswith(_OLE):
        return "a workbook with a password" if _ENCRYPTED in content else "an old .xls or other Office file"
    head = content[:512]
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return "a web page or XML file"
    return "a file of another kind"


def _check_entries(archive: zipfile.ZipFile, source: str) -> None:
    entries = archive.infolist()
    _limit(source, "unpacked size", sum(entry.file_size for entry in entries), MAX_UNPACKED_BYTES)
    for entry in entries:
        if entry.file_size >= RATIO_COUNTS_FROM_BYTES:
            _limit(source, f"ratio of {entry.filename!a}", entry.file_size // max(entry.compress_size, 1), MAX_RATIO)
        if entry.flag_bits & 1 or entry.compress_type not in _METHODS:
            raise not_a_workbook(source, "an archive that is locked or packed in an unusual way")
    names = {entry.filename for entry in entries}
    if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
        raise not_a_workbook(source, "a zip archive without a workbook in it")
    if _has_macros(archive, names):
        raise not_a_workbook(source, "a workbook with macros")
    for name in names:
        if name.endswith((".xml", ".rels", ".vml")):
            _check_part(archive, name, source)


def _check_part(archive: zipfile.ZipFile, name: str, source: str) -> None:
    """Refuse a part that begins with definitions, or that has too many elements.

    No program that writes workbooks writes definitions, and entities can be bombs; which parser openpyxl uses for them
    depends on what else is installed.
    """
    with archive.open(name) as part:
        block = part.read(BLOCK_BYTES)
        if b"<!DOCTYPE" in block[:PROLOG_BYTES].replace(b"\0", b""):
            raise not_a_workbook(source, "a workbook that is damaged inside, with a document type in it")
        count = block.count(b"<")
        while block := part.read(BLOCK_BYTES):
            count += block.count(b"<")
    _limit(source, f"number of elements in {name!a}", count, MAX_ELEMENTS)


def _has_macros(archive: zipfile.ZipFile, names: set[str]) -> bool:
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return True
    return b"macroenabled" in archive.read("[Content_Types].xml").lower()


def _limit(source: str, name: str, value: int, limit: int) -> None:
    if value > limit:
        raise PayloadTooLarge(
            source=source,
            expected=f"{name} of at most {limit:,}",
            got=f"{value:,} or more",
            todo="Ask the partner to copy the rows into a fresh template and to send that; this file was not opened.",
        )
