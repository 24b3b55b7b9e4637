"""Asking a source: in halves when it is too much, with patience for a file that comes later, in turns, for news."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from include import sdmx
from include.errors import DataError, SourceRefused, SourceUnavailable, TooBigNotice
from include.extract import extraction, polling, rate_limit
from include.pipeline import load_steps
from include.register import registered_temporarily, source_of
from include.sources.dataflow import data_request
from include.sources.source import Endpoint, Probe, Request, Source
from tests.sources.agencies import Agency, Answer, Asked, serving, trade

CLOCK = datetime(2026, 10, 15, 7, tzinfo=UTC)
QUERY = sdmx.Query(agency="E", flow="X", key=("M", "BE+DE+FR"), start="2026-01", end="2026-08")
FOOTER = (
    '<m:GenericData><f:Footer><f:Message code="413" severity="Infomation"><c:Text>will be written to a file'
    " {0}</c:Text><c:Text>{0}</c:Text></f:Message></f:Footer></m:GenericData>"
)
FAULT = b"<S:Fault><faultcode>413</faultcode><faultstring>EXTRACTION_TOO_BIG: estimated 9 rows</faultstring></S:Fault>"
QUEUED = "<E><queued><id>key-1</id><status>{}</status></queued></E>"


def asks(*requests: Request, **entry: object) -> Source:
    return trade(requests=lambda clock, given: requests, **entry)


def extract(dsn: str, root: Path, source: Source, agency: Agency, clock: datetime = CLOCK, **more: object) -> list[int]:
    return extraction.extract(dsn, root.as_uri(), source, agency.endpoint(**more), clock, {}, "test")


def load(dsn: str, root: Path, batches: list[int]) -> dict[str, int]:
    return load_steps.merge(dsn, load_steps.check(dsn, load_steps.stage(dsn, root.as_uri(), batches)))


def csv_of(asked: Asked) -> bytes:
    """An observation of 1 for every month and country that was asked for."""
    first, last = (int(asked.params[name][-2:]) for name in ("startPeriod", "endPeriod"))
    countries = asked.path.rsplit(".", 1)[1].split("+")
    rows = (f"E:X,M,{geo},2026-{month:02d},1,A" for geo in countries for month in range(first, last + 1))
    return "\n".join(["DATAFLOW,FREQ,GEO,TIME_PERIOD,OBS_VALUE,OBS_STATUS", *rows, ""]).encode()


def cells_of(asked: Asked) -> int:
    return csv_of(asked).count(b"\n") - 1


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "POLL_SECONDS", 0.01)


@pytest.fixture
def register() -> Iterator[None]:
    with registered_temporarily(trade()):
        yield


TOO_BIG = {
    "status 413": Answer(status=413, body=FAULT, media_type="application/xml"),
    "status 413, no words": Answer(status=413, body=b""),
    "inside a 200": Answer(body=FAULT, media_type="application/xml"),
    "inside a 400": Answer(status=400, body=FAULT, media_type="application/xml"),
    "a file on another host": Answer(
        body=FOOTER.format("http://other.example/file").encode(), media_type="application/xml"
    ),
}


@pytest.mark.parametrize("notice", list(TOO_BIG.values()), ids=list(TOO_BIG))
@pytest.mark.usefixtures("register")
def test_what_is_too_big_is_asked_in_halves_until_it_fits(
    dsn: str, conn: psycopg.Connection, tmp_path: Path, notice: Answer
) -> None:
    with serving(lambda asked: notice if cells_of(asked) > 6 else Answer(body=csv_of(asked))) as agency:
        batches = extract(dsn, tmp_path, asks(data_request(QUERY)), agency)
    assert len(batches) == 4
    assert load(dsn, tmp_path, batches)["inserted"] == 3 + 24
    scopes = conn.execute(
        "select scope ->> 'start_period', scope ->> 'end_period', outcome from ops.request order by request_id"
    ).fetchall()
    assert scopes == [(f"2026-{month:02d}", f"2026-{month + 1:02d}", "new") for month in (1, 3, 5, 7)]
    assert conn.execute("select count(*) from core.observation").fetchone() == (24,)


@pytest.mark.usefixtures("register")
def test_one_period_is_divided_by_its_codes_and_one_cell_is_the_floor(
    dsn: str, conn: psycopg.Connection, tmp_path: Path
) -> None:
    month = replace(QUERY, end="2026-01")
    with serving(lambda asked: TOO_BIG["status 413"] if cells_of(asked) > 1 else Answer(body=csv_of(asked))) as agency:
        assert len(extract(dsn, tmp_path, asks(data_request(month)), agency)) == 3
    keys = conn.execute("select scope ->> 'key' from ops.request order by 1").fetchall()
    assert keys == [("M.BE",), ("M.DE",), ("M.FR",)]
    with serving(lambda asked: TOO_BIG["inside a 400"]) as agency:
        with pytest.raises(TooBigNotice, match=r"'key': 'M.BE'.*list the codes of a dimension") as caught:
            extract(dsn, tmp_path, asks(data_request(month)), agency)
        assert "estimated 9 rows" in caught.value.got
        assert [asked.path.rpartition(".")[2] for asked in agency.asked] == ["BE+DE+FR", "BE"]


def test_a_row_withdrawn_in_one_half_is_withdrawn_and_the_other_half_is_untouched(
    dsn: str, conn: psycopg.Connection, tmp_path: Path
) -> None:
    source = asks(data_request(QUERY), max_lost_share=1.0)
    with registered_temporarily(source):
        with serving(lambda asked: Answer(body=csv_of(asked))) as agency:
            load(dsn, tmp_path, extract(dsn, tmp_path, source, agency))

        def later(asked: Asked) -> Answer:
            body = b"\n".join(line for line in csv_of(asked).split(b"\n") if b"BE,2026-08" not in line)
            return TOO_BIG["status 413"] if cells_of(asked) > 12 else Answer(body=body)

        with serving(later) as agency:
            batches = extract(dsn, tmp_path, source, agency, CLOCK.replace(month=11))
            assert load(dsn, tmp_path, batches) == {"inserted": 0, "closed": 1, "unchanged": 6 + 23}
    gone = conn.execute("select period from core.observation where known_to < 'infinity'").fetchall()
    assert gone == [("2026-08",)]


def test_without_halves_the_notice_is_kept_and_named_when_it_is_staged(dsn: str, tmp_path: Path) -> None:
    source = asks(Request(path="x", scope={}))
    with registered_temporarily(source), serving(lambda asked: TOO_BIG["inside a 200"]) as agency:
        batches = extract(dsn, tmp_path, source, agency)
        with pytest.raises(TooBigNotice, match="estimated 9 rows"):
            load_steps.stage(dsn, tmp_path.as_uri(), batches)


def test_a_file_that_is_written_for_later_is_looked_for_until_it_is_there(dsn: str, tmp_path: Path) -> None:
    looked: list[int] = []

    def answer(asked: Asked) -> Answer:
        if asked.path == "/file/k":
            looked.append(1)
            here = csv_of(replace(asked, path="data/E,X,1.0/M.BE", params=QUERY.params()))
            return Answer(body=here) if len(looked) == 3 else Answer(status=404)
        return Answer(
            body=FOOTER.format(f"http://{asked.headers['Host']}/file/k").encode(), media_type="application/xml"
        )

    source = asks(data_request(QUERY))
    with registered_temporarily(source), serving(answer) as agency:
        batches = extract(dsn, tmp_path, source, agency)
        assert load(dsn, tmp_path, batches)["inserted"] == 1 + 8
    assert len(looked) == 3


@pytest.mark.parametrize("status", [200, 202])
def test_a_key_is_asked_for_its_state_beside_the_service_and_then_fetched(
    dsn: str, tmp_path: Path, status: int
) -> None:
    states = iter(["SUBMITTED", "PROCESSING", "AVAILABLE"])

    def answer(asked: Asked) -> Answer:
        if asked.path.startswith("/api/dissemination/1.0/async/status/key-1"):
            return Answer(body=QUEUED.format(next(states)).encode(), media_type="application/xml")
        if asked.path == "/api/dissemination/1.0/async/data/key-1":
            return Answer(body=csv_of(replace(asked, path="data/E,X,1.0/M.BE", params=QUERY.params())))
        return Answer(status=status, body=QUEUED.format("SUBMITTED").encode(), media_type="application/xml")

    source = asks(data_request(replace(QUERY, base="api/dissemination/sdmx/2.1")))
    with registered_temporarily(source), serving(answer) as agency:
        assert load(dsn, tmp_path, extract(dsn, tmp_path, source, agency))["inserted"] == 1 + 8
        assert [asked.path.rsplit("/", 2)[1] for asked in agency.asked[1:]] == ["status", "status", "status", "data"]


@pytest.mark.parametrize("state", ["EXPIRED", "ERROR", "UNKNOWN_REQUEST"])
def test_a_file_that_never_comes_is_for_a_later_run(dsn: str, tmp_path: Path, state: str) -> None:
    def answer(asked: Asked) -> Answer:
        said = state if "status" in asked.path else "SUBMITTED"
        return Answer(body=QUEUED.format(said).encode(), media_type="application/xml")

    with serving(answer) as agency, pytest.raises(SourceUnavailable, match=f"file that it promised.*{state}"):
        extract(dsn, tmp_path, asks(data_request(QUERY)), agency)


def test_patience_has_an_end(dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "MAX_DELIVERY_SECONDS", 0.1)
    queued = Answer(body=QUEUED.format("PROCESSING").encode(), media_type="application/xml")
    with serving(lambda asked: queued) as agency, pytest.raises(SourceUnavailable, match="within 0 s"):
        extract(dsn, tmp_path, asks(data_request(QUERY)), agency)


def test_two_askers_of_one_host_take_turns_and_keep_their_distance(dsn: str, tmp_path: Path) -> None:
    source = asks(Request(path="a", scope={"file": "a"}), Request(path="b", scope={"file": "b"}))
    with serving(lambda asked: Answer(body=asked.path.encode())) as agency:
        threads = [
            threading.Thread(
                target=extract, args=(dsn, tmp_path / root, source, agency), kwargs={"seconds_between": 0.6}
            )
            for root in ("one", "two")
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    moments = sorted(asked.at for asked in agency.asked)
    assert len(moments) == 4
    assert min(later - earlier for earlier, later in pairwise(moments)) >= 0.4


@pytest.mark.parametrize(
    ("said", "distance"),
    [({}, [60.0]), ({"seconds_between": 90.0}, [90.0]), ({"seconds_between": 0.0}, []), ({"is_sample": True}, [])],
    ids=["the source's own", "another", "none", "the sample world"],
)
def test_a_source_keeps_the_distance_it_is_known_to_want_unless_the_connection_says_another(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: dict[str, float], distance: list[float]
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(rate_limit, "time", SimpleNamespace(sleep=waits.append, monotonic=lambda: 0.0))
    with serving(lambda asked: Answer(body=b"x")) as agency:
        endpoint = Endpoint(host=agency.url, **said)
        extraction.extract(dsn, tmp_path.as_uri(), source_of("oecd_fdi_flow"), endpoint, CLOCK, {}, "test")
    assert waits == distance


def test_another_host_does_not_wait_and_a_killed_asker_leaves_the_turn(dsn: str, tmp_path: Path) -> None:
    with serving(lambda asked: Answer(body=b"x")) as slow, serving(lambda asked: Answer(body=b"x")) as other:
        killed = psycopg.connect(dsn, autocommit=True)
        host = {"host": slow.url.removeprefix("http://")}
        killed.execute("select pg_advisory_lock(hashtext('source.turn'), hashtext(%(host)s))", host)
        began = time.monotonic()
        extract(dsn, tmp_path, asks(Request(path="a", scope={})), other, seconds_between=0.01)
        assert time.monotonic() - began < 5
        threading.Timer(0.3, killed.close).start()
        extract(dsn, tmp_path, asks(Request(path="a", scope={"f": "1"})), slow, seconds_between=0.01)
        assert slow.asked[0].at - began >= 0.3


MODIFIED = "Thu, 15 Oct 2026 06:00:00 GMT"


def conditional(asked: Asked) -> Answer:
    """A source without entity tags that knows when it published."""
    since = asked.headers.get("If-Modified-Since")
    if since and parsedate_to_datetime(since) >= parsedate_to_datetime(MODIFIED):
        return Answer(status=304)
    return Answer(body=csv_of(replace(asked, params=QUERY.params())), headers={"Last-Modified": MODIFIED})


def with_head(asked: Asked) -> Answer:
    """A source that ignores every condition, and says on HEAD when it published."""
    return Answer(body=csv_of(replace(asked, params=QUERY.params())), headers={"Last-Modified": MODIFIED})


def with_structure(asked: Asked) -> Answer:
    """A source that says nothing in its headers; its structure says when the data changed, and is new each time."""
    if "dataflow" in asked.path:
        told = f'{{"meta": {{"prepared": "{time.monotonic()}"}}, "data": {{"x": [{{"validFrom": "2026-04-10"}}]}}}}'
        return Answer(body=told.encode(), media_type="application/json")
    return Answer(body=csv_of(asked))


@pytest.mark.parametrize(
    ("answer", "probe"),
    [
        (conditional, None),
        (with_head, Probe(path="data/E,X,1.0/M.BE")),
        (with_structure, Probe(path=sdmx.structure_path("E", "X", "1.0"), pattern=sdmx.NBB_CHANGED)),
    ],
    ids=["If-Modified-Since", "HEAD", "structure"],
)
def test_what_is_known_costs_no_transfer(dsn: str, conn: psycopg.Connection, tmp_path: Path, answer, probe) -> None:
    source = asks(data_request(QUERY, freshness_probe=probe))
    with registered_temporarily(source), serving(answer) as agency:
        assert load(dsn, tmp_path, extract(dsn, tmp_path, source, agency))["inserted"] > 0
        transferred = agency.sent_bytes
        assert extract(dsn, tmp_path, source, agency, CLOCK.replace(day=16)) == []
        # A structure message of some bytes at most; of the data nothing.
        assert agency.sent_bytes - transferred < 100
    outcomes = conn.execute("select outcome from ops.request order by request_id").fetchall()
    assert outcomes == [("new",), ("unchanged",)]


def test_something_new_is_fetched_after_the_cheap_question(dsn: str, tmp_path: Path) -> None:
    changed = ["2026-04-10"]

    def answer(asked: Asked) -> Answer:
        if "dataflow" in asked.path:
            return Answer(body=f'{{"validFrom": "{changed[-1]}"}}'.encode(), media_type="application/json")
        return Answer(body=csv_of(asked).replace(b",1,A", f",{len(changed)},A".encode()))

    probe = Probe(path="dataflow/E/X/1.0", pattern=sdmx.NBB_CHANGED)
    source = asks(data_request(QUERY, freshness_probe=probe))
    with registered_temporarily(source), serving(answer) as agency:
        load(dsn, tmp_path, extract(dsn, tmp_path, source, agency))
        changed.append("2026-05-10")
        batches = extract(dsn, tmp_path, source, agency, CLOCK.replace(day=16))
        assert load(dsn, tmp_path, batches)["inserted"] == 24


@pytest.mark.parametrize(
    "told", [Answer(status=404), Answer(body=b"{}"), Answer(status=500, body=b"x")], ids=["absent", "no word", "broken"]
)
def test_a_cheap_question_without_an_answer_is_no_reason_not_to_ask(dsn: str, tmp_path: Path, told: Answer) -> None:
    source = asks(data_request(QUERY, freshness_probe=Probe(path="dataflow/E/X/1.0", pattern=sdmx.NBB_CHANGED)))
    with (
        registered_temporarily(source),
        serving(lambda asked: told if "dataflow" in asked.path else Answer(body=csv_of(asked))) as agency,
    ):
        assert len(extract(dsn, tmp_path, source, agency)) == 1


@pytest.mark.parametrize(
    ("told", "own", "released"),
    [
        ("2026-04-10T14:02:43Z", None, "2026-04-10 14:02:43"),
        ("2023-01-23T11:00:00+0100", None, "2023-01-23 10:00:00"),
        ("2026-04-10T14:02:43Z", MODIFIED, "2026-10-15 06:00:00"),
        ("version 7", None, None),
        ("2026-04-10", None, None),
    ],
    ids=["NBB", "Eurostat", "the reply says it itself", "a word", "a day"],
)
def test_the_time_of_update_that_a_cheap_question_saw_is_kept_beside_ours(
    dsn: str, conn: psycopg.Connection, tmp_path: Path, told: str, own: str | None, released: str | None
) -> None:
    def answer(asked: Asked) -> Answer:
        if "dataflow" in asked.path:
            return Answer(body=f'{{"validFrom": "{told}"}}'.encode(), media_type="application/json")
        return Answer(body=csv_of(asked), headers={"Last-Modified": own} if own else {})

    source = asks(data_request(QUERY, freshness_probe=Probe(path="dataflow/E/X/1.0", pattern=sdmx.NBB_CHANGED)))
    with serving(answer) as agency:
        extract(dsn, tmp_path, source, agency)
    found = conn.execute("select (released_at at time zone 'UTC')::text, fetched_at from landing.payload").fetchone()
    assert found == (released, CLOCK)


def test_the_same_bytes_with_a_new_mark_are_asked_for_by_the_new_mark(dsn: str, tmp_path: Path) -> None:
    tags = ['"one"']
    source = asks(data_request(QUERY))
    with (
        registered_temporarily(source),
        serving(lambda asked: Answer(body=csv_of(asked), headers={"ETag": tags[-1]})) as agency,
    ):
        load(dsn, tmp_path, extract(dsn, tmp_path, source, agency))
        tags.append('"two"')
        for day in (16, 17):
            assert extract(dsn, tmp_path, source, agency, CLOCK.replace(day=day)) == []
        assert [asked.headers.get("If-None-Match") for asked in agency.asked] == [None, '"one"', '"two"']


def test_the_other_interface_is_asked_when_the_preferred_one_refuses(dsn: str, tmp_path: Path) -> None:
    request = replace(data_request(replace(QUERY, base="3.0")), fallback=data_request(replace(QUERY, base="2.1")))
    with serving(lambda asked: Answer(status=406) if "3.0" in asked.path else Answer(body=csv_of(asked))) as agency:
        assert len(extract(dsn, tmp_path, asks(request), agency)) == 1
    with serving(lambda asked: Answer(status=406)) as agency, pytest.raises(SourceRefused):
        extract(dsn, tmp_path, asks(request), agency)


@pytest.mark.parametrize(
    "said",
    [
        Answer(body=b"<html>Maintenance</html>", media_type="text/html"),
        Answer(body=b""),
        Answer(body=b"{}", media_type="application/json"),
        Answer(body=b'<m:Error><m:ErrorMessage code="500"/></m:Error>', media_type="application/xml"),
    ],
    ids=["page", "nothing", "another type", "error"],
)
def test_the_other_interface_is_asked_when_the_preferred_one_says_no_with_status_200(
    dsn: str, conn: psycopg.Connection, tmp_path: Path, said: Answer
) -> None:
    request = replace(data_request(replace(QUERY, base="3.0")), fallback=data_request(replace(QUERY, base="2.1")))
    source = asks(request)
    with (
        registered_temporarily(source),
        serving(lambda asked: said if "3.0" in asked.path else Answer(body=csv_of(asked))) as agency,
    ):
        assert load(dsn, tmp_path, extract(dsn, tmp_path, source, agency))["inserted"] > 0
    # Where both say so it is kept, and named as what it is.
    with registered_temporarily(source), serving(lambda asked: said) as agency, pytest.raises(DataError):
        load(dsn, tmp_path, extract(dsn, tmp_path, source, agency, CLOCK.replace(day=16)))
    assert conn.execute("select count(*) from ops.batch where state = 'quarantined'").fetchone() == (1,)


@pytest.mark.parametrize("status", [400, 404])
def test_no_results_is_an_answer_where_the_request_says_so(
    dsn: str, conn: psycopg.Connection, tmp_path: Path, status: int
) -> None:
    nothing = b'<m:Error><m:ErrorMessage code="100"><c:Text>No results found</c:Text></m:ErrorMessage></m:Error>'
    with serving(lambda asked: Answer(status=status, body=nothing, media_type="application/xml")) as agency:
        assert extract(dsn, tmp_path, asks(data_request(QUERY, may_be_absent=True)), agency) == []
        with pytest.raises(SourceRefused, match="No results found"):
            extract(dsn, tmp_path, asks(data_request(QUERY)), agency)
    assert conn.execute("select outcome from ops.request").fetchall() == [("absent",)]
