"""HTTP requests to a source, limited in time and size; only to servers that are trusted.

The bytes are handed on untouched. Status 200 is only an answer, not yet success: staging judges the bytes.

Certificates are checked against the public authorities, or against a file that the connection's extra names:
`"verify": "/path/authorities.pem"`, for a server with a private authority. The check cannot be switched off, because
whoever answers would be handed the token.
"""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from itertools import chain, islice
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import requests
from upath import UPath

from include.errors import SourceRefused, SourceUnavailable, TooBigNotice
from include.extract import error_bodies
from include.ledger import Received
from include.sources.source import Endpoint, Probe, Request, Source

MAX_TRIES = 4
# A task that waits longer blocks others that want the same host; Airflow's own retries (RETRY_POLICY of
# accelerates_load_tasks) ask again later.
MAX_WAIT_SECONDS = 300.0
CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS = 10.0, 120.0
# The read timeout starts anew with each byte: this one ends a source that sends a byte a minute.
MAX_TRANSFER_SECONDS = 3600.0
BLOCK_BYTES = 1 << 20
# A structure message is kilobytes; a source that answers a probe with more than this has no cheap probe.
MAX_PROBE_BYTES = 4 << 20
BUSY_STATUSES = frozenset({429, 502, 503, 504})
# Stands before the time of publication in landing.payload.etag, where a source sends no entity tag.
LAST_MODIFIED_PREFIX = "modified "
NoReply = Literal["absent", "unchanged"]
Headers = dict[str, str]
_CERTIFICATE_ERROR = re.compile(r"certificate verify failed: ([^(\]]+)")


@dataclass(frozen=True, kw_only=True)
class Reply(Received):
    """An answer on its way in: metadata, and the body as a stream of decoded blocks.

    Args:
        head: the first bytes of the body, which blocks begin with.
        blocks: the body.
    """

    blocks: Iterator[bytes]
    head: bytes = b""


class HostSession(requests.Session):
    """A session that sends the connection's own headers, a key among them, to no other host."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__()
        self.own_headers = endpoint.headers

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Remove our headers before a redirection to another host.

        requests itself removes only Authorization.
        """
        super().rebuild_auth(prepared_request, response)  # type: ignore[no-untyped-call]
        is_elsewhere = self.should_strip_auth(response.request.url, prepared_request.url)  # type: ignore[no-untyped-call]
        if is_elsewhere:
            for name in self.own_headers:
                prepared_request.headers.pop(name, None)


@contextmanager
def get(
    source: Source, endpoint: Endpoint, request: Request, clock: datetime, etag: str | None
) -> Iterator[Reply | NoReply]:
    """Fetch a request; yields its reply, 'absent' (not published yet) or 'unchanged'.

    Raises:
        SourceUnavailable: no answer after several tries, or the transfer broke off.
        SourceRefused: the source said no.
        TooBigNotice: the source said that the answer is too large.
    """
    if endpoint.host.startswith("file:"):
        yield _read_shipped_file(endpoint, request)
        return
    with HostSession(endpoint) as session:
        headers = request_headers(endpoint, request.accept, clock, etag)
        with _send(session, "GET", source, endpoint, request, headers) as response:
            if response.status_code == requests.codes.not_modified:
                yield "unchanged"
            elif response.status_code in {200, 202}:
                yield _reply(source, response)
            else:
                _raise_unless_absent(source, response, request)
                yield "absent"


def probe(source: Source, endpoint: Endpoint, probe: Probe, clock: datetime) -> tuple[str | None, bytes] | None:
    """Send a cheap question; returns its etag and body, or None when the status is not 200.

    The body is empty where the probe has no pattern to look for: then only the headers are fetched.

    Raises:
        SourceUnavailable: nobody answered.
    """
    request = Request(path=probe.path, params=probe.params, scope={})
    with HostSession(endpoint) as session:
        method = "HEAD" if probe.pattern is None else "GET"
        headers = request_headers(endpoint, probe.accept, clock, None)
        with _send(session, method, source, endpoint, request, headers) as response:
            if response.status_code != requests.codes.ok:
                return None
            body = b"" if probe.pattern is None else _read_probe_body(response)
            return etag_or_last_modified(response.headers), body


