"""A source is asked politely: dated, conditional, with patience for what is busy and none for what says no."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from include.errors import SourceRefused, SourceUnavailable, TooBigNotice
from include.extract import http
from include.register import source_of
from include.sources.source import Endpoint, Request

SOURCE = source_of("fit_fdi_annual")
CLOCK = datetime(2026, 3, 1, 8, tzinfo=UTC)
Answer = tuple[int, dict[str, str]]


@dataclass
class Agency:
    """A source on loopback that gives the answers it was told, the last one for ever, and keeps what it was asked."""

    url: str = ""
    answers: list[Answer] = field(default_factory=lambda: [(200, {})])
    asked: list[Message] = field(default_factory=list)
    body: bytes = b"body"


@pytest.fixture
def agency() -> Iterator[Agency]:
    """The source, serving."""
    agency = Agency()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            agency.asked.append(self.headers)
            status, headers = agency.answers[min(len(agency.asked), len(agency.answers)) - 1]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0" if status == 304 else str(len(agency.body)))
            self.end_headers()
            self.wfile.write(b"" if status == 304 else agency.body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    agency.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield agency
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were waited between two tries, without waiting them; the clock runs an hour a look."""
    waited: list[float] = []
    ticks = iter(range(0, 10**6, 4000))
    monkeypatch.setattr(http, "time", SimpleNamespace(sleep=waited.append, monotonic=lambda: float(next(ticks))))
    return waited


def ask(agency: Agency, *, may_be_absent: bool = False, memento: bool = False, etag: str | None = None) -> object:
    """The word for why there is no reply, or the body."""
    request = Request(path="/x.csv", scope={}, may_be_absent=may_be_absent)
    endpoint = Endpoint(host=agency.url + "/base/", memento=memento, headers={"X-Key": "k"})
    with http.get(SOURCE, endpoint, request, CLOCK, etag) as reply:
        return reply if isinstance(reply, str) else b"".join(reply.blocks)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_source_is_asked_again_when_it_says(agency: Agency, waits: list[float], status: int) -> None:
    agency.answers = [(status, {"Retry-After": "7"}), (status, {"Retry-After": "11"}), (304, {})]
    assert ask(agency) == "unchanged"
    assert waits == [7.0, 11.0]


def test_a_busy_source_that_names_no_time_is_asked_ever_more_rarely(agency: Agency, waits: list[float]) -> None:
    agency.answers = [(503, {}), (503, {"Retry-After": "soon"}), (503, {}), (304, {})]
    assert ask(agency) == "unchanged"
    assert waits == [1.0, 2.0, 4.0]


def test_a_wait_of_minutes_is_waited_and_of_a_longer_one_the_source_is_not_asked_before(
    agency: Agency, waits: list[float]
) -> None:
    agency.answers = [(429, {"Retry-After": "300"}), (429, {"Retry-After": "86400"}), (304, {})]
    with pytest.raises(SourceUnavailable, match="got status 429"):
        ask(agency)
    assert (waits, len(agency.asked)) == ([300.0], 2)


@pytest.mark.parametrize("said", ["Mon, 01 Jan 2024 00:00:00 +99999999999999", "Mon, 99 Jan 2024", "-5", "9" * 400])
def test_a_date_that_is_none_is_no_date(agency: Agency, waits: list[float], said: str) -> None:
    agency.answers = [(503, {"Retry-After": said, "Last-Modified": said}), (304, {})]
    assert ask(agency) == "unchanged"
    assert waits == [1.0]


def test_a_source_that_stays_busy_is_left_to_airflow_after_four_tries(agency: Agency, waits: list[float]) -> None:
    agency.answers = [(503, {"Retry-After": "1"})]
    with pytest.raises(SourceUnavailable, match="got status 503"):
        ask(agency)
    assert (len(agency.asked), len(waits)) == (4, 3)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_no_is_taken_at_once(agency: Agency, waits: list[float], status: int) -> None:
    agency.answers = [(status, {"Retry-After": "1"})]
    with pytest.raises(SourceRefused, match=rf"got status {status}.*connection fit; a retry does not help"):
        ask(agency)
    assert (len(agency.asked), waits) == (1, [])


