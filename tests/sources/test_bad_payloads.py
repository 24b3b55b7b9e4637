"""Bad payloads through the loader: a named error or a rejected row, nothing loaded half, memory bounded."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from include import errors, sdmx
from include.extract import extraction
from include.pipeline import load_steps
from include.register import registered_temporarily
from include.sdmx import documents
from include.sources.dataflow import Expressions
from include.sources.source import Expectation, Request, Source
from tests.sources.agencies import Answer, serving, trade

CLOCK = datetime(2026, 10, 15, 7, tzinfo=UTC)
HEADER = b"DATAFLOW,FREQ,GEO,TIME_PERIOD,OBS_VALUE,OBS_STATUS\n"
GOOD = [b"E:X,M,BE,2026-%02d,%d,A\n" % (month, month) for month in range(1, 10)]
MEGABYTE = 1 << 20
SUITE = (Expectation(type="expect_compound_columns_to_be_unique", kwargs={"column_list": ["series_id", "period"]}),)
SCOPE = {"dataset": "E:X", "key": ".", "start_period": "2026-01", "end_period": "2026-12"}
Load = Callable[[Answer], dict[str, int]]


def source(**entry: object) -> Source:
    return trade(
        **{"requests": lambda clock, given: (Request(path="x", scope=SCOPE),), "suite": SUITE, "max_lost_share": 1.0}
        | entry
    )


@contextmanager
def loading(dsn: str, root: Path, entry: Source) -> Iterator[Load]:
    """load(answer): the answer of the next day through the whole loader."""
    said, days = [Answer()], iter(range(1, 28))

    def load(answer: Answer) -> dict[str, int]:
        said[0] = answer
        clock = CLOCK.replace(month=11, day=next(days))
        batches = extraction.extract(dsn, root.as_uri(), entry, agency.endpoint(), clock, {}, "test")
        return load_steps.merge(dsn, load_steps.check(dsn, load_steps.stage(dsn, root.as_uri(), batches)))

    with registered_temporarily(entry), serving(lambda asked: said[0]) as agency:
        yield load


def current(conn: psycopg.Connection) -> list[tuple[object, ...]]:
    return conn.execute(
        "select series_id, period, value, status_code from core.observation where known_to = 'infinity' order by 1, 2"
    ).fetchall()


def rows(*lines: bytes) -> bytes:
    return HEADER + b"".join(lines)


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, rows(*GOOD))
    return out.getvalue()


REFUSED = {
    "a NUL byte in a code": (rows(*GOOD, b"E:X,M,B\x00E,2026-10,1,A\n"), errors.LayoutChanged),
    "bytes that are no UTF-8": (rows(*GOOD, b"E:X,M,B\xffE,2026-10,1,A\n"), errors.LayoutChanged),
    "a quote that never ends": (rows(*GOOD, b'E:X,M,"BE,2026-10,1,A\n'), errors.TruncatedReply),
    "a key twice": (rows(*GOOD, GOOD[0].replace(b",1,A", b",99,A")), errors.CheckFailed),
    "a row cut off": (rows(*GOOD, b"E:X,M,BE"), errors.TruncatedReply),
    "no end of the last row": (rows(*GOOD)[:-1], errors.TruncatedReply),
    "a field too many": (rows(*GOOD, b"E:X,M,BE,2026-10,1,A,7\n"), errors.LayoutChanged),
    "a renamed dimension": (rows(*GOOD).replace(b"GEO", b"AREA"), errors.LayoutChanged),
    "an added dimension": (
        rows(*GOOD).replace(b"\n", b",X\n").replace(b"S,X\n", b"S,SECTOR\n", 1),
        errors.LayoutChanged,
    ),
    "a column twice": (rows(*GOOD).replace(b"OBS_STATUS", b"OBS_VALUE"), errors.LayoutChanged),
    "two ends of lines": (rows(*GOOD[:5]) + b"".join(GOOD[5:]).replace(b"\n", b"\r\n"), errors.LayoutChanged),
    "gzip cut off": (gzip.compress(rows(*GOOD))[:-9], errors.TruncatedReply),
    "gzip of nothing good": (b"\x1f\x8b" + b"x" * 400, errors.TruncatedReply),
    "a zip of two files": (zipped("a.csv", "b.csv"), errors.LayoutChanged),
    "header only": (HEADER, errors.HeaderOnly),
    "no bytes": (b"", errors.EmptyReply),
    "XML with entities": (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', errors.UnsafeXml),
    "a block page": (b"<html><script>location='x'</script>", errors.BlockPage),
    "no results": (b"NoRecordsFound\n", errors.NoResults),
}


@pytest.mark.parametrize(("body", "kind"), list(REFUSED.values()), ids=list(REFUSED))
def test_a_bad_payload_is_named_and_nothing_of_it_is_loaded(
    dsn: str, conn: psycopg.Connection, tmp_path: Path, body: bytes, kind: type[errors.DataError]
) -> None:
    with loading(dsn, tmp_path, source()) as load:
        load(Answer(body=rows(*GOOD)))
        before = current(conn)
        with pytest.raises(errors.DataError) as caught:
            load(Answer(body=body))
        assert type(caught.value) is kind
        assert current(conn) == before
        state = conn.execute("select state, error_class from ops.batch order by batch_id desc limit 1").fetchone()
        assert state == ("quarantined", kind.__name__)
        assert conn.execute("select count(*) from pg_tables where schemaname = 'staging'").fetchone() == (0,)
        # And the next good one loads as if nothing had been.
        assert load(Answer(body=rows(*GOOD, b"E:X,M,BE,2026-10,10,A\n")))["inserted"] == 1


@pytest.mark.parametrize("again", [GOOD[0], GOOD[0].replace(b",1,A", b",99,A")], ids=["alike", "otherwise"])
def test_a_key_twice_is_named_even_where_no_suite_looks_for_it(
    dsn: str, conn: psycopg.Connection, tmp_path: Path, again: bytes
) -> None:
    with loading(dsn, tmp_path, source(suite=())) as load, pytest.raises(errors.CheckFailed, match="twice"):
        load(Answer(body=rows(*GOOD, again)))
    assert current(conn) == []
    assert conn.execute("select count(*) from core.series").fetchone() == (0,)


@pytest.mark.parametrize("bulk", [False, True], ids=["plain", "bulk"])
def test_as_many_rows_under_another_code_are_a_loss_and_not_a_revision(
    dsn: str, conn: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bulk: bool
) -> None:
    if bulk:
        monkeypatch.setattr("include.load.bulk.steps.BULK_ROWS", 5)
    with loading(dsn, tmp_path, source(max_lost_share=0.1)) as load:
        load(Answer(body=rows(*GOOD, *(row.replace(b"BE", b"NL") for row in GOOD))))
        before = current(conn)
        with pytest.raises(errors.CheckFailed, match="9 of 18 known rows"):
            load(Answer(body=rows(*GOOD, *(row.replace(b"BE", b"NL-X") for row in GOOD))))
        assert current(conn) == before
        assert conn.execute("select state from ops.batch order by batch_id desc limit 1").fetchone() == ("quarantined",)
        # All of them revised is no loss, and neither is one of eighteen.
        revised = [row.replace(b",A\n", b"9,A\n") for row in GOOD] + [row.replace(b"BE", b"NL") for row in GOOD[1:]]
        assert load(Answer(body=rows(*revised)))["closed"] == 9 + 1


REJECTED = {
    "a thirteenth month": (b"E:X,M,BE,2025-13,1,A\n", "period_fits_frequency"),
    "a year for a month": (b"E:X,M,BE,2026,1,A\n", "period_fits_frequency"),
    "no period": (b"E:X,M,BE,,1,A\n", "period_fits_frequency"),
    "a number beyond all numbers": (b"E:X,M,BE,2026-10,1e309,A\n", "value_is_number"),
    "infinity": (b"E:X,M,BE,2026-10,Infinity,A\n", "value_is_number"),
    "a decimal comma": (b'E:X,M,BE,2026-10,"1,5",A\n', "value_is_number"),
    "words": (b"E:X,M,BE,2026-10,n/a yet,A\n", "value_is_number"),
    "a value of a million characters": (b"E:X,M,BE,2026-10," + b"9" * 900_000 + b",A\n", "value_is_number"),
    "no country": (b"E:X,M,,2026-10,1,A\n", "key_is_whole"),
}


@pytest.mark.parametrize(("row", "rule"), list(REJECTED.values()), ids=list(REJECTED))
def test_a_bad_row_is_rejected_with_its_reason_and_the_others_load(
    dsn: str, conn: psycopg.Connection, tmp_path: Path, row: bytes, rule: str
) -> None:
    with loading(dsn, tmp_path, source()) as load:
        assert load(Answer(body=rows(*GOOD, row)))["inserted"] == 1 + len(GOOD)
    found = conn.execute("select reason_code, reason <> '' and fix <> '' from ops.rejected_row").fetchall()
    assert (rule, True) in found
    assert len(current(conn)) == len(GOOD)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_one_rejected_row_of_a_few_is_more_than_a_fifth(
    dsn: str, conn: psycopg.Connection, tmp_path: Path, count: int
) -> None:
    bad, _ = REJECTED["words"]
    with loading(dsn, tmp_path, source(suite=())) as load:
        with pytest.raises(errors.CheckFailed, match=rf"row_count_to_be_between.*: {count - 1}\}}"):
            load(Answer(body=rows(*GOOD[: count - 1], bad)))
        assert current(conn) == []
        load(Answer(body=rows(*GOOD[:4], bad)))
    assert len(current(conn)) == 4


@pytest.mark.parametrize(
    ("said", "rule", "loaded"),
    [
        (b"200000,0,", "multiplier_is_power", None),
        (b"99999999999,0,", "multiplier_is_power", None),
        (b"six,0,", "multiplier_is_power", None),
        (b"6.5,0,", "multiplier_is_power", None),
        (b"0,0,soon", "embargo_is_moment", None),
        (b"0,0,2026-13-01", "embargo_is_moment", None),
        (b"-3,0,", None, ("0.001", 0)),
        (b",40000,", None, ("1", None)),
        (b"0,two,2026-10-20T12:00:00", None, ("1", None)),
    ],
)
def test_what_a_row_says_of_its_value_is_read_or_the_row_is_rejected(
    dsn: str, conn: psycopg.Connection, tmp_path: Path, said: bytes, rule: str | None, loaded: tuple[str, int] | None
) -> None:
    """A guess would show a value in millions as one in euro, or one under embargo today."""
    entry = source(
        attributes=("OBS_STATUS", "UNIT_MULT", "DECIMALS", "EMBARGO_TIME"),
        expressions=Expressions(definition="'TRIAL'", unit="'EUR'", dataset="dataflow"),
    )
    good = b"".join(row.replace(b",A\n", b",A,0,0,\n") for row in GOOD)
    with loading(dsn, tmp_path, entry) as load:
        body = HEADER[:-1] + b",UNIT_MULT,DECIMALS,EMBARGO_TIME\n" + good + b"E:X,M,BE,2026-10,1,A," + said + b"\n"
        load(Answer(body=body))
    assert conn.execute("select min(reason_code) from ops.rejected_row").fetchone() == (rule,)
    found = conn.execute("select value::text, decimals from core.observation where period = '2026-10'").fetchone()
    assert found == loaded


@pytest.mark.parametrize(
    ("row", "value", "status"),
    [
        (b"E:X,M,BE,2026-10,:,c\n", None, "c"),
        (b"E:X,M,BE,2026-10,,M\n", None, "M"),
        (b"E:X,M,BE,2026-10,NaN,\n", None, ""),
        (b"E:X,M,BE,2026-10,-1.5E3, p\n", -1500, " p"),
        (b'"E:X","M","BE","2026-10","7","A,""B"""\n', 7, 'A,"B"'),
    ],
    ids=["colon", "empty", "NaN", "exponent", "quotes"],
)
def test_what_is_missing_is_no_number_and_flags_are_verbatim(
    dsn: str, conn: psycopg.Connection, tmp_path: Path, row: bytes, value: float | None, status: str
) -> None:
    for end in (b"\n", b"\r\n"):
        with loading(dsn, tmp_path / end.hex(), source()) as load:
            load(Answer(body=b"\xef\xbb\xbf" + rows(*GOOD, row).replace(b"\n", end)))
    (found,) = [line[2:] for line in current(conn) if line[1] == "2026-10"]
    assert found == (value, status)


