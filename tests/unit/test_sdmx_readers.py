"""Readers: every format becomes the same CSV, value and status verbatim; another shape is named, never guessed."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, BinaryIO

import pytest

from include import sdmx
from include.errors import EmptyValue, LayoutChanged, NoResults, PayloadTooLarge, TruncatedReply, UnsafeXml
from include.sdmx import documents
from include.sdmx.eurostat import sdmx_period

Reader = Callable[[BinaryIO, Mapping[str, str]], Iterator[bytes]]
SCOPE = {"source": "trial", "dataset": "ESTAT:X"}


def read(reader: Reader, body: bytes | str | dict[str, Any]) -> list[dict[str, str]]:
    raw = json.dumps(body).encode() if isinstance(body, dict) else body.encode() if isinstance(body, str) else body
    return list(csv.DictReader(io.StringIO(b"".join(reader(io.BytesIO(raw), SCOPE)).decode(), newline="")))


def cells(reader: Reader, body: bytes | str | dict[str, Any]) -> list[list[str]]:
    return [list(row.values()) for row in read(reader, body)]


def cube(**changes: Any) -> dict[str, Any]:
    """JSON-stat 2.0: 2 countries x 2 years, with everything that is awkward."""
    return {
        "version": "2.0",
        "class": "dataset",
        "updated": "2026-10-15T11:00:00+0200",
        "id": ["geo", "time"],
        "size": [2, 2],
        "role": {"time": ["time"]},
        "dimension": {
            "geo": {"category": {"index": {"FR": 1, "BE": 0}, "label": {"BE": "Belgium", "FR": "France"}}},
            "time": {"category": {"index": ["2024", "2025"]}},
        },
        "value": {"0": 1.10, "3": 4},
        "status": {"1": ":", "3": "p"},
        "extension": {"agencyId": "ESTAT", "id": "NAMA_10_GDP", "version": "1.0"},
        **changes,
    }


def test_a_sparse_cube_gives_a_row_for_every_value_and_every_flag() -> None:
    rows = read(sdmx.json_stat_blocks, cube())
    assert list(rows[0]) == ["DATAFLOW", "LAST UPDATE", "geo", "TIME_PERIOD", "OBS_VALUE", "OBS_FLAG"]
    assert [list(row.values())[2:] for row in rows] == [
        ["BE", "2024", "1.1", ""],
        ["BE", "2025", "", ":"],
        ["FR", "2025", "4", "p"],
    ]
    assert {(row["DATAFLOW"], row["LAST UPDATE"]) for row in rows} == {
        ("ESTAT:NAMA_10_GDP(1.0)", "2026-10-15T11:00:00+0200")
    }


@pytest.mark.parametrize(
    ("value", "status", "expected"),
    [
        ([1, None, None, 4], [None, ":", None, "p"], [("1", ""), ("", ":"), ("4", "p")]),
        ([1, None, None, 4], "e", [("1", "e"), ("4", "e")]),
        ({"0": None, "3": 0}, None, [("0", "")]),
        ({"0": 1}, {}, [("1", "")]),
    ],
    ids=["arrays", "one flag for all", "null and zero", "no flags"],
)
def test_values_and_flags_in_each_form(value: Any, status: Any, expected: list[tuple[str, str]]) -> None:
    rows = read(sdmx.json_stat_blocks, cube(value=value, status=status))
    assert [(row["OBS_VALUE"], row["OBS_FLAG"]) for row in rows] == expected


def test_numbers_stay_the_text_that_was_sent() -> None:
    text = json.dumps(cube()).replace("1.1,", "1e309,").replace('"3": 4}', '"3": 12345678901234567890.10}')
    assert [row["OBS_VALUE"] for row in read(sdmx.json_stat_blocks, text)] == ["1e309", "", "12345678901234567890.10"]


def test_time_need_not_come_last_nor_be_called_time() -> None:
    turned = cube(
        id=["y", "geo"],
        dimension={"y": {"category": {"index": ["2024M01", "2024M02"]}}, "geo": cube()["dimension"]["geo"]},
        role={"time": ["y"]},
    )
    rows = read(sdmx.json_stat_blocks, turned)
    assert [(row["geo"], row["TIME_PERIOD"]) for row in rows] == [
        ("BE", "2024-01"),
        ("FR", "2024-01"),
        ("FR", "2024-02"),
    ]


@pytest.mark.parametrize("value", [{}, [], [None] * 4, {"0": None}])
def test_a_cube_without_a_value_is_no_answer(value: Any) -> None:
    with pytest.raises(EmptyValue, match="cube without a value"):
        read(sdmx.json_stat_blocks, cube(value=value, status={"1": ":"}))


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "1.3"},
        {"class": "collection"},
        {"value": [1, 2, 3]},
        {"value": {"4": 1}},
        {"value": {"-1": 1}},
        {"status": {"9": "p"}},
        {"size": [2, 3]},
        {"id": ["geo", "time", "unit"]},
        {"value": {"a": 1}},
        {"role": {"time": ["month"]}},
        {"dimension": {**cube()["dimension"], "geo": {"category": {"index": {"BE": 0, "FR": 2}}}}},
        {"value": 7},
        {"extension": "x", "value": None},
    ],
    ids=repr,
)
def test_another_cube_is_another_layout(changes: dict[str, Any]) -> None:
    with pytest.raises(LayoutChanged, match="JSON-stat"):
        read(sdmx.json_stat_blocks, cube(**changes))


def message(**changes: Any) -> dict[str, Any]:
    """SDMX-JSON 2.0 with series, attributes at every level, a null and a quote."""
    structure = {
        "links": [{"urn": "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=BE2:DF_EXR(1.0)"}],
        "dimensions": {
            "dataSet": [{"id": "UNIT", "keyPosition": 2, "values": [{"id": "EUR"}]}],
            "series": [
                {"id": "GEO", "keyPosition": 1, "values": [{"id": "BE"}, {"id": 'F"R'}]},
                {"id": "FREQ", "keyPosition": 0, "values": [{"id": "M"}]},
            ],
            "observation": [
                {"id": "TIME_PERIOD", "keyPosition": 3, "values": [{"id": "2026-02"}, {"value": "2026-01"}]}
            ],
        },
        "attributes": {
            "dataSet": [{"id": "SOURCE", "values": [{"id": "NBB"}]}],
            "dimensionGroup": [{"id": "UNIT_MULT", "values": [{"id": "3"}, {"id": "6"}]}],
            "series": [{"id": "TITLE"}],
            "observation": [{"id": "OBS_STATUS", "values": [{"id": "A"}, {"id": "P"}]}, {"id": "NOTE"}],
        },
    }
    data = {
        "structure": 0,
        "action": "Information",
        "attributes": [0],
        # Places are those of the key: FREQ, GEO, UNIT, TIME_PERIOD.
        "dimensionGroupAttributes": {"~:0:~:~": [1], "0:~:~:~": [None]},
        "series": {
            "0:0": {"attributes": ["A title"], "observations": {"0": [1.5, 1, "b, c"], "1": [None, 0, None]}},
            "1:0": {"observations": {"1": ["NaN"]}},
        },
    }
    return {"data": {"structures": [structure], "dataSets": [{**data, **changes}]}}


def test_a_message_gives_its_key_in_order_and_every_attribute() -> None:
    rows = read(sdmx.json_blocks, message())
    assert list(rows[0]) == [
        *("DATAFLOW", "FREQ", "GEO", "UNIT", "TIME_PERIOD", "OBS_VALUE"),
        *("SOURCE", "UNIT_MULT", "TITLE", "OBS_STATUS", "NOTE"),
    ]
    assert [list(row.values())[1:] for row in rows] == [
        ["M", "BE", "EUR", "2026-02", "1.5", "NBB", "6", "A title", "P", "b, c"],
        ["M", "BE", "EUR", "2026-01", "", "NBB", "6", "A title", "A", ""],
        ["M", 'F"R', "EUR", "2026-01", "NaN", "NBB", "", "", "", ""],
    ]
    assert rows[0]["DATAFLOW"] == "BE2:DF_EXR(1.0)"


def test_a_message_of_version_1_with_flat_observations() -> None:
    structure = {
        "dimensions": {
            "observation": [{"id": "GEO", "values": [{"id": "BE"}]}, {"id": "TIME_PERIOD", "values": [{"id": "2026"}]}]
        },
        "attributes": {
            "observation": [{"id": "TIME_FORMAT", "values": []}, {"id": "OBS_STATUS", "values": [{"id": "E"}]}]
        },
    }
    rows = cells(sdmx.json_blocks, {"structure": structure, "dataSets": [{"observations": {"0:0": [7.0, 0]}}]})
    assert rows == [["ESTAT:X", "BE", "2026", "7.0", "", "E"]]


def test_a_message_that_deletes_says_so_in_a_column_that_only_a_source_of_actions_has() -> None:
    rows = read(sdmx.json_blocks, message(action="Delete"))
    assert {row["ACTION"] for row in rows} == {"D"}
    assert "ACTION" not in read(sdmx.json_blocks, message(action="Replace"))[0]


def test_a_message_without_observations_is_no_answer() -> None:
    with pytest.raises(EmptyValue):
        read(sdmx.json_blocks, message(series={}))
    with pytest.raises(EmptyValue):
        read(sdmx.json_blocks, {"data": {"structures": [message()["data"]["structures"][0]], "dataSets": []}})


@pytest.mark.parametrize(
    "changes",
    [
        {"series": {"0:7": {"observations": {"0": [1]}}}},
        {"series": {"0:-1": {"observations": {"0": [1]}}}},
        {"series": {"0": {"observations": {"0": [1]}}}},
        {"series": {"0:0": {"observations": {"0": [1, 9]}}}},
        {"series": {"0:0": {}}},
        {"series": []},
        {"structure": 3},
    ],
    ids=repr,
)
def test_a_message_that_points_beside_its_lists_is_another_layout(changes: dict[str, Any]) -> None:
    with pytest.raises((LayoutChanged, EmptyValue)) as caught:
        read(sdmx.json_blocks, message(**changes))
    assert isinstance(caught.value, EmptyValue) == (changes == {"series": []})


@pytest.mark.parametrize("reader", [sdmx.json_blocks, sdmx.json_stat_blocks, sdmx.code_list_blocks])
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"x"', b"[" * 100_000, b'{"a": 1, "a": 2}', b"\xff{}", b"{}"],
    ids=["nothing", "cut", "an array", "a text", "nested without end", "a key twice", "not utf-8", "an empty object"],
)
def test_what_is_no_such_document_is_named(reader: Reader, body: bytes) -> None:
    with pytest.raises((LayoutChanged, NoResults)):
        read(reader, body)


def test_a_cell_that_stands_twice_in_a_document_is_named_and_not_chosen_from() -> None:
    text = json.dumps(cube()).replace('"0": 1.1', '"0": 1.1, "0": 9')
    with pytest.raises(LayoutChanged, match="twice: '0'"):
        read(sdmx.json_stat_blocks, text)


def test_a_large_document_is_refused_before_it_is_read() -> None:
    body = b'{"x": "' + b"x" * documents.MAX_DOCUMENT_BYTES + b'"}'
    for packed in (body, gzip.compress(body)):
        with pytest.raises(PayloadTooLarge, match="SDMX-CSV"):
            read(sdmx.json_blocks, packed)


TSV = "freq,geo\\TIME_PERIOD\t2016M02 \t2016M01 \nM,BE\t: \t1.50 p\nM,FR\t: c\t-2e3 b d\n"


@pytest.mark.parametrize(
    "body", [TSV, TSV.replace("\n", "\r\n"), TSV.rstrip("\n"), "\ufeff" + TSV], ids=["lf", "crlf", "no end", "bom"]
)
def test_a_bulk_table_becomes_rows_with_values_and_flags_verbatim(body: str) -> None:
    rows = read(sdmx.tsv_blocks, body)
    assert list(rows[0]) == ["DATAFLOW", "freq", "geo", "TIME_PERIOD", "OBS_VALUE", "OBS_FLAG"]
    assert [list(row.values())[1:] for row in rows] == [
        ["M", "BE", "2016-01", "1.50", "p"],
        ["M", "FR", "2016-02", "", "c"],
        ["M", "FR", "2016-01", "-2e3", "bd"],
    ]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "a,b\t2016\n",
        "geo\\unit\t2016\n",
        "geo\\time\n",
        "geo\\time\t2016\nBE\n",
        "a,geo\\time\t2016\nBE\t1\n",
        "geo\\time\t2016\nBE\t1,5\n",
        "geo\\time\t2016\nBE\tn/a!\n",
    ],
)
def test_another_table_is_another_layout(body: str) -> None:
    with pytest.raises(LayoutChanged):
        read(sdmx.tsv_blocks, body)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        *[
            ("2015", "2015"),
            ("2015M03", "2015-03"),
            ("2015Q1", "2015-Q1"),
            ("2015S2", "2015-S2"),
            ("2015W7", "2015-W07"),
        ],
        *[("2015D0131", "2015-01-31"), ("2015-03", "2015-03"), ("2015Q1 ", "2015-Q1"), ("2015M3", "2015M3")],
    ],
)
def test_eurostats_older_notation_of_periods(old: str, new: str) -> None:
    assert sdmx_period(old) == new


CSV_2 = "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,TIME_PERIOD,OBS_VALUE\ndataflow,E:X(1.0),I,M,2026-01,1.5\n"


def test_the_plain_form_of_csv_2_passes_untouched() -> None:
    for body in (CSV_2, CSV_2.replace("\n", "\r\n")):
        assert b"".join(sdmx.csv_2_blocks(io.BytesIO(body.encode()), SCOPE)) == body.encode()


@pytest.mark.parametrize(
    "body",
    [
        CSV_2.replace("STRUCTURE,", "STRUCTURE[|],", 1),
        CSV_2.replace(",", ";").replace("1.5", "1,5"),
        CSV_2.replace("FREQ", "FREQ: Frequency, of data").replace(",M,", ",M: Monthly,"),
        CSV_2.replace("FREQ,", '"FREQ: Frequency, of data",').replace(",M,", ',"M: Monthly, each",'),
    ],
    ids=["separator", "semicolons", "label", "quoted label"],
)
def test_forms_for_people_are_rewritten_into_the_plain_one(body: str) -> None:
    if "FREQ: Frequency, of" in body and '"' not in body:
        with pytest.raises(LayoutChanged):
            read(sdmx.csv_2_blocks, body)
        return
    assert cells(sdmx.csv_2_blocks, body) == [["dataflow", "E:X(1.0)", "I", "M", "2026-01", "1.5"]]


@pytest.mark.parametrize(
    ("written", "value"), [("-1,5", "-1.5"), ("+1,5", "+1.5"), ("-0,05", "-0.05"), ("-1", "-1"), ("1,5e3", "1,5e3")]
)
def test_a_decimal_comma_is_read_whatever_its_sign(written: str, value: str) -> None:
    body = CSV_2.replace(",", ";").replace("1.5", written)
    assert cells(sdmx.csv_2_blocks, body)[0][-1] == value


@pytest.mark.parametrize("body", ["STRUCTURE;STRUCTURE_ID: x;A\rB;OBS_VALUE\n", 'STRUCTURE,STRUCTURE_ID,"A\rB\n'])
def test_a_header_that_breaks_within_is_named(body: str) -> None:
    with pytest.raises(LayoutChanged):
        read(sdmx.csv_2_blocks, body)


def test_a_row_of_another_length_in_a_form_for_people_is_named() -> None:
    with pytest.raises(LayoutChanged, match="6 cells"):
        read(sdmx.csv_2_blocks, CSV_2.replace(",", ";") + "dataflow;E:X(1.0)\n")


def test_code_lists_of_both_kinds_of_structure_message() -> None:
    listed = {"id": "CL", "agencyID": "BE2", "version": "1.0"}
    codes = [
        {"id": "A", "name": "Eins", "names": {"de": "Eins", "en": "One"}},
        {"id": "B", "name": "Two", "parent": "A"},
    ]
    expected = [["BE2", "CL", "1.0", "A", "One", ""], ["BE2", "CL", "1.0", "B", "Two", "A"]]
    assert cells(sdmx.code_list_blocks, {"data": {"codelists": [{**listed, "codes": codes}]}}) == expected
    xml = """<?xml version="1.0"?><m:Structure xmlns:m="m" xmlns:s="s" xmlns:c="c">
    <s:Codelist id="CL" agencyID="BE2" version="1.0">
    <s:Code id="A"><c:Name xml:lang="de">Eins</c:Name><c:Name xml:lang="en">One</c:Name></s:Code>
    <s:Code id="B"><c:Name xml:lang="fr">Two</c:Name><s:Parent><Ref id="A"/></s:Parent></s:Code>
    </s:Codelist></m:Structure>"""
    assert cells(sdmx.code_list_blocks, xml) == expected


def test_a_structure_without_a_code_is_no_result_and_broken_xml_another_layout() -> None:
    with pytest.raises(NoResults):
        read(sdmx.code_list_blocks, "<m:Structure xmlns:m='m'><m:Structures/></m:Structure>")
    for broken in (
        "<m:Structure>",
        "<?xml version='1.0' encoding='x'?><a/>",
        "<?xml version='1.0' encoding='utf-7'?><a/>",
    ):
        with pytest.raises(LayoutChanged):
            read(sdmx.code_list_blocks, broken)


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
    ids=["unfolding", "a file", "another host"],
)
def test_xml_with_entities_is_not_opened(declared: str) -> None:
    with pytest.raises(UnsafeXml):
        read(sdmx.code_list_blocks, f'<?xml version="1.0"?>{declared}<x>&b;</x>')


@pytest.mark.parametrize("body", [b"<a>" * 100_000, b"<x>" + b"<a/>" * 100_000, b'{"a": [' + b"[]," * 100_000 + b"1]}"])
def test_a_structure_of_many_small_elements_takes_at_most_400_bytes_for_each(body: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises((LayoutChanged, NoResults, PayloadTooLarge)):
            read(sdmx.code_list_blocks, body)
        assert tracemalloc.get_traced_memory()[1] < 400 * 100_000
    finally:
        tracemalloc.stop()
    with pytest.raises(PayloadTooLarge, match="elements"):
        read(sdmx.code_list_blocks, body * 5)


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return out.getvalue()


def unwrapped(body: bytes) -> bytes:
    return b"".join(sdmx.csv_blocks(io.BytesIO(body), SCOPE))


def test_a_zip_of_one_file_is_opened_on_the_way() -> None:
    assert unwrapped(zipped(data=b"\xef\xbb\xbfa,b\n1,2\n")) == b"a,b\n1,2\n"
    with pytest.raises(LayoutChanged, match="archive of 2 files"):
        unwrapped(zipped(one=b"1", two=b"2"))
    with pytest.raises(TruncatedReply):
        unwrapped(zipped(one=b"1" * 5000)[:-30])


def test_a_zip_of_a_million_files_is_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zipped(**{f"file_{number}": b"" for number in range(2000)})
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(LayoutChanged, match="many files"):
        unwrapped(bomb)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_of_a_rare_method_is_not_opened(method: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("x.csv", "a,b\n1,2\n")
    with pytest.raises(LayoutChanged, match="compression method"):
        unwrapped(out.getvalue())


@pytest.mark.parametrize("pack", [gzip.compress, lambda body: zipped(x=body)], ids=["gzip", "zip"])
def test_a_packed_payload_with_any_byte_changed_is_named(pack: Callable[[bytes], bytes]) -> None:
    whole = pack(b"a,b\n" + b"1,2\n" * 50)
    for place in range(4, len(whole)):
        for byte in (0, 0x7F, 0xFF):
            with suppress(LayoutChanged, TruncatedReply):
                unwrapped(whole[:place] + bytes([byte]) + whole[place + 1 :])


@pytest.mark.parametrize("pack", [gzip.compress, lambda body: zipped(x=body)], ids=["gzip", "zip"])
def test_what_unpacks_to_more_than_is_honest_is_refused_at_the_limit(
    pack: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MIN_BYTES_FOR_RATIO", 2 << 20)
    honest, bomb = pack(b"0\n" * (1 << 20)), pack(b"0\n" * (4 << 20))
    assert len(unwrapped(honest)) == 2 << 20
    came = []
    with pytest.raises(PayloadTooLarge, match="200 bytes out of one"):
        came.extend(len(block) for block in sdmx.csv_blocks(io.BytesIO(bomb), SCOPE))
    assert sum(came) <= 3 << 20
    monkeypatch.setattr(documents, "MAX_UNPACKED_BYTES", 1 << 20)
    with pytest.raises(PayloadTooLarge):
        unwrapped(honest)


def test_a_quote_that_does_not_end_is_refused_before_the_server_gathers_it() -> None:
    payload = io.BytesIO(b'geo,value\n"BE,1\n' + b"BE,1\n" * (4 << 20))
    with pytest.raises(LayoutChanged, match="a quote that does not end"):
        list(sdmx.csv_blocks(payload, SCOPE))
    assert payload.tell() <= 3 << 20
    # Of a quoted payload every block has its quotes, wherever the blocks divide it.
    assert unwrapped(b'"BE","1"\n' * (1 << 19)) == b'"BE","1"\n' * (1 << 19)


def test_a_line_without_end_is_refused_after_two_blocks() -> None:
    for reader in (sdmx.csv_blocks, sdmx.tsv_blocks):
        payload = io.BytesIO(b"geo\\time\t2016\n" + b"x" * (20 << 20))
        with pytest.raises(LayoutChanged, match="lines of at most"):
            list(reader(payload, SCOPE))
        assert payload.tell() <= 4 << 20
