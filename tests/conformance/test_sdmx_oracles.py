"""Our readers against other people's, value by value, on real payloads; where theirs cannot read, why is said.

What was tried and does not serve as an oracle (pysdmx 1.21, sdmx1 2.28, pyjstat 2.4):
- NBB's SDMX-JSON 2.0: sdmx1 raises TypeError, pysdmx does not read JSON data. The message is walked by hand instead.
- The official SDMX-CSV 2.0 examples 04 (semicolons, labels) and 08 (several values in a cell): neither reads them.
- SDMX-CSV 1.0: sdmx1 expects STRUCTURE; pysdmx reads it.
- NBB's structure in SDMX-JSON: sdmx1 raises KeyError, pysdmx does not parse it.
- pyjstat reads Eurostat's JSON-stat but drops the flags; these are read out of the document by hand.
- Eurostat's notice 413: sdmx1 gives an ordinary message without data. That it is a notice is for our tests to say.
"""

from __future__ import annotations

import csv
import io
import json
import logging
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

import psycopg
import pytest

from include import sdmx
from include.errors import (
    CountZero,
    DataError,
    EmptyValue,
    ErrorNotice,
    LayoutChanged,
    NoResults,
    SourceError,
    SourceRefused,
    SourceUnavailable,
    TooBigNotice,
)
from include.extract import error_bodies, extraction
from include.extract.error_bodies import HEAD_BYTES, reject_error_bodies
from include.load import staging
from include.pipeline import load_steps
from include.register import registered_temporarily
from include.sources.dataflow import Expressions
from include.sources.sdmx_action_dataflow import action_dataflow
from include.sources.source import Request
from tests.sources.agencies import Answer, serving, trade

PAYLOADS = Path(__file__).parents[3] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the folder of real payloads is not beside the project")
Reader = Callable[[BinaryIO, Mapping[str, str]], Iterator[bytes]]
SCOPE = {"source": "trial", "dataset": "A:F"}
JSON_STAT = PAYLOADS / "eurostat" / "jsonstat20_nama_10_gdp_2019_with_status_p_and_missing.json"
NBB_DATA = PAYLOADS / "nbb" / "sdmxjson20_DF_EXR_2026-04-12.json"
NBB_STRUCTURE = PAYLOADS / "nbb" / "sdmxjson_structure_DF_EXR_2026-04-12.json"
EUROSTAT_STRUCTURE = PAYLOADS / "eurostat" / "sdmxml21_ss_GOV_10Q_GGNFA.xml"
OECD_DATA = PAYLOADS / "oecd" / "sdmxjson10_PART2.json"
NOTICE_413 = PAYLOADS / "eurostat" / "sdmxml21_footer_async_413_2015.xml"
JSON = trade(media_types=("application/json",))


def read(reader: Reader, path: Path) -> list[dict[str, str]]:
    with path.open("rb") as payload:
        text = b"".join(reader(payload, SCOPE)).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def head(path: Path) -> bytes:
    return path.read_bytes()[:HEAD_BYTES]


def test_json_stat_against_pyjstat_and_flags_against_the_document() -> None:
    from pyjstat import pyjstat

    told = json.loads(JSON_STAT.read_text(encoding="utf-8"))
    frame = pyjstat.Dataset.read(JSON_STAT.read_text(encoding="utf-8")).write("dataframe", naming="id")
    rows = read(sdmx.json_stat_blocks, JSON_STAT)
    ours = {tuple(row[name] for name in ("unit", "na_item", "geo", "TIME_PERIOD")): row for row in rows}
    theirs = {
        tuple(map(str, place)): value
        for *place, value in frame[["unit", "na_item", "geo", "time", "value"]].itertuples(index=False)
    }
    assert len(frame) == 90 == len(ours)
    for place, value in theirs.items():
        said = ours[place]["OBS_VALUE"]
        assert (said == "") if value != value or value is None else float(said) == value
    assert [row["OBS_FLAG"] for row in rows if row["OBS_FLAG"]] == ["p", ":", ":"] == list(told["status"].values())
    assert [place for place, row in enumerate(rows) if row["OBS_FLAG"]] == list(map(int, told["status"]))


