"""How bytes are fetched: one question to an endpoint, by the way that its connection names.

`http` asks once over HTTP (include.extract.http), `pages` follows the pages of a JSON document to its end,
`folder` reads a file from object storage, SFTP or a disk. All three hand on the same thing: a media type and the bytes,
untouched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from include.errors import SourceError
from include.extract import http
from include.extract.http_types import Nothing, Reply
from include.extract.transports import folder, pagination
from include.sources.endpoint import Endpoint
from include.sources.source import Request, Source

Ask = Callable[[Source, Endpoint, Request, datetime, str | None], AbstractContextManager[Reply | Nothing]]

WAYS: dict[str, Ask] = {"http": http.asked, "pages": pagination.asked, "folder": folder.asked}


@contextmanager
def asked(
    source: Source, endpoint: Endpoint, request: Request, clock: datetime, etag: str | None
) -> Iterator[Reply | Nothing]:
    """The reply to a request, or the word for why there is none: 'absent' (not there yet) or 'unchanged'.

    Raises:
        SourceUnavailable: no answer after several tries, or the transfer broke off.
        SourceRefused: the source said no.
        Both name the contract, where the request is about one.
    """
    try:
        with WAYS[endpoint.way](source, endpoint, request, clock, etag) as reply:
            yield reply
    except SourceError as error:
        contract = request.scope.get("contract_code")
        if contract is None or contract in error.source:
            raise
        raise type(error)(
            source=f"{error.source} {contract}", expected=error.expected, got=error.got, todo=error.todo
        ) from error