def etag_or_last_modified(headers: Mapping[str, str]) -> str | None:
    """Find what identifies a publication in its headers: entity tag, else time, else None."""
    modified = headers.get("Last-Modified", "")
    return headers.get("ETag") or (LAST_MODIFIED_PREFIX + modified if parse_http_date(modified) else None)


def request_headers(endpoint: Endpoint, accept: str, clock: datetime, etag: str | None) -> Headers:
    """Build the headers of a question; with an etag the source may answer 304, unchanged."""
    headers = {"Accept": accept, "User-Agent": "accelerates/1 (+statistics warehouse)", **endpoint.headers}
    if endpoint.memento:
        headers["Accept-Datetime"] = format_datetime(clock.astimezone(UTC), usegmt=True)
    if etag and etag.startswith(LAST_MODIFIED_PREFIX):
        headers["If-Modified-Since"] = etag.removeprefix(LAST_MODIFIED_PREFIX)
    elif etag and etag.startswith(('"', "W/")):
        headers["If-None-Match"] = etag
    return headers


def parse_http_date(text: str | None) -> datetime | None:
    """Parse the date of an HTTP header; None when it is missing or no date."""
    try:
        return parsedate_to_datetime(text) if text else None
    except (ValueError, OverflowError):
        return None


def ca_bundle(source_code: str, endpoint: Endpoint) -> str | bool:
    """Return `verify` for requests: a file of certificates, or True for public authorities.

    Raises:
        SourceRefused: the connection's `verify` is no file that holds certificates.
    """
    verify = endpoint.options.get("verify", True)
    if verify is True:
        return True
    problem = "checking switched off"
    if isinstance(verify, str):
        try:
            ssl.create_default_context(cafile=verify)
            return verify
        except OSError as error:
            # A file without a certificate raises ssl.SSLError, which is an OSError too.
            problem = f"{verify!r}, which is no such file ({type(error).__name__})"
    raise SourceRefused(
        source=source_code,
        expected="`verify` in the connection's extra to name a PEM file of authorities",
        got=problem,
        todo="Put the authority's certificate on this machine and its path in `verify`, or leave `verify` out.",
    )


def certificate_error(source_code: str, endpoint: Endpoint, host: str, error: Exception) -> SourceRefused | None:
    """Explain a failed handshake; None when the certificate was not the reason."""
    found = _CERTIFICATE_ERROR.search(str(error))
    if found is None:
        return None
    verify = endpoint.options.get("verify")
    authority = f"an authority in {Path(verify).name}" if isinstance(verify, str) else "a public authority"
    return SourceRefused(
        source=source_code,
        expected=f"{host} to show a certificate of {authority}",
        got=found[1].strip().rstrip("."),
        todo="Ask the server's owner, by telephone, for the certificate of their authority; name it as `verify` in the"
        " connection's extra. Nothing was sent.",
    )


def _send(
    session: requests.Session, method: str, source: Source, endpoint: Endpoint, request: Request, headers: Headers
) -> requests.Response:
    """Send until the answer is not "busy", or asks for too long a wait; its body is not read.

    Raises:
        SourceUnavailable: nobody answered.
        SourceRefused: the server shows a certificate that is not trusted.
    """
    url, params = _url(endpoint, request), dict(request.params)
    timeout = (CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS)
    # An argument, not an attribute of the session: against that one the environment's REQUESTS_CA_BUNDLE would win.
    verify = ca_bundle(source.code, endpoint)
    for attempt in range(1, MAX_TRIES + 1):
        try:
            response = session.request(
                method, url, params=params, headers=headers, stream=True, timeout=timeout, verify=verify
            )
        except requests.RequestException as error:
            refused = certificate_error(source.code, endpoint, urlsplit(url).netloc, error)
            raise refused or _unavailable(source, url, type(error).__name__) from error
        pause = _retry_after(response, attempt)
        if response.status_code not in BUSY_STATUSES or attempt == MAX_TRIES or pause > MAX_WAIT_SECONDS:
            return response
        response.close()
        time.sleep(pause)
    raise AssertionError("unreachable: the last attempt returns")