def test_sdmx_json_1_of_the_oecd_against_sdmx1() -> None:
    logging.disable(logging.WARNING)
    import sdmx as sdmx1

    message = sdmx1.read_sdmx(OECD_DATA)
    logging.disable(logging.NOTSET)
    names = ("LOCATION", "IND", "PER", "GRD", "FLD", "MSR")
    theirs = {
        tuple(str(one.dimension[name].value) for name in names): (
            one.value,
            {name: str(attribute.value.id) for name, attribute in one.attached_attribute.items()},
        )
        for one in message.data[0].obs
    }
    rows = read(sdmx.json_blocks, OECD_DATA)
    assert len(rows) == len(theirs) == 7
    for row in rows:
        value, attributes = theirs[tuple(row[name] for name in names)]
        assert float(row["OBS_VALUE"]) == value
        assert {name: row[name] for name in ("TIME_FORMAT", "OBS_STATUS") if row[name]} == attributes


def test_sdmx_json_2_of_nbb_against_the_document_walked_by_hand() -> None:
    data = json.loads(NBB_DATA.read_text(encoding="utf-8"), parse_float=str)["data"]
    (structure,), (one,) = data["structures"], data["dataSets"]
    lists = {
        dimension["id"]: [value["id"] for value in dimension["values"]]
        for level in ("series", "observation")
        for dimension in (*structure["dimensions"][level], *structure["attributes"][level])
    }
    expected = {}
    for key, series in one["series"].items():
        frequency, currency = map(int, key.split(":"))
        for place, (value, status, decimals) in series["observations"].items():
            where = (lists["FREQ"][frequency], lists["EXR_CURRENCY"][currency], lists["TIME_PERIOD"][int(place)])
            said = "" if value is None else str(value)
            expected[where] = (said, lists["OBS_STATUS"][status], lists["DECIMALS"][decimals])
    rows = read(sdmx.json_blocks, NBB_DATA)
    ours = {
        (row["FREQ"], row["EXR_CURRENCY"], row["TIME_PERIOD"]): (row["OBS_VALUE"], row["OBS_STATUS"], row["DECIMALS"])
        for row in rows
    }
    assert ours == expected
    assert len(rows) == len(ours) == 597
    # One message of four frequencies, as NBB sends it.
    assert {row["FREQ"] for row in rows} >= {"A", "M", "Q", "D"}


@pytest.mark.parametrize(("example", "count"), [("01", 2)])
def test_sdmx_csv_2_against_pysdmx(example: str, count: int) -> None:
    from pysdmx.io import read_sdmx

    path = PAYLOADS / "awkward" / f"official_sdmxcsv20_example-{example}.csv"
    (dataset,) = read_sdmx(str(path), validate=False).data
    theirs = dataset.data.to_dict(orient="records")
    rows = read(sdmx.csv_2_blocks, path)
    assert [{name: row[name] for name in theirs[0]} for row in rows] == theirs
    assert len(rows) == count


def test_sdmx_csv_1_against_pysdmx() -> None:
    from pysdmx.io import read_sdmx

    path = PAYLOADS / "awkward" / "pysdmx_csv_nulls_10.csv"
    (dataset,) = read_sdmx(str(path), validate=False).data
    ours = [row["A"] for row in read(sdmx.csv_blocks, path)]
    assert ours == ["NaN", "1", "#NA", "#NA"]
    assert dataset.data["A"].tolist() == ours


