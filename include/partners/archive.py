"""Is this file a plain .xlsx workbook, and small enough to open? Decided before any of it is unpacked or parsed.

Partners send what they have: an .xls under another name, a workbook with a password, a saved web page, half a
download. Each gets its own sentence. Sizes come from the archive's own list of entries; `zipfile` never unpacks an
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
# Small entries of a real workbook may be very repetitive; they do no harm.
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
# XML declaration, comments and a document type stand before the first element.
_PROLOG_BYTES = 4096
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


def not_a_workbook(source: str, got: str) -> NotAWorkbook:
    """The error for a file of `source` that turned out to be `got`."""
    return NotAWorkbook(source=source, expected=_EXPECTED, got=got, todo=_ADVICE)


def checked_archive(payload: BinaryIO, source: str) -> io.BytesIO:
    """Read `payload` (a buffered stream) and return it once it is safe to open as a workbook.

    Raises: EmptyReply (no bytes), NotAWorkbook, PayloadTooLarge (over 10 MB, 50 MB unpacked, or a zip bomb's ratio).
    """
    content = payload.read(MAX_BYTES + 1)
    if not content:
        raise EmptyReply(source=source, expected=_EXPECTED, got="a file of 0 bytes", todo=_ADVICE)
    _limit(source, "file size", len(content), MAX_BYTES)
    if not content.startswith(b"PK"):
        raise not_a_workbook(source, _name_of(content))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_entries(archive, source)
    except BROKEN as problem:
        raise not_a_workbook(source, f"a damaged or incomplete file ({len(content):,} bytes)") from problem
    return io.BytesIO(content)


def _name_of(content: bytes) -> str:
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
    if any(_declares_a_type(archive, entry) for entry in entries):
        raise not_a_workbook(source, "a workbook damaged inside: one of its parts declares a document type")


def _has_macros(archive: zipfile.ZipFile, names: set[str]) -> bool:
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return True
    return b"macroenabled" in archive.read("[Content_Types].xml").lower()


def _declares_a_type(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Whether a part begins like XML with entities of its own, which no program writes into a workbook."""
    with archive.open(entry) as part:
        head = part.read(_PROLOG_BYTES).replace(b"\0", b"")
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe").lstrip().startswith(b"<") and b"<!DOCTYPE" in head.upper()


def _limit(source: str, what: str, value: int, limit: int) -> None:
    if value > limit:
        raise PayloadTooLarge(
            source=source,
            expected=f"{what} of at most {limit:,}",
            got=f"{value:,} or more",
            todo="Ask the partner to copy the rows into a fresh template and to send that; this file was not opened.",
        )
