"""A source on loopback that answers as a test says, and keeps what it was asked and how many bytes it sent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from include.sources.dataflow import Expressions, dataflow
from include.sources.source import Endpoint, Source


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question as it came over the wire."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is sent back."""

    body: bytes = b""
    status: int = 200
    media_type: str = "text/csv"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Agency:
    """The source: where it is, what it was asked, how many bytes of bodies it sent."""

    url: str
    asked: list[Asked] = field(default_factory=list)
    sent_bytes: int = 0

    def endpoint(self, **more: object) -> Endpoint:
        """Its address as a connection says it."""
        return Endpoint(host=self.url, is_sample=True, **more)  # type: ignore[arg-type]


@contextmanager
def serving(answer: Callable[[Asked], Answer]) -> Iterator[Agency]:
    """An agency that answers by a function, for as long as the block lasts."""
    agency = Agency("")

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            asked = Asked(
                method=self.command,
                path=unquote(url.path),
                params=dict(parse_qsl(url.query)),
                headers=dict(self.headers.items()),
            )
            agency.asked.append(asked)
            said = answer(asked)
            self.send_response(said.status)
            for name, value in {"Content-Type": said.media_type, **said.headers}.items():
                self.send_header(name, value)
            has_body = self.command == "GET" and said.status != 304
            self.send_header("Content-Length", str(len(said.body) if has_body else 0))
            self.end_headers()
            if has_body:
                agency.sent_bytes += len(said.body)
                try:
                    self.wfile.write(said.body)
                except OSError:
                    self.close_connection = True  # whoever asked has seen enough

        do_HEAD = do_GET

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    agency.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield agency
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def trade(**entry: object) -> Source:
    """A dataflow in the register's words, as small as can be: two dimensions, monthly."""
    general: dict[str, object] = {
        "code": "trial",
        "title": "A trial",
        "owner": "tests",
        "licence": "none",
        "conn_id": "trial",
        "schedule": None,
        "requests": lambda clock, given: (),
        "dimensions": ("FREQ", "GEO"),
        "attributes": ("OBS_STATUS",),
        "expressions": Expressions(
            definition="'TRIAL'", unit="'EUR'", multiplier="'0'", decimals="null", embargo="null", dataset="dataflow"
        ),
    }
    return dataflow(**{**general, **entry})  # type: ignore[arg-type]
