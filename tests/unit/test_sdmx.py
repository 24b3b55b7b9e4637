"""The question to an SDMX service, and what is taken off its answer."""

from __future__ import annotations

import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include import sdmx
from include.errors import TruncatedReply
from include.periods import clock_from
from include.register import source_of

TEXT = b"DATAFLOW,OBS_VALUE\nBE2:DF_X(1.0),1\n"


def unwrapped(payload: bytes) -> bytes:
    return b"".join(sdmx.csv_blocks(io.BytesIO(payload), {"source": "nbb"}))


def test_a_data_path_is_in_the_comma_form() -> None:
    assert sdmx.data_path("BE2", "DF_X", "1.0", ("VL", "", "X+I")) == "data/BE2,DF_X,1.0/VL..X+I"


def test_the_question_to_nbb_word_by_word() -> None:
    (request,) = source_of("nbb_goods_trade").requests(clock_from("2026-10-15T09:00:00+02:00"), {})
    assert request.path == "data/BE2,DF_EXTTRADEVLNAT_Overview,1.0/VL...X+I.COM.VAL.M"
    assert dict(request.params) == {
        "startPeriod": "2022-01",
        "endPeriod": "2026-10",
        "dimensionAtObservation": "AllDimensions",
    }
    assert request.accept == "application/vnd.sdmx.data+csv;version=1.0.0"


@pytest.mark.parametrize("code", ["nbb_goods_trade", "fit_fdi_annual", "fit_fdi_project"])
def test_asking_twice_at_one_clock_asks_the_same(code: str) -> None:
    clock = clock_from("2026-03-16T09:00:00+01:00")
    assert source_of(code).requests(clock, {}) == source_of(code).requests(clock, {})


@pytest.mark.parametrize(
    "payload",
    [TEXT, b"\xef\xbb\xbf" + TEXT, gzip.compress(TEXT), gzip.compress(b"\xef\xbb\xbf" + TEXT)],
    ids=["plain", "byte order mark", "gzip", "gzip with a byte order mark"],
)
def test_only_gzip_and_the_byte_order_mark_are_taken_off(payload: bytes) -> None:
    assert unwrapped(payload) == TEXT


@given(
    st.binary(min_size=1, max_size=200).filter(lambda body: not body.startswith((b"\x1f\x8b", b"\xef\xbb\xbf", b"PK")))
)
def test_any_other_bytes_pass_untouched(body: bytes) -> None:
    assert unwrapped(body) == unwrapped(gzip.compress(body)) == body


def test_a_large_payload_comes_in_blocks() -> None:
    body = TEXT * 100_000
    blocks = list(sdmx.csv_blocks(io.BytesIO(gzip.compress(body)), {}))
    assert len(blocks) == -(-len(body) // sdmx.BLOCK_BYTES)
    assert b"".join(blocks) == body


@pytest.mark.parametrize("cut", [-1, -9, 40])
def test_a_gzip_stream_that_breaks_off_is_named(cut: int) -> None:
    payload = gzip.compress(bytes(range(256)) * 50)
    with pytest.raises(TruncatedReply, match="nbb: expected a whole gzip stream or zip archive"):
        unwrapped(payload[:cut])
