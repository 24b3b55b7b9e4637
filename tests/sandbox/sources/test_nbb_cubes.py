"""The other cubes of NBB.Stat: published figures to the last digit, parts that add up, and NBB's own oddities."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from sandbox.sources import PUBLICATIONS, TODAY, nbb, nbb_trade
from sandbox.sources.nbb_cube import Cube
from sandbox.sources.reply import morning_of
from sandbox.sources.trade_chapters import CHAPTERS, PART_SECTIONS

Row = dict[str, str]
MAY = datetime.fromisoformat("2026-05-14T09:00:00+02:00")
SECTION_OF = {chapter: section for section, chapters in CHAPTERS.items() for chapter in chapters}
SMALL = [cube for cube in nbb.CUBES.values() if cube is not nbb_trade.FLEMISH]


def path(cube: Cube, **codes: str) -> str:
    return f"data/BE2,{cube.flow},1.0/" + ".".join(codes.get(name, "") for name in cube.dimensions)


def told(flow: str, at: datetime = TODAY, **codes: str) -> list[Row]:
    cube = nbb.CUBES[f"data/BE2,{flow},1.0/"]
    reply = nbb.answer_nbb(path(cube, **codes), {}, at)
    assert reply.status == 200
    return list(csv.DictReader(io.StringIO(reply.body.decode("utf-8-sig"))))


def total(rows: Iterable[Row], **codes: str) -> Decimal:
    picked = (row for row in rows if all(row[name] == code for name, code in codes.items()))
    return sum((Decimal(row["OBS_VALUE"] or 0) for row in picked), Decimal(0))


def year(flow: str, year: int, at: datetime = TODAY, **codes: str) -> Decimal:
    """EUR thousand of twelve months."""
    return sum(
        (Decimal(r["OBS_VALUE"]) for r in told(flow, at, **codes) if r["TIME_PERIOD"][:4] == str(year)), Decimal(0)
    )


def test_flanders_made_82_percent_of_belgian_exports_in_2021() -> None:
    world = {"COUNTRY": "A1", "FLOW": "X", "CONCEPT": "COM"}
    flanders, belgium = (
        year("DF_EXTTRADEVLNAT_Overview", 2021, **world),
        year("DF_EXTTRADEBECOM_Overview", 2021, **world),
    )
    assert flanders == 380_500_000
    assert round(flanders / belgium, 6) == Decimal("0.82")


def test_no_month_section_or_country_has_more_in_flanders_than_in_belgium() -> None:
    flemish = {
        (r["COUNTRY"], r["PRODUCT"], r["FLOW"], r["TIME_PERIOD"]): int(r["OBS_VALUE"])
        for r in told("DF_EXTTRADEVLNAT_Overview")
    }
    belgian = told("DF_EXTTRADEBECOM_Overview")
    assert len(belgian) > 20_000
    for r in belgian:
        assert int(r["OBS_VALUE"]) >= flemish[r["COUNTRY"], r["PRODUCT"], r["FLOW"], r["TIME_PERIOD"]]


def test_the_two_concepts_lie_far_apart() -> None:
    world = {"COUNTRY": "A1", "FLOW": "X"}
    community, national = (year(f"DF_EXTTRADEBE{c}_Overview", 2024, **world) for c in ("COM", "NAT"))
    assert community - national > 100_000_000


def test_the_balance_of_march_2026_was_first_published_as_3284_million() -> None:
    def march(at: datetime) -> dict[str, Decimal]:
        rows = told("DF_EXTERNAL_TRADE_OVERVIEW", at, CONCEPT="NAT")
        return {r["FLOW"]: Decimal(r["OBS_VALUE"]) for r in rows if r["TIME_PERIOD"] == "2026-03"}

    assert march(MAY)["B"] == Decimal("3284.09") == march(MAY)["X"] - march(MAY)["I"]
    assert march(TODAY)["B"] != march(MAY)["B"], "revised, without a flag"


@pytest.mark.parametrize("concept", ["COM", "NAT"])
@pytest.mark.parametrize("flow", ["X", "I"])
def test_the_overview_is_the_sum_of_the_sections_to_the_rounding(concept: str, flow: str) -> None:
    sections = Counter[str]()
    for row in told(f"DF_EXTTRADEBE{concept}_Overview", COUNTRY="A1", FLOW=flow):
        sections[row["TIME_PERIOD"]] += int(row["OBS_VALUE"])
    for row in told("DF_EXTERNAL_TRADE_OVERVIEW", CONCEPT=concept, FLOW=flow):
        if row["TIME_PERIOD"] in sections:
            assert abs(Decimal(row["OBS_VALUE"]) * 1000 - sections[row["TIME_PERIOD"]]) <= 5


def test_only_the_newest_month_of_the_overview_is_under_embargo() -> None:
    embargoed = {r["TIME_PERIOD"]: r["EMBARGO_TIME"] for r in told("DF_EXTERNAL_TRADE_OVERVIEW") if r["EMBARGO_TIME"]}
    assert embargoed == {"2026-08": "2026-10-15T15:00:00+02:00"}
    assert datetime.fromisoformat(embargoed["2026-08"]) > TODAY
    assert {r["EMBARGO_TIME"] for r in told("DF_EXTERNAL_TRADE_OVERVIEW", MAY)} == {""}


@pytest.mark.parametrize("part", PART_SECTIONS)
def test_chapters_make_up_their_section_to_the_thousand(part: str) -> None:
    sections, chapters = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    for r in told(f"DF_EXTTRADEVLNAT_{part}"):
        place = (r["COUNTRY"], r["FLOW"], r["TIME_PERIOD"])
        if r["PRODUCT"] in SECTION_OF:
            chapters[(SECTION_OF[r["PRODUCT"]], *place)] += int(r["OBS_VALUE"])
        else:
            sections[r["PRODUCT"], *place] = int(r["OBS_VALUE"])
    assert {section for section, *_ in sections} == set(PART_SECTIONS[part])
    assert chapters == sections


def test_the_parts_hold_every_section_of_the_overview_as_it_is_there() -> None:
    overview = {
        (r["PRODUCT"], r["FLOW"], r["TIME_PERIOD"]): r["OBS_VALUE"]
        for r in told("DF_EXTTRADEVLNAT_Overview", COUNTRY="A1")
        if r["TIME_PERIOD"] >= "2021"
    }
    parts = {
        (r["PRODUCT"], r["FLOW"], r["TIME_PERIOD"]): r["OBS_VALUE"]
        for part in PART_SECTIONS
        for r in told(f"DF_EXTTRADEVLNAT_{part}", COUNTRY="A1")
        if r["PRODUCT"] not in SECTION_OF
    }
    assert parts == overview


def test_flanders_exported_223_billion_of_goods_and_services_in_2013_of_which_782_per_mille_goods() -> None:
    rows = told("DF_REGTRD", NUTS="200")
    exports, goods = (total(rows, ITEM=item, TIME_PERIOD="2013") for item in ("P60000", "P61000"))
    assert (exports, goods / exports) == (Decimal("223200.0"), Decimal("0.782"))


def test_regions_provinces_goods_and_services_add_up() -> None:
    rows = told("DF_REGTRD")
    by = {(r["ITEM"], r["NUTS"], r["TIME_PERIOD"]): Decimal(r["OBS_VALUE"]) for r in rows}
    for item, nuts, period in by:
        if nuts == "000":
            assert by[item, nuts, period] == sum(by[item, n, period] for n in ("100", "200", "300", "400"))
        if nuts == "200":
            assert by[item, nuts, period] == sum(by[item, n, period] for n in ("210", "220", "230", "240", "250"))
        if item.endswith("60000"):
            assert by[item, nuts, period] == by["P61000", nuts, period] + by["P62000", nuts, period]


def test_the_principles_of_foreign_investment_agree_and_some_flows_are_negative() -> None:
    rows = told("DF_FDI_COMPLETE", FDI_ITEM="T", FDI_AREA="A1", FDI_SECTOR="TOT")
    by = {(r["FDI_ACCOUNT"], r["FDI_BALANCE"], r["FDI_DIRECTION"], r["TIME_PERIOD"]): int(r["OBS_VALUE"]) for r in rows}
    for account, _, _, period in list(by):
        net = by[account, "A", "N", period] - by[account, "L", "N", period]
        assert net == by[account, "N", "O", period] - by[account, "N", "I", period]
    assert min(value for (account, *_), value in by.items() if account == "F") < 0
    assert min(value for (account, *_), value in by.items() if account == "S") > 0


def test_continents_and_unions_of_areas_add_up_to_the_world() -> None:
    by: dict[tuple[str, ...], dict[str, int]] = {}
    for r in told("DF_FDI_COMPLETE", FDI_SECTOR="TOT"):
        if r["FDI_ITEM"] in ("T", "I"):
            place = (r["FDI_ACCOUNT"], r["FDI_BALANCE"], r["FDI_DIRECTION"], r["TIME_PERIOD"])
            by.setdefault(place, {})[r["FDI_AREA"]] = int(r["OBS_VALUE"])
    for areas in by.values():
        assert areas["A1"] == sum(areas[continent] for continent in ("E1", "E4", "E7", "F2", "GX"))
        assert areas["E1"] == areas["U2"] + areas["U3"] == areas["V3"] + areas["V4"]


def test_both_tables_count_the_same_exporters() -> None:
    size, markets = (
        {r["TIME_PERIOD"]: r["OBS_VALUE"] for r in told(flow, ACTIVITY="_T", NUMBER_EMPL=all_, NUMBER_PARTNERS="_T")}
        for flow, all_ in (("DF_EXTT_TEC_ACTIVITY_SIZE", "_T"), ("DF_EXTT_TEC_NBR_COUNTRIES_ACTIVITY", "_Z"))
    )
    assert size == markets
    assert size["2024"] == "30470"


@pytest.mark.parametrize("flow", ["DF_FDI_COMPLETE", "DF_EXTT_TEC_ACTIVITY_SIZE"])
def test_what_would_show_a_single_firm_is_empty_and_says_so(flow: str) -> None:
    rows = told(flow)
    assert {r["CONF_STATUS"] for r in rows if not r["OBS_VALUE"]} == {"C"}
    assert {r["CONF_STATUS"] for r in rows if r["OBS_VALUE"]} == {"F"}


@pytest.mark.parametrize("cube", SMALL, ids=lambda cube: cube.flow)
def test_nothing_is_there_before_the_first_day_of_a_cube(cube: Cube) -> None:
    first = morning_of(cube.days[0])
    assert nbb.answer_nbb(path(cube), {}, first - timedelta(seconds=1)).status == 404
    reply = nbb.answer_nbb(path(cube), {}, first)
    assert (reply.status, reply.released_at) == (200, first)
    assert reply.body.startswith(cube.header.encode())
    assert nbb.answer_nbb(path(cube) + ".", {}, first).status == 404


@pytest.mark.parametrize("cube", SMALL, ids=lambda cube: cube.flow)
def test_series_come_once_and_in_the_order_of_their_keys(cube: Cube) -> None:
    keys = [key for key, _ in cube.series(cube.days[-1])]
    assert len(set(keys)) == len(keys)
    assert keys == sorted(keys)


@pytest.mark.parametrize("cube", [cube for cube in SMALL if len(cube.days) > 1], ids=lambda cube: cube.flow)
def test_a_later_day_revises_some_of_what_the_earlier_one_told(cube: Cube) -> None:
    def values(day: str) -> dict[tuple[object, ...], str]:
        return {(key, period): rest.split(",")[0] for key, cells in cube.series(day) for period, rest in cells}

    before, after = values(cube.days[-2]), values(cube.days[-1])
    assert set(before) <= set(after)
    changed = sum(before[cell] != after[cell] for cell in before)
    if "TEC" in cube.flow:
        assert changed == 0, "counts of exporters stay"
    else:
        assert 0 < changed < len(before) // 2


def test_every_source_of_nbb_is_run_on_a_day_after_a_publication() -> None:
    runs = [(dag_id, clock) for dag_id, clock in PUBLICATIONS if dag_id.startswith("ingest_nbb_")]
    assert len({dag_id for dag_id, _ in runs}) == 7
    assert [clock for _, clock in PUBLICATIONS] == sorted(clock for _, clock in PUBLICATIONS)
