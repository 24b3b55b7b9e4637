"""The HTTP server that publishes the sample world on loopback.

    python -m sandbox.sources.server --port 8090

Base addresses: /nbb/rest, /eurostat, /ecb, /oecd, /fit, /partners, /partner-api (with a token); /fault/<name> before
any of them gives that fault. Accept-Datetime (RFC 7089) asks for the world as it stood then; without it, on its own
today. If-None-Match gives 304. With --folder it first writes the reports of partners that hand in by folder.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from sandbox.sources import TODAY, faults, partner_feeds
from sandbox.sources.partner_reports import Workbooks
from sandbox.sources.reply import Reply
from sandbox.sources.world import answer_request

BUSY_TIMES = 2
RETRY_AFTER_SECONDS = 1
NEVER_SENT_BYTES = 1000
DRIPS, DRIP_SECONDS = 10, 0.2


class Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD; one per connection."""

    protocol_version = "HTTP/1.1"
    server_version = "sample-world"

    def __init__(self, *args: object, workbooks: Workbooks, refused: Counter[str]) -> None:
        self._workbooks, self._refused = workbooks, refused
        super().__init__(*args)  # type: ignore[arg-type]  # the server's own arguments, passed on

    def do_GET(self) -> None:
        """Send headers and body."""
        self._respond()

    def do_HEAD(self) -> None:
        """Send the headers that GET would."""
        self._respond()

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: the client keeps its own log."""

    def _respond(self) -> None:
        url = urlsplit(self.path)
        fault, path = _split_fault(unquote(url.path))
        if fault in faults.BUSY and self._is_busy(fault, path):
            self._send(Reply(body=b"Too busy.", content_type="text/plain", status=faults.BUSY[fault]), None)
            return
        try:
            at = _parse_moment(self.headers.get("Accept-Datetime"))
        except ValueError:
            self._send(Reply(body=b"Accept-Datetime is no HTTP date.", content_type="text/plain", status=400), None)
            return
        query = dict(parse_qsl(url.query))
        if path.startswith("/partner-api/"):
            authorization = self.headers.get("Authorization")
            reply = partner_feeds.answer_partner_api(path.removeprefix("/partner-api/"), query, authorization, at)
        else:
            reply = answer_request(path, query, at, self._workbooks)
        if reply.status == 200 and fault and fault not in (*faults.BUSY, faults.TRUNCATED, faults.SLOW):
            reply = faults.apply_fault(fault, reply)
        self._send(reply, fault)

    def _is_busy(self, fault: str, path: str) -> bool:
        self._refused[f"{fault}{path}"] += 1
        return self._refused[f"{fault}{path}"] <= BUSY_TIMES

    def _send(self, reply: Reply, fault: str | None) -> None:
        is_known = reply.status == 200 and reply.etag in self.headers.get("If-None-Match", "")
        self.send_response(304 if is_known else reply.status)
        for name, value in _headers(reply).items():
            self.send_header(name, value)
        if not is_known:
            never_sent = NEVER_SENT_BYTES if fault == faults.TRUNCATED else 0
            self.send_header("Content-Length", str(len(reply.body) + never_sent))
        self.end_headers()
        if not is_known and self.command == "GET":
            # A client may hang up early.
            with suppress(ConnectionError):
                self._send_body(reply.body, fault)

    def _send_body(self, body: bytes, fault: str | None) -> None:
        if fault == faults.SLOW:
            size = len(body) // DRIPS + 1
            for start in range(0, len(body), size):
                self.wfile.write(body[start : start + size])
                self.wfile.flush()
                time.sleep(DRIP_SECONDS)
            return
        self.wfile.write(body)
        self.close_connection = self.close_connection or fault == faults.TRUNCATED


def _split_fault(path: str) -> tuple[str | None, str]:
    """Parse '/fault/empty/fit/x' into ('empty', '/fit/x')."""
    if not path.startswith("/fault/"):
        return None, path
    name, _, rest = path.removeprefix("/fault/").partition("/")
    return name, "/" + rest


def _parse_moment(http_date: str | None) -> datetime:
    """Parse the moment of a request; the world has no data after its own today.

    Raises:
        ValueError: no HTTP date.
    """
    if http_date is None:
        return TODAY
    moment = parsedate_to_datetime(http_date)
    return min(moment if moment.tzinfo else moment.replace(tzinfo=UTC), TODAY)


def _headers(reply: Reply) -> dict[str, str]:
    headers = {"Content-Type": reply.content_type}
    if reply.status in (429, 503):
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if reply.status == 200:
        headers |= {"ETag": reply.etag, "Vary": "Accept-Datetime"}
    if reply.released_at and reply.status == 200:
        released = format_datetime(reply.released_at.astimezone(UTC), usegmt=True)
        headers |= {"Last-Modified": released, "Memento-Datetime": released}
    return headers


def make_server(host: str = "127.0.0.1", port: int = 0, cache: Path | None = None) -> ThreadingHTTPServer:
    """Make a server bound to an address, not yet serving.

    Args:
        host: address to bind.
        port: 0 takes a free one; see `server_port` of the result.
        cache: folder for the workbooks that were made; None keeps them in memory.
    """
    server = ThreadingHTTPServer((host, port), partial(Handler, workbooks=Workbooks(cache), refused=Counter()))
    server.daemon_threads = True
    return server


@contextmanager
def serving(port: int = 0, cache: Path | None = None) -> Iterator[str]:
    """Publish the sample world from a thread for the block.

    The block gets its base URL, 'http://127.0.0.1:40123'.
    """
    server = make_server(port=port, cache=cache)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="sample-world", daemon=True
    )
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="Publish the sample world on loopback.")
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--cache", type=Path, help="folder for the workbooks that were made")
    parser.add_argument("--folder", type=Path, help="folder to fill with the reports that come by folder")
    options = parser.parse_args()
    if options.folder:
        partner_feeds.write_folder(options.folder)
    with make_server(options.host, options.port, options.cache) as server:
        sys.stdout.write(f"Sample world at http://{options.host}:{server.server_port}\n")
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