@pytest.mark.parametrize(
    ("example", "rows"),
    [
        ("04", [("I", "A", "B", "2014-01", "12.4", "Y", "N"), ("I", "A", "B", "2014-02", "10.8", "Y", "Y")]),
        ("08", [("I", "A", "B", "2014-01", "12.4"), ("I", "A", "B", "2014-02", "10.8")]),
    ],
)
def test_sdmx_csv_2_in_its_forms_for_people(example: str, rows: list[tuple[str, ...]]) -> None:
    """Semicolons, decimal commas and labels; several languages in a cell. Nobody else reads these, see above."""
    found = read(sdmx.csv_2_blocks, PAYLOADS / "awkward" / f"official_sdmxcsv20_example-{example}.csv")
    names = ("ACTION", "DIM_1", "DIM_2", "DIM_3", "OBS_VALUE", "ATTR_2", "ATTR_1")[: len(rows[0])]
    assert [tuple(row[name] for name in names) for row in found] == rows
    assert {row["STRUCTURE_ID"] for row in found} <= {"ESTAT:NA_MAIN(1.6.0)", "ESTAT:NA_MAIN(1.7.0)"}


@pytest.mark.parametrize("example", ["01", "04", "08"])
def test_the_official_examples_through_all_load_steps(
    dsn: str, conn: psycopg.Connection, tmp_path: Path, example: str
) -> None:
    """Their time is called DIM_3; a later message of the same form withdraws one of the two months."""
    body = (PAYLOADS / "awkward" / f"official_sdmxcsv20_example-{example}.csv").read_bytes().replace(b"1.7.0", b"1.6.0")
    separator = b";" if b";I;" in body else b","
    first, _, third = body.splitlines(keepends=True)
    deletes = first + third.replace(separator + b"I" + separator, separator + b"D" + separator)

    def reader(payload: BinaryIO, scope: Mapping[str, str]) -> Iterator[bytes]:
        return (block.replace(b"DIM_3", b"TIME_PERIOD", 1) for block in sdmx.csv_2_blocks(payload, scope))

    expressions = Expressions(
        **{"definition": "'T'", "frequency": "'M'", "unit": "'EUR'", "multiplier": "'0'", "status": "attr_1"},
        **dict.fromkeys(("decimals", "embargo"), "null"),
    )
    source = action_dataflow(
        **{"code": "acted", "title": "t", "owner": "o", "licence": "l", "conn_id": "c", "schedule": None},
        requests=lambda clock, given: (Request(path="x", scope={"dataset": "ESTAT:NA_MAIN"}),),
        dimensions=("DIM_1", "DIM_2"),
        attributes=("ATTR_1", "ATTR_2", "ATTR_3", "UPDATED", "SERIES_KEY", "OBS_KEY"),
        expressions=expressions,
        reader=reader,
        max_deleted_share=0.9,
    )
    said = [body]
    with registered_temporarily(source), serving(lambda asked: Answer(body=said[-1])) as agency:

        def load(day: int) -> dict[str, int]:
            at, root = datetime(2026, 10, day, tzinfo=UTC), tmp_path.as_uri()
            batches = extraction.extract(dsn, root, source, agency.endpoint(), at, {}, "test")
            return load_steps.merge(dsn, load_steps.check(dsn, load_steps.stage(dsn, root, batches)))

        assert load(1)["inserted"] == 1 + 2
        said.append(deletes)
        assert load(2) == {"inserted": 0, "closed": 1, "unchanged": 0}
    values = conn.execute("select period, value from core.observation where known_to = 'infinity'").fetchall()
    assert values == [("2014-01", Decimal("12.4"))]


def test_code_lists_of_eurostat_against_sdmx1() -> None:
    import sdmx as sdmx1

    message = sdmx1.read_sdmx(EUROSTAT_STRUCTURE)
    theirs = {(listed.id, code.id): str(code.name) for listed in message.codelist.values() for code in listed}
    rows = read(sdmx.code_list_blocks, EUROSTAT_STRUCTURE)
    assert {(row["CODELIST"], row["CODE"]): row["NAME"] for row in rows} == theirs
    # Lists of two versions stand in one message; sdmx1 keys them by id alone, our rows say the version.
    assert len(theirs) == 69
    assert len({(row["CODELIST"], row["VERSION"], row["CODE"]) for row in rows}) == len(rows) == 76


