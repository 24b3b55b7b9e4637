"""What agencies and the authors of other libraries really send; needs the folder of payloads beside the project."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from pathlib import Path

import pytest

from include import landing, sdmx
from include.errors import ErrorNotice, LayoutChanged, TooBigNotice, WrongContentType
from include.extract.error_bodies import HEAD_BYTES, reject_error_bodies
from include.load import staging
from include.register import source_of

PAYLOADS = Path(__file__).parents[3] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the folder of real payloads is not beside the project")
NBB = source_of("nbb_goods_trade")
SDMX_CSV = sorted([*PAYLOADS.glob("awkward/*.csv"), *PAYLOADS.glob("nbb_vintages/*.csv")])
EVERY = sorted(path for path in PAYLOADS.rglob("*") if path.is_file() and path.suffix != ".md")
NOT_CSV = {".xml": "application/xml", ".json": "application/json"}


def name_of(path: Path) -> str:
    return path.relative_to(PAYLOADS).as_posix()


def head(path: Path) -> bytes:
    return path.read_bytes()[:HEAD_BYTES]


def test_the_folder_is_what_these_tests_know() -> None:
    assert len(EVERY) > 30
    assert len(SDMX_CSV) >= 6


@pytest.mark.parametrize("path", EVERY, ids=name_of)
def test_landing_keeps_every_payload_byte_for_byte(path: Path, tmp_path: Path) -> None:
    body = path.read_bytes()
    blocks = [body[start : start + 65_536] for start in range(0, len(body), 65_536)]
    kept = landing.store(tmp_path.as_uri(), "nbb_goods_trade", blocks, max_bytes=10_000_000)
    assert (kept.sha256, kept.bytes_count) == (hashlib.sha256(body).hexdigest(), len(body))
    with landing.open(tmp_path.as_uri(), kept.location) as again:
        assert again.read() == body


@pytest.mark.parametrize("path", SDMX_CSV, ids=name_of)
@pytest.mark.parametrize("wrapped", [False, True], ids=["plain", "gzip"])
def test_csv_passes_through_untouched(path: Path, wrapped: bool) -> None:
    body = path.read_bytes()
    payload = gzip.compress(body) if wrapped else body
    said = b"".join(sdmx.csv_blocks(io.BytesIO(payload), {}))
    assert said == body.removeprefix(b"\xef\xbb\xbf")
    reject_error_bodies(NBB, "text/csv", head(path))


@pytest.mark.parametrize("path", SDMX_CSV, ids=name_of)
def test_csv_of_another_layout_is_refused_with_both_lists(path: Path) -> None:
    words = next(csv.reader([path.read_text(encoding="utf-8-sig").splitlines()[0]]))
    unexpected = sorted(set(words) - set(NBB.columns))
    with path.open("rb") as payload, pytest.raises(LayoutChanged) as caught:
        staging.copy(None, NBB, 1, sdmx.csv_blocks(payload, {}))  # type: ignore[arg-type]
    assert caught.value.got.startswith("missing [")
    assert f"unexpected {unexpected[:20]}" in caught.value.got


def test_eurostats_asynchronous_413_is_a_notice_and_no_data() -> None:
    path = PAYLOADS / "eurostat" / "sdmxml21_footer_async_413_2015.xml"
    for media_type in ("application/xml", "application/vnd.sdmx.data+csv"):
        with pytest.raises(TooBigNotice, match="fewer periods or codes"):
            reject_error_bodies(NBB, media_type, head(path))


@pytest.mark.parametrize("path", [path for path in EVERY if path.suffix in NOT_CSV], ids=name_of)
def test_what_is_no_csv_never_passes_for_csv(path: Path) -> None:
    """Error messages, empty messages and other formats with status 200: refused by what they say or by their type."""
    said = {"sdmxml21_footer_async_413_2015.xml": TooBigNotice, "pysdmx_error.xml": ErrorNotice}
    with pytest.raises(said.get(path.name, WrongContentType)):
        reject_error_bodies(NBB, NOT_CSV[path.suffix], head(path))


@pytest.mark.parametrize("path", [path for path in EVERY if path.suffix == ".xml"], ids=name_of)
def test_xml_that_claims_to_be_csv_stops_at_the_header(path: Path) -> None:
    """A source that sends its error message under the promised type."""
    if "413" in path.name:
        with pytest.raises(TooBigNotice):
            reject_error_bodies(NBB, "text/csv", head(path))
    with pytest.raises(LayoutChanged, match="missing"), path.open("rb") as payload:
        staging.copy(None, NBB, 1, sdmx.csv_blocks(payload, {}))  # type: ignore[arg-type]


def test_our_question_has_the_dimensions_of_nbbs_own_structure() -> None:
    """The key has one entry per dimension, in NBB's order; what we fill in is in NBB's code lists."""
    from include.sources.nbb.nbb_goods_trade import DIMENSIONS, KEY

    told = json.loads((PAYLOADS / "nbb" / "catalog_BE2_DF_EXTTRADEVLNAT_Overview.json").read_text(encoding="utf-8"))
    dimensions = [dimension for dimension in told["dimensions"] if dimension["id"] != "TIME_PERIOD"]
    assert tuple(dimension["id"] for dimension in dimensions) == DIMENSIONS
    assert len(KEY) == len(dimensions)
    for dimension, asked in zip(dimensions, KEY, strict=True):
        codes = {code["id"] for code in dimension["codes"]}
        assert set(filter(None, asked.split("+"))) <= codes, dimension["id"]
