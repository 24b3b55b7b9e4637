"""The feeds of partners: each kind against a real server on loopback, good and bad."""

from __future__ import annotations

import csv
import io
import json
import logging
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import paramiko
import pytest

from include.errors import (
    EmptyReply,
    LayoutChanged,
    NotAWorkbook,
    PayloadTooLarge,
    SourceError,
    SourceRefused,
    SourceUnavailable,
    TruncatedReply,
    WrongContract,
)
from include.extract import polling
from include.extract.http import Reply
from include.extract.transports import pagination
from include.partners.columns import COLUMNS, FACTS
from include.partners.feeds import read_report
from include.periods import clock_from
from include.register import source_of
from include.sources.source import Endpoint, Request
from tests.partners.sftp import PASSWORD, USER, serving

SOURCE = source_of("partner_activity")
CLOCK = clock_from("2026-10-15T09:00:00+02:00")
TOKEN = "s3cret-t0ken-of-voka"
SCOPE = {"contract_code": "voka-2022", "period": "2026-Q3"}
REQUEST = Request(path="voka/2026-Q3.json", scope=SCOPE, accept="application/json", may_be_absent=True)
ACTIVITY = {
    "activity_code": "2026-Q3-01", "activity_type_code": "seminar", "status_code": "held", "title": "=1+1 Seminarie",
    "start_date": "2026-09-18", "end_date": "2026-09-18", "mode_code": "onsite", "market_codes": ["US", "FR"],
    "core_domain_code": "food", "participants_count": 12, "companies_count": 10, "cost_eur": 4250.5,
    "budget_used_eur": 1000,
}  # fmt: skip
FACTS_OF = {
    "contract_code": "voka-2022", "partner": "Voka", "period": "2026-Q3", "template_version": "2026.2", "is_nil": False,
}  # fmt: skip

Answer = Callable[[int, str], tuple[int, bytes]]


def page(*activities: dict[str, object], following: str | None = None, total: int = 1, **other: object) -> bytes:
    return json.dumps({**FACTS_OF, "activities": activities, "total": total, "next": following, **other}).encode()