def test_a_code_with_a_quote_is_a_code_and_no_statement(dsn: str, conn: psycopg.Connection, tmp_path: Path) -> None:
    evil = b"""E:X,M,"B'; drop table core.series; --""\",2026-10,1,A\n"""
    with loading(dsn, tmp_path, source()) as load:
        load(Answer(body=rows(*GOOD, evil)))
    keys = conn.execute("select series_key from core.series order by 1").fetchall()
    assert keys == [("M.B'; drop table core.series; --\"",), ("M.BE",)]


@contextmanager
def at_most(megabytes: int) -> Iterator[None]:
    """Python's own memory does not rise by more than so much within the block."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < megabytes * MEGABYTE
    finally:
        tracemalloc.stop()


def huge(row: bytes, megabytes: int) -> bytes:
    return HEADER + row * (megabytes * MEGABYTE // len(row))


BOMBS: dict[str, tuple[Callable[[], Answer], type[errors.DataError], str]] = {
    "gzip bomb": (
        lambda: Answer(body=gzip.compress(huge(GOOD[0], 200))),
        errors.PayloadTooLarge,
        "200 bytes out of one",
    ),
    "gzip bomb on the way": (
        lambda: Answer(body=gzip.compress(huge(GOOD[0], 200)), headers={"Content-Encoding": "gzip"}),
        errors.PayloadTooLarge,
        "at most 20,000,000 bytes",
    ),
    "a line of 100 MB": (
        lambda: Answer(body=gzip.compress(rows(*GOOD, b"x" * (100 * MEGABYTE)))),
        errors.LayoutChanged,
        "lines of at most",
    ),
    "a header of 100 MB": (
        lambda: Answer(body=gzip.compress(b"x" * (100 * MEGABYTE))),
        errors.LayoutChanged,
        "missing",
    ),
    "more than the source may send": (
        lambda: Answer(body=huge(b"E:X,M,BE,2026-01,1,A\n", 25)),
        errors.PayloadTooLarge,
        "at most 20,000,000 bytes",
    ),
}


@pytest.mark.parametrize(("answer", "kind", "got"), list(BOMBS.values()), ids=list(BOMBS))
def test_what_is_too_large_is_refused_within_16_megabytes(
    dsn: str, conn: psycopg.Connection, tmp_path: Path, answer: Callable[[], Answer], kind: type, got: str
) -> None:
    with loading(dsn, tmp_path, source(max_bytes=20_000_000)) as load:
        body = answer()
        with at_most(16), pytest.raises(kind, match=got):
            load(body)
    assert current(conn) == []


def test_a_large_document_of_json_is_refused_within_its_limit(
    dsn: str, conn: psycopg.Connection, tmp_path: Path
) -> None:
    entry = replace(source(), reader=sdmx.json_blocks, media_types=("application/json",))
    body = gzip.compress(b'{"data": [' + b"[1],\n" * (20 * MEGABYTE) + b"[1]]}")
    with loading(dsn, tmp_path, entry) as load, at_most(16), pytest.raises(errors.PayloadTooLarge, match="SDMX-CSV"):
        load(Answer(body=body, media_type="application/json"))
    assert current(conn) == []


def test_half_a_character_in_a_document_of_json_is_named(dsn: str, conn: psycopg.Connection, tmp_path: Path) -> None:
    dimensions = {"series": [{"id": "GEO", "values": [{"id": "B\ud800"}]}, {"id": "FREQ", "values": [{"id": "A"}]}]}
    dimensions["observation"] = [{"id": "TIME_PERIOD", "values": [{"id": "2025"}]}]
    data = {"structures": [{"dimensions": dimensions}], "dataSets": [{"series": {"0:0": {"observations": {"0": [1]}}}}]}
    entry = replace(source(), reader=sdmx.json_blocks, media_types=("application/json",))
    with loading(dsn, tmp_path, entry) as load, pytest.raises(errors.LayoutChanged, match="UTF"):
        load(Answer(body=json.dumps({"data": data}).encode(), media_type="application/json"))
    assert current(conn) == []


def test_the_largest_document_that_is_read_takes_at_most_100_megabytes() -> None:
    """SDMX-JSON with little text and many numbers is the dearest: 18 bytes of memory for each of its own."""
    months = [{"id": str(1900 + place)} for place in range(100)]
    series = {
        str(place): {"observations": {str(month): [place * 1.25 + month, 0] for month in range(100)}}
        for place in range(2_650)
    }
    structure = {
        "dimensions": {
            "series": [{"id": "GEO", "keyPosition": 0, "values": [{"id": f"G{place}"} for place in range(2_650)]}],
            "observation": [{"id": "TIME_PERIOD", "keyPosition": 1, "values": months}],
        },
        "attributes": {"observation": [{"id": "OBS_STATUS", "values": [{"id": "A"}]}]},
    }
    body = json.dumps({"data": {"structures": [structure], "dataSets": [{"series": series}]}}).encode()
    assert 0.9 * documents.MAX_DOCUMENT_BYTES < len(body) <= documents.MAX_DOCUMENT_BYTES
    with at_most(100):
        assert sum(block.count(b"\n") for block in sdmx.json_blocks(io.BytesIO(body), {})) == 1 + 265_000