def test_too_big_is_said_at_once_and_as_such(agency: Agency, waits: list[float]) -> None:
    agency.answers = [(413, {"Retry-After": "1"})]
    with pytest.raises(TooBigNotice, match="status 413, too big"):
        ask(agency, may_be_absent=True)
    assert (len(agency.asked), waits) == (1, [])


def test_a_source_without_tags_is_asked_by_its_time_of_publication_and_never_by_what_a_probe_saw(
    agency: Agency,
) -> None:
    for held in ("modified Thu, 15 Oct 2026 06:00:00 GMT", 'probe "abc"'):
        ask(agency, etag=held)
    conditions = [(headers["If-Modified-Since"], headers["If-None-Match"]) for headers in agency.asked]
    assert conditions == [("Thu, 15 Oct 2026 06:00:00 GMT", None), (None, None)]


def test_an_error_of_the_source_is_for_a_later_run(agency: Agency, waits: list[float]) -> None:
    agency.answers = [(500, {})]
    with pytest.raises(SourceUnavailable, match="got status 500"):
        ask(agency)
    assert (len(agency.asked), waits) == (1, [])


def test_only_what_may_be_absent_is_absent(agency: Agency) -> None:
    agency.answers = [(404, {})]
    assert ask(agency, may_be_absent=True) == "absent"
    with pytest.raises(SourceRefused):
        ask(agency)


def test_no_results_of_a_source_that_fails_is_a_failure_and_no_absence(agency: Agency, waits: list[float]) -> None:
    agency.body = b"No results found"
    agency.answers = [(400, {})]
    assert ask(agency, may_be_absent=True) == "absent"
    agency.answers = [(500, {})]
    with pytest.raises(SourceUnavailable, match="status 500: 'No results found'"):
        ask(agency, may_be_absent=True)


@pytest.mark.parametrize("status", [401, 403, 410])
def test_a_locked_door_is_not_an_absence(agency: Agency, status: int) -> None:
    agency.answers = [(status, {})]
    with pytest.raises(SourceRefused):
        ask(agency, may_be_absent=True)


def test_a_source_that_keeps_its_past_is_asked_for_the_moment_of_the_run(agency: Agency) -> None:
    ask(agency, memento=True)
    ask(agency, memento=False)
    assert [headers["Accept-Datetime"] for headers in agency.asked] == ["Sun, 01 Mar 2026 08:00:00 GMT", None]


def test_a_source_is_asked_for_something_else_than_we_hold(agency: Agency) -> None:
    ask(agency, etag='"abc"')
    ask(agency)
    assert [headers["If-None-Match"] for headers in agency.asked] == ['"abc"', None]


def test_the_headers_of_the_connection_go_with_every_question(agency: Agency) -> None:
    assert ask(agency) == b"body"
    assert agency.asked[0]["X-Key"] == "k"


@pytest.mark.parametrize(("host", "sees"), [("127.0.0.1", "abc"), ("localhost", None)])
def test_a_key_is_not_carried_to_another_host(agency: Agency, host: str, sees: str | None) -> None:
    agency.answers = [(302, {"Location": agency.url.replace("127.0.0.1", host) + "/elsewhere"}), (200, {})]
    endpoint = Endpoint(host=agency.url, headers={"X-Api-Key": "abc"})
    with http.get(SOURCE, endpoint, Request(path="figures.csv", params={}, scope={}), CLOCK, None):
        assert [asked["X-Api-Key"] for asked in agency.asked] == ["abc", sees]


def test_the_day_of_release_is_the_sources_own_or_unknown(agency: Agency) -> None:
    agency.answers = [(200, {"Last-Modified": "Thu, 15 Oct 2026 06:00:00 GMT"}), (200, {"Last-Modified": "soon"})]
    released = []
    for _ in range(2):
        with http.get(SOURCE, Endpoint(host=agency.url), Request(path="x", scope={}), CLOCK, None) as reply:
            assert not isinstance(reply, str)
            released.append(reply.released_at)
    assert released == [datetime(2026, 10, 15, 6, tzinfo=UTC), None]


@pytest.mark.usefixtures("waits")
def test_a_transfer_without_end_is_ended(agency: Agency) -> None:
    with pytest.raises(SourceUnavailable, match="no end after 3600 s"):
        ask(agency)


def test_nobody_at_the_address_is_for_a_later_run() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(SourceUnavailable, match="got ConnectionError"):
        ask(Agency(url=f"http://127.0.0.1:{port}"))
