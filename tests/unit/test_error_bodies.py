"""Status 200 is not success: six soft failures, each by its name, and no good payload among them."""

from __future__ import annotations

import pytest

from include import errors
from include.extract.error_bodies import reject_error_bodies
from include.register import source_of

NBB, PARTNER = source_of("nbb_goods_trade"), source_of("partner_activity")
CSV = "application/vnd.sdmx.data+csv; version=1.0.0; charset=utf-8"
PAGE = b"<!DOCTYPE html>\n<html><head><title>Request Rejected</title>"


@pytest.mark.parametrize("media_type", [CSV, "text/csv", "TEXT/CSV ;charset=utf-8", "application/csv"])
@pytest.mark.parametrize(
    "head",
    [b"DATAFLOW,REPORTING\nBE2:X(1.0),VL\n", b"\xef\xbb\xbfDATAFLOW\n", b"\x1f\x8b\x08\x00", b"note\nit is too big\n"],
    ids=["csv", "byte order mark", "gzip", "words of a notice in a value"],
)
def test_a_good_payload_passes(media_type: str, head: bytes) -> None:
    reject_error_bodies(NBB, media_type, head)


@pytest.mark.parametrize("head", [b"", b"\n", b" \r\n\t"])
def test_no_bytes_at_all(head: bytes) -> None:
    with pytest.raises(errors.EmptyReply, match="no bytes, with status 200"):
        reject_error_bodies(NBB, CSV, head)


@pytest.mark.parametrize(
    ("media_type", "head"),
    [
        ("text/html; charset=utf-8", PAGE),
        ("text/html", b"plain words"),
        (CSV, PAGE),  # a firewall that keeps the promised type
        (CSV, b"\xef\xbb\xbf  <HTML>"),
        ("application/xhtml+xml", b"<?xml version='1.0'?><html/>"),
    ],
)
def test_a_block_page_by_its_type_or_by_its_first_tag(media_type: str, head: bytes) -> None:
    with pytest.raises(errors.BlockPage, match="an HTML page"):
        reject_error_bodies(NBB, media_type, head)


@pytest.mark.parametrize(
    "head",
    [
        b'<?xml version="1.0"?><m:GenericData><f:Footer><f:Message code="413" severity="Infomation">',
        b'{"error": {"status": 413, "label": "EXTRACTION_TOO_BIG: more than 5000000 rows"}}',
        b'  {"message": "Response size exceeds the limit"}',
    ],
)
@pytest.mark.parametrize("media_type", [CSV, "application/xml", "application/json"])
def test_a_notice_that_it_is_too_big(media_type: str, head: bytes) -> None:
    with pytest.raises(errors.TooBigNotice, match="fewer periods or codes"):
        reject_error_bodies(NBB, media_type, head)


@pytest.mark.parametrize("media_type", ["application/json", "application/xml", "", "text/plain"])
def test_another_type_than_promised_is_not_read(media_type: str) -> None:
    with pytest.raises(errors.WrongContentType, match="content type"):
        reject_error_bodies(NBB, media_type, b"DATAFLOW\n")


def test_a_page_under_the_name_of_a_workbook_is_left_to_the_reader_of_workbooks() -> None:
    reject_error_bodies(PARTNER, "application/octet-stream", PAGE)


def test_every_soft_failure_names_the_source_and_what_to_do() -> None:
    for media_type, head in [(CSV, b""), ("text/html", PAGE), (CSV, b'{"x": "too large"}'), ("text/plain", b"x")]:
        with pytest.raises(errors.DataError) as caught:
            reject_error_bodies(NBB, media_type, head)
        assert caught.value.source == "nbb_goods_trade"
        assert all([caught.value.expected, caught.value.got, caught.value.todo])
