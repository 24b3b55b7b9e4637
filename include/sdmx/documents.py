"""Documents that are read whole: JSON, within a limit; and rows written as CSV blocks.

Numbers stay the text that they were sent as: a value is never rounded by a reader, and 1e309 is PostgreSQL's to refuse.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from include.errors import EmptyValue, LayoutChanged, PayloadTooLarge
from include.sdmx.unwrap import BLOCK_BYTES, BYTE_ORDER_MARK, unpacked

# JSON is for small extracts, some 200,000 observations: what is larger is asked for as CSV. Read, a byte of it takes up
# to 18 bytes of memory (measured), so that a document stays below 100 MB.
DOCUMENT_BYTES = 5 << 20


def text_of(payload: BinaryIO, scope: Mapping[str, str], limit: int = DOCUMENT_BYTES) -> bytes:
    """The whole of a small payload, unpacked, without a byte order mark.

    Raises:
        PayloadTooLarge: more bytes than the limit.
    """
    parts, count = [], 0
    for block in unpacked(payload, scope):
        count += len(block)
        if count > limit:
            raise PayloadTooLarge(
                source=source_of(scope),
                expected=f"a document of at most {limit:,} bytes",
                got="a larger one",
                todo="Ask for SDMX-CSV, which is not held in memory, or for fewer periods or codes.",
            )
        parts.append(block)
    return b"".join(parts).removeprefix(BYTE_ORDER_MARK)


def json_of(payload: BinaryIO, scope: Mapping[str, str], limit: int = DOCUMENT_BYTES) -> dict[str, Any]:
    """A JSON object whose numbers are text.

    Raises:
        PayloadTooLarge: see text_of().
        LayoutChanged: no JSON object, one nested without end, or one that says a key twice.
    """
    try:
        document = json.loads(
            text_of(payload, scope, limit), parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_once
        )
    except (ValueError, RecursionError) as error:
        raise changed(scope, "a JSON object, each key once", f"{type(error).__name__}: {str(error)[:200]}") from error
    if not isinstance(document, dict):
        raise changed(scope, "a JSON object", type(document).__name__)
    return document


def csv_of(header: Sequence[str], rows: Iterable[Sequence[str | None]]) -> Iterator[bytes]:
    """Rows as CSV blocks of about BLOCK_BYTES, header first; None and '' are empty cells.

    Half a character (one surrogate of JSON's two) passes as bytes that are no UTF-8, which the database refuses.
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


def source_of(scope: Mapping[str, str]) -> str:
    """Code of the source, for messages."""
    return scope.get("source", "sdmx")


def changed(scope: Mapping[str, str], expected: str, got: str) -> LayoutChanged:
    """The error for a document of another shape."""
    return LayoutChanged(
        source=source_of(scope),
        expected=expected,
        got=got,
        todo="Look at the payload in landing; if the format changed, mend its reader in include/sdmx.",
    )


def empty(scope: Mapping[str, str], got: str) -> EmptyValue:
    """The error for a cube without values."""
    return EmptyValue(
        source=source_of(scope),
        expected="at least one value",
        got=got,
        todo="Compare the codes in the source's requests with its code lists; nothing was changed.",
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"twice: {next(key for key in keys if keys.count(key) > 1)!r}")
    return found
