"""What a service says instead of data, in the words of real notices; data that merely holds such words is data."""

from __future__ import annotations

from dataclasses import replace

import pytest

from include import errors
from include.extract import error_bodies
from include.extract.error_bodies import reject_error_bodies
from include.register import source_of
from include.sources.source import Source

FOOTER = (
    b'<?xml version="1.0"?><m:GenericData><f:Footer><f:Message code="413" severity="Infomation"><c:Text>Due to the'
    b" large query the response will be written to a file which will be located under URL: http://h/file/wHs</c:Text>"
    b"<c:Text>http://h/file/wHs</c:Text></f:Message></f:Footer></m:GenericData>"
)
FAULT = (
    b'<S:Fault xmlns:S="x"><faultcode>413</faultcode><faultstring>EXTRACTION_TOO_BIG: The requested extraction is too'
    b" big, estimated 420709314 rows, max authorised is 5000000</faultstring></S:Fault>"
)
QUEUED = (
    b"<env:Envelope><env:Body><n:syncResponse><queued><id>98de05ea-540a</id><status>SUBMITTED</status></queued>"
    b"</n:syncResponse></env:Body></env:Envelope>"
)
CSV = source_of("nbb_goods_trade")
JSON = replace(CSV, media_types=("application/json",))
COUNT_ZERO = b'{\n"elapsedTime": "0.08 secs",\n"count": 0,\n"data": [\n],\n"error": ""\n}'


def error(code: int, text: str = "words") -> bytes:
    return f'<m:Error><m:ErrorMessage code="{code}"><c:Text>{text}</c:Text></m:ErrorMessage></m:Error>'.encode()


@pytest.mark.parametrize(
    ("head", "kind", "where", "status"),
    [
        (FOOTER, "deferred", "http://h/file/wHs", ""),
        (QUEUED, "deferred", "98de05ea-540a", "SUBMITTED"),
        (QUEUED.replace(b"SUBMITTED", b"AVAILABLE"), "deferred", "98de05ea-540a", "AVAILABLE"),
        (FAULT, "too big", "", ""),
        (error(130), "too big", "", ""),
        (error(510), "too big", "", ""),
        (error(413), "too big", "", ""),
        (error(100), "no results", "", ""),
        (error(140), "error", "", ""),
        (
            FAULT.replace(b"413", b"100").replace(b"EXTRACTION_TOO_BIG", b"ERR").replace(b"too big", b"x"),
            "no results",
            "",
            "",
        ),
        (
            FAULT.replace(b"413", b"150").replace(b"EXTRACTION_TOO_BIG", b"ERR").replace(b"too big", b"x"),
            "error",
            "",
            "",
        ),
        (error(150), "error", "", ""),
        (b'{"errors": [{"code": 150, "title": "Semantic error"}]}', "error", "", ""),
        (b'{"errors": [{"code": 100, "title": "No results"}]}', "no results", "", ""),
        (b"NoRecordsFound", "no results", "", ""),
        (b"No results found.", "no results", "", ""),
        (b"\xef\xbb\xbf\n" + error(150), "error", "", ""),
    ],
)
def test_a_notice_is_heard(head: bytes, kind: str, where: str, status: str) -> None:
    notice = error_bodies.parse(head)
    assert notice is not None
    assert (notice.kind, notice.where, notice.status) == (kind, where, status)
    assert notice.text


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"DATAFLOW,NOTE\nX,too big and EXTRACTION_TOO_BIG\n",
        b'"note"\n"no results found"\n',
        b'{"data": {"dataSets": []}, "errors": []}',
        b"<m:GenericData><m:Header/></m:GenericData>",
        b"\x1f\x8b\x08\x00",
    ],
)
def test_what_is_no_notice_is_not_heard(head: bytes) -> None:
    assert error_bodies.parse(head) is None


@pytest.mark.parametrize(
    ("kind", "source", "media_type", "head"),
    [
        (errors.WrongContentType, CSV, "application/xml", b"<m:GenericData/>"),
        (errors.BlockPage, JSON, "application/json", b"<!doctype html><title>Request Rejected</title>"),
        (errors.TooBigNotice, CSV, "application/xml", FOOTER),
        (errors.EmptyValue, JSON, "application/json", b'{"version": "2.0", "value": {}, "class": "dataset"}'),
        (errors.EmptyValue, JSON, "application/json", b'{"class":"dataset","value":[ ]}'),
        (errors.CountZero, JSON, "application/json", COUNT_ZERO),
        (errors.CountZero, JSON, "application/json", b'{"count":0}'),
        (errors.NoResults, CSV, "text/csv", b"NoRecordsFound"),
        (errors.ErrorNotice, CSV, "text/csv", error(150)),
        (errors.UnsafeXml, CSV, "text/csv", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "a">]><x/>'),
    ],
)
def test_each_soft_failure_by_its_name(
    kind: type[errors.DataError], source: Source, media_type: str, head: bytes
) -> None:
    with pytest.raises(errors.DataError) as caught:
        reject_error_bodies(source, media_type, head)
    assert type(caught.value) is kind
    assert all([caught.value.source, caught.value.expected, caught.value.got, caught.value.todo])


@pytest.mark.parametrize(
    "head",
    [
        b'{"count": 10, "data": [{"count": 0}]}',
        b'{"value": {"0": 1}}',
        b'{"data": [{"count": 0}]}',
        b'{"x": "\\"value\\": {}"}',
        b'{"values": []}',
        b'{"records": [{"value": []}, {"value": {}}]}',
    ],
)
def test_a_document_with_records_passes(head: bytes) -> None:
    reject_error_bodies(JSON, "application/json", head)


def test_a_source_that_may_be_empty_may_say_that_it_is() -> None:
    reject_error_bodies(replace(JSON, may_be_empty=True), "application/json", COUNT_ZERO)


def test_the_words_of_the_source_are_in_the_message() -> None:
    with pytest.raises(errors.ErrorNotice, match=r"code 150: Unknown parameter 'none'"):
        reject_error_bodies(CSV, "text/csv", error(150, "Unknown\n  parameter 'none'"))
    with pytest.raises(errors.TooBigNotice, match="estimated 420709314 rows"):
        reject_error_bodies(CSV, "text/csv", FAULT)