@contextmanager
def http_server(answer: Answer, seen: list[str] | None = None, media_type: str = "application/json") -> Iterator[str]:
    """Serves answer(page, path) to who shows the token."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if seen is not None:
                seen.append(self.path)
            status, body = 401, b"who are you"
            if self.headers.get("Authorization") == f"Bearer {TOKEN}":
                status, body = answer(int(parse_qs(url.query).get("page", ["1"])[0]), url.path)
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def pull(endpoint: Endpoint, request: Request = REQUEST) -> bytes | str:
    with polling.fetch(SOURCE, endpoint, request, CLOCK, None) as reply:
        return reply if isinstance(reply, str) else b"".join(reply.blocks)


def paged(host: str, token: str = TOKEN) -> Endpoint:
    return Endpoint(host=host, headers={"Authorization": f"Bearer {token}"}, transport="pages")


def read(content: bytes, media_type: str = "application/json", **scope: str) -> list[dict[str, str]]:
    text = b"".join(read_report(io.BytesIO(content), {**SCOPE, "media_type": media_type, **scope})).decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_pages_are_followed_to_their_end_and_kept_as_they_came() -> None:
    rows = [ACTIVITY | {"activity_code": f"2026-Q3-{number}"} for number in range(1, 6)]
    told = [
        page(*rows[2 * number - 2 : 2 * number], following=f"?page={number + 1}" if number < 3 else None, total=5)
        for number in (1, 2, 3)
    ]
    seen: list[str] = []
    with http_server(lambda number, _: (200, told[number - 1]), seen) as host:
        content = pull(paged(host))
    assert isinstance(content, bytes)
    assert [part in content for part in told] == [True, True, True]
    assert seen == ["/voka/2026-Q3.json", "/voka/2026-Q3.json?page=2", "/voka/2026-Q3.json?page=3"]
    report, *activities = read(content)
    assert (report["row_kind"], report["contract_code"], report["is_nil"]) == ("report", "voka-2022", "false")
    assert [row["activity_code"] for row in activities] == [f"2026-Q3-{number}" for number in range(1, 6)]


def test_a_json_activity_reads_as_the_same_activity_in_a_workbook() -> None:
    row = read(b"[" + page(ACTIVITY) + b"]")[1]
    told = {
        name: row[name]
        for name in ("title", "market_codes", "cost_eur", "start_date", "participants_count", "leads_count")
    }
    assert told == {
        "title": "=1+1 Seminarie", "market_codes": "US;FR", "cost_eur": "4250.5", "start_date": "2026-09-18",
        "participants_count": "12", "leads_count": "",
    }  # fmt: skip


def test_a_name_that_is_not_ours_is_kept_as_the_partners_own_column() -> None:
    report, activity = read(b"[" + page(ACTIVITY | {"budget_line": "B7"}) + b"]")
    assert "budget_line" in report["extra_columns"]
    assert "B7" in activity["extra_columns"] or activity["extra_columns"] == ""


def test_a_nil_return_over_json_is_a_report() -> None:
    (report,) = read(b"[" + page(total=0, is_nil=True) + b"]")
    assert (report["row_kind"], report["is_nil"]) == ("report", "true")


def test_an_expired_token_is_refused_and_names_the_contract() -> None:
    with http_server(lambda *_: (200, page(ACTIVITY))) as host, pytest.raises(SourceRefused) as caught:
        pull(paged(host, "expired"))
    assert "voka-2022" in str(caught.value)
    assert "401" in str(caught.value)


def test_a_token_that_expires_between_two_pages_keeps_nothing() -> None:
    def answer(number: int, _: str) -> tuple[int, bytes]:
        return (200, page(ACTIVITY, following="?page=2")) if number == 1 else (401, b"expired")

    with http_server(answer) as host, pytest.raises(SourceRefused, match="voka-2022"):
        pull(paged(host))


def test_a_page_that_fails_is_tried_again_by_the_run() -> None:
    def answer(number: int, _: str) -> tuple[int, bytes]:
        return (200, page(ACTIVITY, following="?page=2")) if number == 1 else (500, b"oops")

    with http_server(answer) as host, pytest.raises(SourceUnavailable, match=r"voka-2022.*status 500"):
        pull(paged(host))


def test_a_page_that_vanished_is_tried_again_by_the_run() -> None:
    def answer(number: int, _: str) -> tuple[int, bytes]:
        return (200, page(ACTIVITY, following="?page=2")) if number == 1 else (404, b"gone")

    with http_server(answer) as host, pytest.raises(SourceUnavailable, match="changes while it is read"):
        pull(paged(host))


@pytest.mark.parametrize("status", [403, 500])
def test_a_key_in_the_partners_own_link_is_in_no_message_and_no_traceback(status: int) -> None:
    first = page(ACTIVITY, following="?page=2&sig=s3cret")
    with (
        http_server(lambda number, _: (200, first) if number == 1 else (status, b"")) as host,
        pytest.raises(SourceError, match=r"/voka/2026-Q3\.json; got status") as caught,
    ):
        pull(paged(host))
    assert "s3cret" not in "".join(traceback.format_exception(caught.value))


def test_a_report_that_is_not_there_yet_is_absent() -> None:
    with http_server(lambda *_: (404, b"no")) as host:
        assert pull(paged(host)) == "absent"


def test_a_link_to_another_host_is_not_followed_with_our_token() -> None:
    stolen: list[str] = []
    with http_server(lambda *_: (200, page(ACTIVITY)), stolen) as elsewhere:
        told = page(ACTIVITY, following=f"{elsewhere}/steal")
        with http_server(lambda *_: (200, told)) as host, pytest.raises(SourceRefused, match="must not see our token"):
            pull(paged(host))
    assert stolen == []


def test_pages_in_a_circle_end(monkeypatch) -> None:
    with (
        http_server(lambda *_: (200, page(ACTIVITY, following="?page=2"))) as host,
        pytest.raises(SourceRefused, match="read before"),
    ):
        pull(paged(host))
    monkeypatch.setattr(pagination, "MAX_PAGES", 5)
    with (
        http_server(lambda number, _: (200, page(ACTIVITY, following=f"?page={number + 1}"))) as host,
        pytest.raises(SourceRefused, match="page 6"),
    ):
        pull(paged(host))


def test_a_page_beyond_all_measure_is_refused_before_it_fills_memory(monkeypatch) -> None:
    monkeypatch.setattr(pagination, "MAX_PAGE_BYTES", 1000)
    with http_server(lambda *_: (200, page(ACTIVITY | {"title": "x" * 2000}))) as host, pytest.raises(PayloadTooLarge):
        pull(paged(host))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", EmptyReply),
        (b"[<html>]", LayoutChanged),
        (b"[1]", LayoutChanged),
        (b"[]", LayoutChanged),
        (b"[" * 100_000, LayoutChanged),
        (b"[" + page(ACTIVITY, total=2) + b"]", TruncatedReply),
        (b"[" + page(ACTIVITY).replace(b"10,", b"NaN,") + b"]", LayoutChanged),
        (b"[" + page(ACTIVITY, total=2) + b"," + page(ACTIVITY, total=2, period="2026-Q2") + b"]", TruncatedReply),
        (b"[" + page(ACTIVITY, contract_code="fevia-2022") + b"]", WrongContract),
        (b"[" + page(ACTIVITY, activities={"a": 1}) + b"]", LayoutChanged),
        (b"[" + page(ACTIVITY | {"title": "x" * 40_000}) + b"]", LayoutChanged),
    ],
    ids=["empty", "html", "number", "no pages", "deep", "a page short", "nan", "changed", "other contract", "no list",
         "long text"],
)  # fmt: skip
def test_json_that_is_no_report_gets_its_own_sentence(content: bytes, error: type[Exception]) -> None:
    with pytest.raises(error, match="voka-2022"):
        read(content)


def csv_report(delimiter: str = ";", encoding: str = "utf-8-sig", **facts: str) -> bytes:
    values = {name: str(value).lower() if name == "is_nil" else value for name, value in (FACTS_OF | facts).items()}
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows((fact.nl, values.get(fact.name, "")) for fact in FACTS)
    writer.writerow(column.nl for column in COLUMNS)
    row = ACTIVITY | {
        "title": "Ré\nunion; à Paris",
        "cost_eur": "4.250,50",
        "start_date": "18/09/2026",
        "market_codes": "US, FR",
    }
    writer.writerow(row.get(column.name, "") for column in COLUMNS)
    writer.writerow((row | {"activity_code": "2026-Q3-02"}).get(column.name, "") for column in COLUMNS)
    return lines.getvalue().encode(encoding)


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_csv_file_reads_as_the_sheet_that_it_was(delimiter: str, encoding: str) -> None:
    _, first, second = read(csv_report(delimiter, encoding), "text/csv; charset=utf-8")
    assert (first["title"], first["cost_eur"], first["start_date"]) == ("Ré union; à Paris", "4250.50", "2026-09-18")
    assert first["market_codes"] == "US;FR"
    # A line break within a cell moves what follows one line down, as an editor shows it.
    assert int(second["sheet_row"]) == int(first["sheet_row"]) + 2 == len(FACTS) + 4


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", EmptyReply),
        (csv_report()[:-30], TruncatedReply),
        (b"PK\x03\x04rest\n", NotAWorkbook),
        (b"<html></html>\n", LayoutChanged),
        (b'a;"b\n', LayoutChanged),
        (csv_report(contract_code="fevia-2022"), WrongContract),
    ],
    ids=["empty", "half an upload", "a workbook", "a page", "an open quote", "other contract"],
)
def test_a_csv_file_that_is_no_report_gets_its_own_sentence(content: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        read(content, "text/csv")


FILE = Request(path="sim/2026-Q3.xlsx", scope={"contract_code": "sim-2022", "period": "2026-Q3"}, may_be_absent=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sim").mkdir()
    (tmp_path / "sim" / "2026-Q3.xlsx").write_bytes(b"PK workbook")
    return tmp_path


def over_sftp(port: int, host_key: str, **login: object) -> Endpoint:
    options = {"username": USER, "password": PASSWORD, "port": port, "host_key": host_key} | login
    return Endpoint(host="sftp://127.0.0.1/", transport="folder", options=options)


def test_a_file_comes_from_a_disk_with_its_media_type_and_its_own_moment(folder: Path) -> None:
    with polling.fetch(SOURCE, Endpoint(host=f"file://{folder}", transport="folder"), FILE, CLOCK, None) as reply:
        assert isinstance(reply, Reply)
        assert reply.media_type == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        assert reply.released_at is not None
        assert abs(reply.released_at.timestamp() - (folder / "sim" / "2026-Q3.xlsx").stat().st_mtime) < 2
        assert b"".join(reply.blocks) == b"PK workbook"


def test_object_storage_is_the_same_folder_under_another_url() -> None:
    from upath import UPath

    (UPath("memory://bucket/reports") / "sim" / "2026-Q3.xlsx").write_bytes(b"PK in memory")
    assert pull(Endpoint(host="memory://bucket/reports", transport="folder"), FILE) == b"PK in memory"


def test_storage_whose_package_is_not_installed_is_named() -> None:
    with pytest.raises(SourceRefused, match=r"sim-2022.*ImportError|sim-2022.*install"):
        pull(Endpoint(host="gs://bucket/reports", transport="folder"), FILE)


def test_a_file_comes_over_sftp_and_one_that_is_not_there_yet_is_absent(folder: Path) -> None:
    with serving(folder) as server:
        assert pull(over_sftp(server.port, server.host_key), FILE) == b"PK workbook"
        later = Request(path="sim/2026-Q4.xlsx", scope=FILE.scope, may_be_absent=True)
        assert pull(over_sftp(server.port, server.host_key), later) == "absent"


def test_sftp_takes_a_key_as_well_and_refuses_a_wrong_one(folder: Path) -> None:
    right, wrong = paramiko.RSAKey.generate(2048), paramiko.RSAKey.generate(2048)
    with serving(folder, right) as server:
        assert pull(over_sftp(server.port, server.host_key, password=None, pkey=right), FILE) == b"PK workbook"
        with pytest.raises(SourceRefused, match=r"sim-2022.*refused login"):
            pull(over_sftp(server.port, server.host_key, password=None, pkey=wrong), FILE)


def test_a_wrong_password_is_refused_and_never_said(folder: Path) -> None:
    with serving(folder) as server, pytest.raises(SourceRefused, match=r"sim-2022.*refused login") as caught:
        pull(over_sftp(server.port, server.host_key, password="wrong horse"), FILE)
    assert "wrong horse" not in str(caught.value)


def test_an_sftp_server_with_another_host_key_never_gets_the_password(folder: Path, monkeypatch) -> None:
    tried: list[str] = []
    monkeypatch.setattr(
        "tests.partners.sftp._Door.check_auth_password", lambda *_: tried.append("password") or paramiko.AUTH_FAILED
    )
    other = paramiko.RSAKey.generate(2048)
    with serving(folder) as server, pytest.raises(SourceRefused, match=r"sim-2022.*host key"):
        pull(over_sftp(server.port, f"{other.get_name()} {other.get_base64()}"), FILE)
    assert tried == []


def test_an_sftp_connection_without_a_host_key_is_refused(folder: Path) -> None:
    with serving(folder) as server, pytest.raises(SourceRefused, match="without the server's host_key"):
        pull(over_sftp(server.port, ""), FILE)


def test_a_server_that_does_not_answer_is_tried_again_by_the_run(folder: Path) -> None:
    with serving(folder) as server:
        port = server.port
    with pytest.raises(SourceUnavailable, match="sim-2022"):
        pull(over_sftp(port, server.host_key), FILE)


@pytest.mark.parametrize("seconds", [20, 0], ids=["silence", "no data"])
def test_a_server_that_stops_in_the_middle_of_a_file_is_left_and_tried_again(
    folder: Path, monkeypatch, seconds: float
) -> None:
    monkeypatch.setattr("include.extract.transports.folder.TIMEOUT_SECONDS", 1.0)
    woken = threading.Event()
    monkeypatch.setattr("tests.partners.sftp._Handle.read", lambda *_: woken.wait(seconds) and b"")
    with serving(folder) as server:
        try:
            with pytest.raises(SourceUnavailable, match="sim-2022"):
                pull(over_sftp(server.port, server.host_key), FILE)
        finally:
            woken.set()


@pytest.mark.parametrize("url", ["file://{folder}/nowhere", "file://{folder}"])
def test_a_folder_that_is_not_there_is_refused_and_not_taken_for_an_empty_one(folder: Path, url: str) -> None:
    request = Request(path="nobody/2026-Q3.xlsx", scope=FILE.scope, may_be_absent=True)
    with pytest.raises(SourceRefused, match=r"sim-2022.*no folder"):
        pull(Endpoint(host=url.format(folder=folder), transport="folder"), request)


def test_no_secret_is_printed_logged_or_kept_in_an_address(folder: Path, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    with http_server(lambda number, _: (200, page(ACTIVITY, following="?page=2" if number == 1 else None))) as host:
        with polling.fetch(SOURCE, paged(host), REQUEST, CLOCK, None) as reply:
            assert isinstance(reply, Reply)
            b"".join(reply.blocks)
        printed = [repr(paged(host)), repr(reply), reply.url]
    with serving(folder) as server:
        endpoint = over_sftp(server.port, server.host_key)
        with polling.fetch(SOURCE, endpoint, FILE, CLOCK, None) as file:
            assert isinstance(file, Reply)
            b"".join(file.blocks)
        printed += [repr(endpoint), repr(file), file.url]
    said = "\n".join([caplog.text, *printed])
    assert len(caplog.records) > 3
    assert [secret for secret in (TOKEN, PASSWORD) if secret in said] == []
