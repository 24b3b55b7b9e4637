"""Bodies in place of data: notices, block pages and empty documents, often with status 200.

parse() reads the first bytes of an answer whatever its status and type; reject_error_bodies() also compares them with
what the source promised. The patterns are those of real notices: Eurostat's footer of 2015 and its faults of today,
SDMX error messages with the codes of the SDMX guidelines (100 no results, 130 and 510 too large, 140 syntax, 150
semantics).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from include.errors import (
    BlockPage,
    CountZero,
    DataError,
    EmptyReply,
    EmptyValue,
    ErrorNotice,
    NoResults,
    TooBigNotice,
    UnsafeXml,
    WrongContentType,
)
from include.sources.source import Source

HEAD_BYTES = 4096
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
Kind = Literal["too big", "deferred", "no results", "error"]

_TOO_BIG = re.compile(
    rb"EXTRACTION_TOO_BIG|<faultcode>413|code=\"(413|130|510)\"|\"code\"\s*:\s*(413|130|510)\b"
    rb"|Response (size exceeds|too large)|too (large|big)",
    re.IGNORECASE,
)
_FILE_URL = re.compile(rb"(https?://[^\s<>\"']+)\s*</")
_QUEUED = re.compile(rb"<(?:\w+:)?id>\s*([A-Za-z0-9-]{4,80})\s*</(?:\w+:)?id>\s*<(?:\w+:)?status>\s*([A-Z_]+)\s*<")
_ERROR_CODE = re.compile(
    rb"<(?:\w+:)?ErrorMessage\b[^>]*\bcode=\"([0-9]+)\"|\"errors\"\s*:\s*\[\s*\{[^]]*?\"code\"\s*:\s*([0-9]+)"
    rb"|<(?:\w+:)?faultcode>\s*([0-9]+)\s*<"
)
_NO_RESULTS = re.compile(rb"^\W*(no (results?|records?|data) ?found|NoRecordsFound|NoResultsFound)", re.IGNORECASE)
_MESSAGE = re.compile(
    rb"<(?:\w+:)?(?:Text|faultstring)\b[^>]*>([^<]*)|\"(?:title|detail|message|label)\"\s*:\s*\"([^\"]*)"
)
_HTML = re.compile(rb"^\s*(<!doctype html|<html|<head|<script)", re.IGNORECASE)
_XML_ENTITIES = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_COUNT_ZERO = re.compile(rb"^\{[^\[]*\"count\"\s*:\s*0\s*[,}]")
# JSON-stat only: a record of another document may well hold an empty "value".
_EMPTY_VALUE = re.compile(rb"^\{(?=.*\"class\"\s*:\s*\"dataset\").*[{,]\s*\"value\"\s*:\s*(\{\s*\}|\[\s*\])", re.DOTALL)

_ERRORS: dict[str, type[DataError]] = {
    "too big": TooBigNotice,
    "deferred": TooBigNotice,
    "no results": NoResults,
    "error": ErrorNotice,
}
_ADVICE = {
    "too big": "Ask for fewer periods or codes in the source's requests, or let them have halves.",
    "deferred": "Run the DAG again: by then the file may be ready. Else ask for fewer periods or codes.",
    "no results": "Compare the key in the source's requests with the code lists of the dataflow; nothing was changed.",
    "error": "Mend what the message says in the source's requests; a retry does not help.",
}


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A message of a service in place of data.

    Args:
        kind: what it means for us.
        text: its own words, shortened.
        where: of a deferred delivery: the URL or the key under which the file will be.
        status: of a deferred delivery: its state in the service's word; empty when it sends none.
    """

    kind: Kind
    text: str
    where: str = ""
    status: str = ""


def parse(head: bytes) -> Notice | None:
    """Find the notice that an answer begins with; None when it may be data.

    Args:
        head: the first HEAD_BYTES bytes of the body.
    """
    body = head.removeprefix(BYTE_ORDER_MARK).lstrip()
    if _NO_RESULTS.match(body):
        return Notice(kind="no results", text=_message(body))
    if not body.startswith((b"<", b"{")):
        return None
    if queued := _QUEUED.search(body):
        return Notice(kind="deferred", text=_message(body), where=_decode(queued[1]), status=_decode(queued[2]))
    if _TOO_BIG.search(body):
        file = _FILE_URL.search(body)
        where = _decode(file[1]) if file else ""
        return Notice(kind="deferred" if where else "too big", text=_message(body), where=where)
    return _parse_error(body)