def test_code_lists_of_nbb_against_the_document() -> None:
    told = json.loads(NBB_STRUCTURE.read_text(encoding="utf-8"))["data"]["codelists"]
    expected = {(listed["id"], code["id"]): code["names"]["en"] for listed in told for code in listed["codes"]}
    rows = read(sdmx.code_list_blocks, NBB_STRUCTURE)
    assert {(row["CODELIST"], row["CODE"]): row["NAME"] for row in rows} == expected
    assert len(rows) == 82


@pytest.mark.parametrize(("name", "cells"), [("ext_lt_intratrd_2016", 155_000), ("teiet215_2016", 360)])
def test_bulk_tables_against_pandas(name: str, cells: int) -> None:
    import pandas as pd

    path = PAYLOADS / "eurostat" / f"bulk_tsv_{name}.tsv"
    wide = pd.read_csv(path, sep="\t", dtype=str)
    keys = wide[wide.columns[0]]
    expected = {}
    for column in wide.columns[1:]:
        period = column.strip().replace("M", "-")
        for key, cell in zip(keys, wide[column], strict=True):
            value, _, flag = cell.strip().partition(" ")
            if (value, flag) != (":", ""):
                expected[(key, period)] = (value.replace(":", ""), flag.replace(" ", ""))
    dimensions = keys.name.partition("\\")[0].split(",")
    rows = read(sdmx.tsv_blocks, path)
    ours = {
        (",".join(row[name] for name in dimensions), row["TIME_PERIOD"]): (row["OBS_VALUE"], row["OBS_FLAG"])
        for row in rows
    }
    assert ours == expected
    assert len(rows) == len(ours) == cells


def test_when_the_data_changed_last_is_in_both_structures() -> None:
    import re

    found = re.findall(sdmx.NBB_CHANGED, NBB_STRUCTURE.read_text(encoding="utf-8"))
    assert found == ["2026-04-10T14:02:43Z"]
    found = re.findall(sdmx.EUROSTAT_CHANGED, EUROSTAT_STRUCTURE.read_text(encoding="utf-8"))
    assert found == ["2023-01-23T11:00:00+0100"] * 2


def test_the_asynchronous_413_of_2015_is_heard_as_a_file_for_later() -> None:
    notice = error_bodies.parse(head(NOTICE_413))
    assert notice is not None
    assert (notice.kind, notice.where) == (
        "deferred",
        "http://ec.europa.eu/eurostat/SDMX/diss-web/file/wHsvjs7hQCy7Dqf4",
    )


@pytest.mark.parametrize(
    ("path", "media_type", "kind"),
    [
        (NOTICE_413, "application/xml", TooBigNotice),
        (PAYLOADS / "awkward" / "pysdmx_error.xml", "application/json", ErrorNotice),
        (PAYLOADS / "comtrade" / "empty_count0_error_blank.json", "application/json", CountZero),
    ],
)
def test_real_soft_failures_by_their_names(path: Path, media_type: str, kind: type[DataError]) -> None:
    with pytest.raises(DataError) as caught:
        reject_error_bodies(JSON, media_type, head(path))
    assert type(caught.value) is kind


def _mapped() -> list[dict[str, str]]:
    path = PAYLOADS / "eurostat" / "sdmx_to_http_error_mapping.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=";"))


