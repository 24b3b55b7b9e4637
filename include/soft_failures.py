"""What agencies send with status 200 when they mean no: told apart before anything is parsed."""

from __future__ import annotations

import re

from include.errors import BlockPage, EmptyReply, LayoutChanged, TooBigNotice
from include.sources.source import Source

HEAD_BYTES = 4096
_HTML = re.compile(rb"^\s*(<!doctype html|<html|<head|<script)", re.IGNORECASE)
_TOO_BIG = re.compile(rb"EXTRACTION_TOO_BIG|code=\"413\"|Response size exceeds|too large|too big", re.IGNORECASE)


def examine(source: Source, media_type: str, head: bytes) -> None:
    """Pass a payload on, or name the soft failure that its first bytes show.

    Args:
        source: whose payload it is; says which media types it promised.
        media_type: Content-Type as received.
        head: the first HEAD_BYTES bytes.

    Raises:
        EmptyReply: no bytes at all.
        BlockPage: an HTML page, by content type or by its first tag.
        TooBigNotice: a notice that the extraction is too big.
        LayoutChanged: another media type than promised.
    """
    if not head.strip():
        raise EmptyReply(
            source=source.code,
            expected="a document",
            got="no bytes, with status 200",
            todo="Run the DAG again later; what was loaded before is untouched.",
        )
    kind = media_type.partition(";")[0].strip().lower()
    text = head.removeprefix(b"\xef\xbb\xbf")
    # A partner's file that holds a page under another name is the workbook reader's to refuse.
    is_text = "csv" in kind or not any("sheet" in promised for promised in source.media_types)
    if kind in {"text/html", "application/xhtml+xml"} or (is_text and _HTML.match(text)):
        raise BlockPage(
            source=source.code,
            expected=" or ".join(source.media_types),
            got=f"an HTML page ({kind}), as a firewall or a login sends",
            todo="Open the URL of the payload in a browser; the source may want other headers on its connection.",
        )
    if text.lstrip().startswith((b"<", b"{")) and _TOO_BIG.search(text):
        raise TooBigNotice(
            source=source.code,
            expected="data",
            got="a notice that the extraction is too big",
            todo="Ask for fewer periods or codes in the source's requests.",
        )
    if kind not in source.media_types:
        raise LayoutChanged(
            source=source.code,
            expected=" or ".join(source.media_types),
            got=f"content type {kind}",
            todo="If the source changed its format, edit media_types and the reader of the source.",
        )