def _parse_error(body: bytes) -> Notice | None:
    found = _ERROR_CODE.search(body)
    if found is None:
        return None
    code = found[1] or found[2] or found[3]
    return Notice(kind="no results" if code == b"100" else "error", text=f"code {_decode(code)}: {_message(body)}")


def _message(body: bytes) -> str:
    """Extract the service's own words, on one line."""
    found = _MESSAGE.search(body)
    return " ".join(_decode((found[1] or found[2] or b"") if found else body).split())[:300]


def _decode(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace")


def reject_error_bodies(source: Source, media_type: str, head: bytes) -> None:
    """Return when a payload may be data; raise the error that its first bytes show otherwise.

    Args:
        source: whose payload it is; says which media types it promised.
        media_type: Content-Type as received.
        head: the first HEAD_BYTES bytes.

    Raises:
        EmptyReply: no bytes at all.
        BlockPage: an HTML page, by content type or by its first tag.
        TooBigNotice, NoResults, ErrorNotice: a notice of the service instead of data.
        UnsafeXml: XML that declares a document type.
        WrongContentType: another media type than promised.
        CountZero, EmptyValue: JSON that says it holds nothing.
    """
    kind = media_type.partition(";")[0].strip().lower()
    text = head.removeprefix(BYTE_ORDER_MARK)
    for reject in (_reject_empty, _reject_html, _reject_notice, _reject_entities, _reject_other_type, _reject_no_rows):
        reject(source, kind, text)


def _is_text(source: Source) -> bool:
    """Tell whether the source promised text; the workbook reader itself refuses a page."""
    return not any("sheet" in promised for promised in source.media_types)


def _reject_empty(source: Source, _kind: str, text: bytes) -> None:
    if not text.strip():
        todo = "Run the DAG again later; what was loaded before is untouched."
        raise EmptyReply(source=source.code, expected="a document", got="no bytes, with status 200", todo=todo)


def _reject_html(source: Source, kind: str, text: bytes) -> None:
    if kind in {"text/html", "application/xhtml+xml"} or (_is_text(source) and _HTML.match(text)):
        raise BlockPage(
            source=source.code,
            expected=" or ".join(source.media_types),
            got=f"an HTML page ({kind}), as a firewall or a login sends",
            todo="Open the URL of the payload in a browser; the source may want other headers on its connection.",
        )


def _reject_notice(source: Source, _kind: str, text: bytes) -> None:
    notice = parse(text)
    if notice is not None:
        got = "a notice that the extraction is too big" if notice.kind in {"too big", "deferred"} else "a notice"
        raise _ERRORS[notice.kind](
            source=source.code, expected="data", got=f"{got}: {notice.text!r}", todo=_ADVICE[notice.kind]
        )


def _reject_entities(source: Source, _kind: str, text: bytes) -> None:
    if _is_text(source) and text.lstrip().startswith(b"<") and _XML_ENTITIES.search(text):
        raise UnsafeXml(
            source=source.code,
            expected="XML without a document type, or no XML",
            got="one that declares a document type or entities",
            todo="Do not open it; no agency sends such a thing. Ask the source, and look at who answers its address.",
        )


def _reject_other_type(source: Source, kind: str, _text: bytes) -> None:
    if kind not in source.media_types:
        raise WrongContentType(
            source=source.code,
            expected=" or ".join(source.media_types),
            got=f"content type {kind}",
            todo="If the source changed its format, edit media_types and the reader of the source.",
        )


def _reject_no_rows(source: Source, _kind: str, text: bytes) -> None:
    if not text.lstrip().startswith(b"{") or source.may_be_empty:
        return
    patterns: tuple[tuple[re.Pattern[bytes], Callable[..., DataError], str], ...] = (
        (_COUNT_ZERO, CountZero, "a document that says count: 0"),
        (_EMPTY_VALUE, EmptyValue, "a cube without values"),
    )
    for pattern, error, got in patterns:
        if pattern.search(text.lstrip()):
            todo = "Compare the codes in the source's requests with its code lists; nothing was changed."
            raise error(source=source.code, expected="at least one record", got=got, todo=todo)