@pytest.mark.parametrize("row", _mapped(), ids=lambda row: f"{row['sdmx.faultcode']} as {row['http.status_code']}")
@pytest.mark.parametrize("status", ["its own", "200"])
def test_every_fault_of_eurostat_s_own_table_is_heard_for_what_it_is(dsn: str, tmp_path: Path, row, status) -> None:
    """With the status of the table, and inside a 200 as in earlier years: then it is for staging to name."""
    code, said = row["sdmx.faultcode"], row["sdmx.faultstring"]
    fault = f'<S:Fault xmlns:S="x"><faultcode>{code}</faultcode><faultstring>{said}</faultstring></S:Fault>'
    number = int(row["http.status_code"]) if status == "its own" else 200
    refused = {"100": "absent", "130": TooBigNotice, "510": TooBigNotice}
    inside = {"100": NoResults, "130": TooBigNotice, "510": TooBigNotice}
    unavailable = SourceUnavailable if number >= 500 else SourceRefused
    expected = refused.get(code, unavailable) if number != 200 else inside.get(code, ErrorNotice)
    source = trade(requests=lambda clock, given: (Request(path="x", scope={}, may_be_absent=True),))
    answer = Answer(body=fault.encode(), status=number, media_type="text/xml")
    with pytest.MonkeyPatch.context() as patch, registered_temporarily(source), serving(lambda asked: answer) as agency:
        patch.setattr("include.extract.http.time", SimpleNamespace(sleep=lambda _: None, monotonic=lambda: 0.0))
        try:
            clock = datetime(2026, 10, 15, tzinfo=UTC)
            batches = extraction.extract(dsn, tmp_path.as_uri(), source, agency.endpoint(), clock, {}, "test")
            found = "absent" if not batches else load_steps.stage(dsn, tmp_path.as_uri(), batches)
        except (DataError, SourceError) as error:
            found = type(error)
    assert found == expected


def test_ecb_s_history_in_a_zip_is_opened_and_passes_untouched() -> None:
    """A zip of one file, ended by a comma in every line; a layout of its own, which is named."""
    path = PAYLOADS / "ecb" / "eurofxref-hist.zip"
    with zipfile.ZipFile(path) as archive:
        (name,) = archive.namelist()
        told = archive.read(name)
    with path.open("rb") as payload:
        assert b"".join(sdmx.csv_blocks(payload, SCOPE)) == told.removeprefix(b"\xef\xbb\xbf")
    with path.open("rb") as payload, pytest.raises(LayoutChanged, match="'AUD'"):
        staging.match_columns(trade(), staging.read_header(trade(), sdmx.csv_blocks(payload, SCOPE))[0])


def test_the_real_cube_without_its_values_is_no_answer(tmp_path: Path) -> None:
    told: dict[str, Any] = json.loads(JSON_STAT.read_text(encoding="utf-8"))
    emptied = tmp_path / "x.json"
    emptied.write_text(json.dumps({**told, "value": {}, "status": {}}))
    with pytest.raises(EmptyValue):
        read(sdmx.json_stat_blocks, emptied)


@pytest.mark.parametrize("name", ["pysdmx_empty_message.xml", "pysdmx_valid_bom.xml"])
def test_a_structure_message_without_a_structure_is_no_result(name: str) -> None:
    with pytest.raises(NoResults):
        read(sdmx.code_list_blocks, PAYLOADS / "awkward" / name)


READERS = {
    "csv 2.0": sdmx.csv_2_blocks,
    "sdmx-json": sdmx.json_blocks,
    "json-stat": sdmx.json_stat_blocks,
    "tsv": sdmx.tsv_blocks,
    "structure": sdmx.code_list_blocks,
}
FITS = {
    "csv 2.0": "official_sdmxcsv20|pysdmx_csv_nulls",
    "sdmx-json": "sdmxjson20|sdmxjson10",
    "json-stat": "jsonstat20",
    "tsv": "bulk_tsv",
    "structure": "sdmxjson_structure|sdmxml21_ss",
}
EVERY = sorted(
    path for path in PAYLOADS.rglob("*") if path.is_file() and path.suffix in {".csv", ".json", ".tsv", ".xml"}
)


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.name)
@pytest.mark.parametrize("kind", list(READERS))
def test_every_reader_reads_what_fits_and_names_what_does_not(kind: str, path: Path) -> None:
    fits = any(part in path.name for part in FITS[kind].split("|"))
    if fits:
        assert read(READERS[kind], path)
    else:
        with pytest.raises((LayoutChanged, NoResults, EmptyValue)):
            read(READERS[kind], path)
