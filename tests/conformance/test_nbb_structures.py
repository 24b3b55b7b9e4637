"""What we ask NBB.Stat is what its own structures say: dimensions in order, codes in the lists; needs the payloads."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from include.periods import clock_from
from include.register import source_of
from include.sources.nbb import nbb_exporters, nbb_fdi, nbb_regional_trade, nbb_trade, nbb_trade_overview

PAYLOADS = Path(__file__).parents[3] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the folder of real payloads is not beside the project")
NOW = clock_from("2026-10-15T09:00:00+02:00")
SOURCES = (
    "nbb_goods_trade", "nbb_chapter_trade", "nbb_belgian_trade", "nbb_trade_overview", "nbb_fdi", "nbb_regional_trade",
    "nbb_exporters",
)  # fmt: skip
# Dataflow, up to where its siblings differ -> the structure that we hold: those of a family are the same.
FAMILIES = {
    "DF_EXTTRADEVLNAT_Overview": "DF_EXTTRADEVLNAT_Overview",
    "DF_EXTTRADE": "DF_EXTTRADEVLNAT",
    "DF_EXTERNAL_TRADE_OVERVIEW": "DF_EXTERNAL_TRADE_OVERVIEW",
    "DF_FDI": "DF_FDI_COMPLETE",
    "DF_REGTRD": "DF_REGTRD",
    "DF_EXTT_TEC": "DF_EXTT_TEC_TYPE_TRADER",
}
# Asked for on other evidence: NBB_A1 is the world's code in questions that others put to the live service (May 2026);
# the countries that we hold stop before Vietnam, as the list was cut at 200 codes.
ON_OTHER_EVIDENCE = {("AREA", "NBB_A1"), ("COUNTRY", "VN")}


def structure(flow: str) -> list[dict[str, Any]]:
    family = next(name for name in FAMILIES if flow.startswith(name))
    path = PAYLOADS / "nbb" / f"catalog_BE2_{FAMILIES[family]}.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    return [dimension for dimension in told["dimensions"] if dimension["id"] != "TIME_PERIOD"]


def questions() -> Iterator[tuple[str, str, str]]:
    for code in SOURCES:
        for request in source_of(code).requests(NOW, {}):
            yield code, request.scope["dataset"].removeprefix("BE2:"), request.scope["key"]


def codes_of(flow: str, dimension: str) -> set[str]:
    (found,) = [one for one in structure(flow) if one["id"] == dimension]
    assert not found["truncated"]
    return {code["id"] for code in found["codes"]}


def test_a_question_has_the_dimensions_of_the_structure_and_codes_of_its_lists(subtests: pytest.Subtests) -> None:
    for code, flow, key in list(questions()):
        with subtests.test(code=code, flow=flow, key=key):
            dimensions = structure(flow)
            ours = import_module(f"include.sources.nbb.{code}").DIMENSIONS
            assert list(ours) == [dimension["id"] for dimension in dimensions]
            assert {"DATAFLOW", *ours} <= set(source_of(code).columns)
            for dimension, asked in zip(dimensions, key.split("."), strict=True):
                wanted = set(filter(None, asked.split("+")))
                known = {one["id"] for one in dimension["codes"]} | {
                    c for d, c in ON_OTHER_EVIDENCE if d == dimension["id"]
                }
                # Of 20,373 products only the first 200 are held; sections and chapters are compared with the HS below.
                if dimension["id"] != "PRODUCT":
                    assert wanted <= known, dimension["id"]


def test_a_flow_that_is_asked_is_in_nbbs_catalogue(subtests: pytest.Subtests) -> None:
    for flow in sorted({flow for _, flow, _ in questions()}):
        with subtests.test(flow=flow):
            assert f"`{flow}`" in (PAYLOADS / "nbb" / "DATAFLOWS_CATALOG.md").read_text(encoding="utf-8")


def test_sections_and_chapters_are_those_of_the_harmonized_system() -> None:
    with (PAYLOADS / "classifications" / "harmonized-system.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["level"] == "2"]
    known = {row["hscode"]: row["section"] for row in rows}
    ours = {chapter: section for section, chapters in nbb_trade.SECTIONS.items() for chapter in chapters}
    # 98 and 99 are the Combined Nomenclature's own.
    assert {chapter: section for chapter, section in ours.items() if chapter < "98"} == {
        chapter: section for chapter, section in known.items() if chapter < "98" and chapter != "77"
    }


@pytest.mark.parametrize(
    ("flow", "dimension", "ours"),
    [
        ("DF_FDI_COMPLETE", "FDI_SECTOR", {"TOT", *nbb_fdi.SECTORS, *nbb_fdi.SERVICES}),
        ("DF_REGTRD", "NUTS", set(nbb_regional_trade.AREAS)),
        ("DF_EXTT_TEC_ACTIVITY_SIZE", "NUMBER_EMPL", set(nbb_exporters.SIZES)),
        ("DF_EXTT_TEC_ACTIVITY_SIZE", "NUMBER_PARTNERS", {"_T", *nbb_exporters.MARKETS}),
    ],
)
def test_the_code_lists_that_suites_warn_by_are_whole(flow: str, dimension: str, ours: set[str]) -> None:
    assert ours == codes_of(flow, dimension)


def test_what_suites_expect_is_in_the_code_lists() -> None:
    assert set(nbb_regional_trade.ITEMS) <= codes_of("DF_REGTRD", "ITEM")
    assert set(nbb_fdi.CONTINENTS) <= codes_of("DF_FDI_COMPLETE", "FDI_AREA")
    assert {"X", "I", "B"} <= codes_of(nbb_trade_overview.FLOW, "FLOW")
    for expectation in nbb_fdi.SOURCE.suite:
        column = str(expectation.kwargs.get("column", "")).upper()
        if column.startswith("FDI_"):
            asked = expectation.kwargs["value_set"]
            assert isinstance(asked, list)
            assert set(asked) == codes_of("DF_FDI_COMPLETE", column)