def _url(endpoint: Endpoint, request: Request) -> str:
    if request.path.startswith(("http://", "https://")):
        return request.path
    return endpoint.host.rstrip("/") + "/" + request.path.lstrip("/")


def _read_shipped_file(endpoint: Endpoint, request: Request) -> Reply:
    """Read a file that ships with the code as if it were served."""
    path = UPath(endpoint.host) / request.path
    body = path.read_bytes()
    return Reply(url=path.as_uri(), media_type="text/csv", etag=None, released_at=None, blocks=iter([body]))


def _reply(source: Source, response: requests.Response) -> Reply:
    blocks = _blocks(source, response)
    first = next(blocks, b"")
    return Reply(
        url=response.url,
        media_type=response.headers.get("Content-Type", "application/octet-stream"),
        etag=etag_or_last_modified(response.headers),
        released_at=parse_http_date(response.headers.get("Last-Modified")),
        head=first[: error_bodies.HEAD_BYTES],
        blocks=chain([first], blocks),
    )


def _blocks(source: Source, response: requests.Response) -> Iterator[bytes]:
    deadline = time.monotonic() + MAX_TRANSFER_SECONDS
    try:
        for block in response.iter_content(BLOCK_BYTES):
            if time.monotonic() > deadline:
                raise _unavailable(source, response.url, f"no end after {MAX_TRANSFER_SECONDS:.0f} s")
            yield block
    except requests.RequestException as error:
        raise _unavailable(source, response.url, f"a transfer that broke off ({type(error).__name__})") from error


def _read_probe_body(response: requests.Response) -> bytes:
    """Read at most MAX_PROBE_BYTES; empty when the transfer broke off."""
    try:
        return b"".join(islice(response.iter_content(1 << 16), MAX_PROBE_BYTES >> 16))
    except requests.RequestException:
        return b""


def _read_head(response: requests.Response) -> bytes:
    """Read the first bytes of a refusal, if they come: its words help, but its status is enough."""
    try:
        return next(response.iter_content(error_bodies.HEAD_BYTES), b"")
    except requests.RequestException:
        return b""


def _retry_after(response: requests.Response, attempt: int) -> float:
    """Seconds until the next try: as Retry-After says, in seconds or as a date, else doubling."""
    text = response.headers.get("Retry-After", "")
    until = parse_http_date(text)
    seconds = 2.0**attempt / 2
    if re.fullmatch("[0-9]{1,9}", text):
        seconds = float(text)
    elif until is not None:
        seconds = (until - datetime.now(until.tzinfo)).total_seconds()
    return max(seconds, 0.0)


def _raise_unless_absent(source: Source, response: requests.Response, request: Request) -> None:
    """Raise the error that a status means; return when it means "not published yet"."""
    status = response.status_code
    notice = error_bodies.parse(_read_head(response))
    words = f": {notice.text!r}" if notice else ""
    if status == requests.codes.request_entity_too_large or (notice and notice.kind == "too big"):
        todo = "Ask for fewer periods or codes in the source's requests, or let them have halves."
        raise TooBigNotice(source=source.code, expected="data", got=f"status {status}, too big{words}", todo=todo)
    is_absent = status == requests.codes.not_found or (notice and notice.kind == "no results" and status < 500)
    if is_absent and request.may_be_absent:
        return
    if status in BUSY_STATUSES or status >= 500:
        raise _unavailable(source, response.url, f"status {status}{words}")
    raise SourceRefused(
        source=source.code,
        expected=f"status 200 from {response.url}",
        got=f"status {status}{words}",
        todo=f"Check address, access and parameters of the connection {source.conn_id}; a retry does not help.",
    )


def _unavailable(source: Source, url: str | None, got: str) -> SourceUnavailable:
    return SourceUnavailable(
        source=source.code,
        expected=f"an answer from {url}",
        got=got,
        todo="Nothing to do yet: the run tries again. If it goes on, ask the source.",
    )
