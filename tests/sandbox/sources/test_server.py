"""The server: conditional and dated requests, faults on request, the same bytes after a restart."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import requests

import sandbox.sources
from sandbox.sources import faults, nbb
from sandbox.sources.server import serving

TRADE = "/nbb/rest/" + nbb.PATH + "VL.DE.VI.X.COM.VAL.M"
ANNUAL, PROJECTS = "/fit/fdi-annual.csv", "/fit/fdi-projects.csv"
WORKBOOK = "/partners/agoria/2026-Q2.xlsx"
PATHS = (TRADE, ANNUAL, PROJECTS, WORKBOOK)


def get(url: str, **headers: str) -> requests.Response:
    return requests.get(url, headers={name.replace("_", "-"): value for name, value in headers.items()}, timeout=20)


@pytest.mark.parametrize("path", PATHS)
def test_a_known_tag_gives_304(world_url: str, path: str) -> None:
    first = get(world_url + path)
    again = get(world_url + path, If_None_Match=first.headers["ETag"])
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert get(world_url + path, If_None_Match='"other"').status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_head_gives_the_headers_of_get(world_url: str, path: str) -> None:
    head, got = requests.head(world_url + path, timeout=20), get(world_url + path)
    wanted = ("Content-Type", "Content-Length", "ETag", "Last-Modified", "Memento-Datetime")
    assert [head.headers[name] for name in wanted] == [got.headers[name] for name in wanted]
    assert head.content == b""


def test_accept_datetime_turns_the_world_back(world_url: str) -> None:
    now = get(world_url + TRADE)
    then = get(world_url + TRADE, Accept_Datetime="Tue, 15 Mar 2022 08:00:00 GMT")
    assert now.headers["Last-Modified"] == "Thu, 15 Oct 2026 06:00:00 GMT"
    assert then.headers["Memento-Datetime"] == "Tue, 15 Mar 2022 07:00:00 GMT"
    assert parsedate_to_datetime(then.headers["Last-Modified"]).year == 2022
    assert now.headers["ETag"] != then.headers["ETag"]
    assert get(world_url + TRADE, Accept_Datetime="Sun, 01 Mar 2020 08:00:00 GMT").status_code == 404
    assert get(world_url + TRADE, Accept_Datetime="Fri, 01 Jan 2100 08:00:00 GMT").content == now.content
    assert get(world_url + TRADE, Accept_Datetime="yesterday").status_code == 400


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_source_asks_for_patience_twice(world_url: str, status: int) -> None:
    url = f"{world_url}/fault/{status}{ANNUAL}"
    replies = [get(url) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [status, status, 200]
    assert replies[0].headers["Retry-After"] == "1"
    assert replies[2].content == get(world_url + ANNUAL).content


@pytest.mark.parametrize("path", PATHS)
def test_soft_failures_come_with_status_200(world_url: str, path: str) -> None:
    page, notice, empty = (get(f"{world_url}/fault/{name}{path}") for name in ("block-page", "too-big-notice", "empty"))
    assert (page.status_code, notice.status_code, empty.status_code) == (200, 200, 200)
    assert page.headers["Content-Type"].startswith("text/html")
    assert b"window.location" in page.content
    assert b'code="413"' in notice.content
    assert empty.content == b""


def test_no_workbook_under_a_workbooks_name(world_url: str) -> None:
    reply = get(f"{world_url}/fault/not-a-workbook{WORKBOOK}")
    assert reply.headers["Content-Type"].endswith("spreadsheetml.sheet")
    assert b"<html" in reply.content


@pytest.mark.parametrize("path", [TRADE, ANNUAL, PROJECTS])
def test_faults_of_a_csv_change_what_they_say_and_no_more(world_url: str, path: str) -> None:
    good = get(world_url + path).content.decode().splitlines()
    bad = {name: get(f"{world_url}/fault/{name}{path}").content.decode() for name in faults.CSV_FAULTS}
    assert bad["header-only"].splitlines() == good[:1]
    assert bad["renamed-column"].splitlines()[1:] == good[1:]
    assert len(set(bad["renamed-column"].splitlines()[0].split(",")) - set(good[0].split(","))) == 1
    assert not bad["truncated-row"].endswith("\n")
    for name in ("letter-in-number", "times-thousand"):
        changed = [(a, b) for a, b in zip(good, bad[name].splitlines(), strict=True) if a != b]
        assert len(changed) == 1
        ((before, after),) = changed
        assert len(after) - len(before) == (3 if name == "times-thousand" else 0)


def test_a_truncated_reply_promises_more_than_it_sends(world_url: str) -> None:
    with pytest.raises(requests.RequestException):
        get(f"{world_url}/fault/truncated{ANNUAL}")


def test_a_slow_reply_drips_but_is_whole(world_url: str) -> None:
    began = time.monotonic()
    assert get(f"{world_url}/fault/slow{ANNUAL}").content == get(world_url + ANNUAL).content
    assert time.monotonic() - began > 1


@pytest.mark.parametrize("path", ["/", "/other", "/fault/nonsense/fit/fdi-annual.csv", "/fault/empty/nowhere"])
def test_anything_else_is_404(world_url: str, path: str) -> None:
    assert get(world_url + path).status_code == 404


def test_another_server_gives_the_same_bytes(world_url: str, tmp_path: Path) -> None:
    with serving(cache=tmp_path) as other:
        for path in PATHS:
            assert get(other + path).headers["ETag"] == get(world_url + path).headers["ETag"]


def test_the_world_is_small_enough_to_be_read() -> None:
    folder = Path(sandbox.sources.__file__).parent
    files = [file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    assert {file.suffix for file in files} == {".py"}
    assert sum(file.stat().st_size for file in files) < 200_000
