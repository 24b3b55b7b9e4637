"""A JSON document in pages: each page is an object whose `next` is the address of another.

The pages are stored as they came, as the members of one JSON list, so that landing holds the partner's own bytes and a
replay needs no network. A page that is no JSON object is the last one and is stored too: its reader names the fault,
beside the batch.

The token goes with every page, so a `next` that leads to another host is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qsl, urljoin, urlsplit

from include.errors import PayloadTooLarge, SourceError, SourceRefused, SourceUnavailable
from include.extract import http
from include.extract.http import NoReply, Reply
from include.sources.source import Endpoint, Request, Source

JSON_MEDIA_TYPE = "application/json"
# A page is held in memory while its `next` is looked up.
MAX_PAGE_BYTES = 5_000_000
# A quarter holds some tens of activities; a document of more pages than this goes in a circle.
MAX_PAGES = 200


@contextmanager
def get_pages(
    source: Source, endpoint: Endpoint, request: Request, clock: datetime, etag: str | None
) -> Iterator[Reply | NoReply]:
    """Fetch all pages as one reply; yields it, or 'absent'.

    No ETag is sent, because that of one page says nothing of the others.
    """
    with http.get(source, endpoint, request, clock, None) as first:
        if isinstance(first, str) or not _is_json(first.media_type):
            yield first
            return
        pages = _all_pages(source, endpoint, request, clock, first)
        yield replace(first, media_type=JSON_MEDIA_TYPE, etag=None, blocks=pages)


def _is_json(media_type: str) -> bool:
    return media_type.partition(";")[0].strip().lower().endswith("json")


def _all_pages(source: Source, endpoint: Endpoint, request: Request, clock: datetime, first: Reply) -> Iterator[bytes]:
    page = _read_page(source, first)
    yield b"[" + page
    url, seen = first.url, {first.url}
    while following := _next_url(page):
        url = _check_url(source, endpoint, urljoin(url, following), seen)
        page = _get_page(source, endpoint, request, clock, url)
        yield b",\n" + page
    yield b"]\n"


def _get_page(source: Source, endpoint: Endpoint, request: Request, clock: datetime, url: str) -> bytes:
    parts = urlsplit(url)
    host = replace(endpoint, host=f"{parts.scheme}://{parts.netloc}")
    question = replace(request, path=parts.path, params=dict(parse_qsl(parts.query)))
    try:
        with http.get(source, host, question, clock, None) as reply:
            if isinstance(reply, str):
                raise SourceUnavailable(
                    source=source.code,
                    expected=f"a page at {parts.path}",
                    got=f"{reply}: the document changes while it is read",
                    todo="Nothing to do yet: the run tries again.",
                )
            return _read_page(source, reply)
    except SourceError as error:
        # The query is the partner's and may hold a key: neither message nor traceback may show it.
        raise type(error)(
            source=error.source, expected=error.expected.partition("?")[0], got=error.got, todo=error.todo
        ) from None


def _read_page(source: Source, reply: Reply) -> bytes:
    content = bytearray()
    for block in reply.blocks:
        content += block
        if len(content) > MAX_PAGE_BYTES:
            raise PayloadTooLarge(
                source=source.code,
                expected=f"pages of at most {MAX_PAGE_BYTES:,} bytes",
                got="more",
                todo="Ask the partner for smaller pages.",
            )
    return bytes(content)


def _next_url(page: bytes) -> str | None:
    """Find the address of the following page; None on the last page, and when this is no page."""
    try:
        document = json.loads(page)
    except (ValueError, RecursionError):
        return None
    following = document.get("next") if isinstance(document, dict) else None
    return following if isinstance(following, str) and following else None


def _check_url(source: Source, endpoint: Endpoint, url: str, seen: set[str]) -> str:
    """Return an address that is on the same host and new; else raise SourceRefused."""
    ours, theirs = urlsplit(endpoint.host), urlsplit(url)
    problem = ""
    if (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc):
        problem = f"one on {theirs.scheme}://{theirs.hostname}, which must not see our token"
    elif url in seen:
        problem = "one that was read before"
    elif len(seen) >= MAX_PAGES:
        problem = f"page {MAX_PAGES + 1}"
    if problem:
        raise SourceRefused(
            source=source.code,
            expected="a link to the next page",
            got=problem,
            todo="Tell the partner: each page names the next one on its own host, and the last one none.",
        )
    seen.add(url)
    return url
