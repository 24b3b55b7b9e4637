"""What agencies send with status 200 when they mean no: told apart before anything is parsed."""

from __future__ import annotations

import re
from collections.abc import Callable

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
from include.extract import error_bodies
from include.sources.source import Source

HEAD_BYTES = error_bodies.HEAD_BYTES
_HTML = re.compile(rb"^\s*(<!doctype html|<html|<head|<script)", re.IGNORECASE)
_ENTITIES = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_COUNT_ZERO = re.compile(rb"^\{[^\[]*\"count\"\s*:\s*0\s*[,}]")
# Of JSON-stat alone: a record of another document may well hold an empty "value".
_EMPTY_VALUE = re.compile(rb"^\{(?=.*\"class\"\s*:\s*\"dataset\").*[{,]\s*\"value\"\s*:\s*(\{\s*\}|\[\s*\])", re.DOTALL)

_KINDS: dict[str, type[DataError]] = {
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


def examine(source: Source, media_type: str, head: bytes) -> None:
    """Pass a payload on, or name the soft failure that its first bytes show.

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
    text = head.removeprefix(error_bodies.BYTE_ORDER_MARK)
    for look in (_nothing, _page, _notice, _xml, _other_type, _no_records):
        look(source, kind, text)


def _is_text(source: Source) -> bool:
    """A partner's file that holds a page under another name is the workbook reader's to refuse."""
    return not any("sheet" in promised for promised in source.media_types)


def _nothing(source: Source, _kind: str, text: bytes) -> None:
    if not text.strip():
        todo = "Run the DAG again later; what was loaded before is untouched."
        raise EmptyReply(source=source.code, expected="a document", got="no bytes, with status 200", todo=todo)


def _page(source: Source, kind: str, text: bytes) -> None:
    if kind in {"text/html", "application/xhtml+xml"} or (_is_text(source) and _HTML.match(text)):
        raise BlockPage(
            source=source.code,
            expected=" or ".join(source.media_types),
            got=f"an HTML page ({kind}), as a firewall or a login sends",
            todo="Open the URL of the payload in a browser; the source may want other headers on its connection.",
        )


def _notice(source: Source, _kind: str, text: bytes) -> None:
    notice = error_bodies.heard(text)
    if notice is not None:
        what = "a notice that the extraction is too big" if notice.kind in {"too big", "deferred"} else "a notice"
        raise _KINDS[notice.kind](
            source=source.code, expected="data", got=f"{what}: {notice.text!r}", todo=_ADVICE[notice.kind]
        )


def _xml(source: Source, _kind: str, text: bytes) -> None:
    if _is_text(source) and text.lstrip().startswith(b"<") and _ENTITIES.search(text):
        raise UnsafeXml(
            source=source.code,
            expected="XML without a document type, or no XML",
            got="one that declares a document type or entities",
            todo="Do not open it; no agency sends such a thing. Ask the source, and look at who answers its address.",
        )


def _other_type(source: Source, kind: str, _text: bytes) -> None:
    if kind not in source.media_types:
        raise WrongContentType(
            source=source.code,
            expected=" or ".join(source.media_types),
            got=f"content type {kind}",
            todo="If the source changed its format, edit media_types and the reader of the source.",
        )


def _no_records(source: Source, _kind: str, text: bytes) -> None:
    if not text.lstrip().startswith(b"{") or source.may_be_empty:
        return
    shown: tuple[tuple[re.Pattern[bytes], Callable[..., DataError], str], ...] = (
        (_COUNT_ZERO, CountZero, "a document that says count: 0"),
        (_EMPTY_VALUE, EmptyValue, "a cube without values"),
    )
    for pattern, error, got in shown:
        if pattern.search(text.lstrip()):
            todo = "Compare the codes in the source's requests with its code lists; nothing was changed."
            raise error(source=source.code, expected="at least one record", got=got, todo=todo)
