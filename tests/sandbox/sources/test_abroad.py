"""The sample Eurostat, ECB and OECD: wire formats with their oddities, and figures that hang together."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Mapping
from datetime import datetime

import pytest

from sandbox.sources import TODAY, ecb, eurostat, figures, fit, oecd
from sandbox.sources.eurostat_comext import TOTALS
from sandbox.sources.reply import Reply

COMEXT, MAIN = "comext/dissemination/sdmx", "dissemination/sdmx"
NEWER = f"{MAIN}/3.0/data/dataflow/ESTAT/BOP_FDI6_FLOW/+"
OLDER = f"{MAIN}/2.1/data/BOP_FDI6_FLOW/A.MIO_EUR.FDI.NI+NO.TOTAL.DI__D__F..BE"
FDI_OF_BELGIUM = {"c[geo]": "BE", "c[stk_flow]": "NI,NO", "c[TIME_PERIOD]": "ge:2020 le:2024"}
RATES = "data/EXR/{}.{}.EUR.SP00.A"
FLOWS = "data/OECD.DAF.INV,DSD_FDI@DF_FDI_FLOW_CTRY,1.0/{}.T_FA_F.USD_EXC.DI.NET_FDI.{}.D.S1.W.IMC._T.A."


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+02:00")


def table(reply: Reply) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(reply.body.decode(), newline="")))


def rates(freq: str, currency: str, moment: datetime = TODAY, **query: str) -> list[dict[str, str]]:
    return table(ecb.answer_ecb(RATES.format(freq, currency), query, moment))


def asked(path: str, query: Mapping[str, str] | None = None, moment: datetime = TODAY) -> Reply:
    return eurostat.answer_eurostat(path, query or {}, moment)


def test_eurostats_two_interfaces_say_the_same_in_two_dialects() -> None:
    newer = asked(NEWER, FDI_OF_BELGIUM)
    older = asked(OLDER, {"startPeriod": "2020", "endPeriod": "2024"})
    assert newer.body.startswith(b"STRUCTURE,STRUCTURE_ID,freq,currency,")
    assert older.body.startswith(b"DATAFLOW,LAST UPDATE,freq,currency,")
    assert all(line.endswith(b"\r") for line in newer.body.split(b"\n")[:-1])
    words = ("geo", "partner", "stk_flow", "TIME_PERIOD", "OBS_VALUE", "OBS_FLAG")
    assert [[row[word] for word in words] for row in table(newer)] == [
        [row[word] for word in words] for row in table(older)
    ]
    assert {row["LAST UPDATE"] for row in table(older)} == {"15/06/26 23:00:00"}


def test_comext_is_another_service_without_flags() -> None:
    path = "3.0/data/dataflow/ESTAT/DS-059341/+"
    assert asked(f"{MAIN}/{path}").status == 404
    reply = asked(f"{COMEXT}/{path}", {"c[TIME_PERIOD]": "ge:2026-08 le:2026-08"})
    assert reply.body.splitlines()[0].endswith(b",TIME_PERIOD,OBS_VALUE")
    assert asked(f"{COMEXT}/3.0/data/dataflow/ESTAT/BOP_FDI6_FLOW/+").status == 404


def test_comext_packs_on_request_and_the_same_way_each_time() -> None:
    path = f"{COMEXT}/2.1/data/DS-045409/M.BE...1+2.VALUE_IN_EUROS"
    plain = asked(path, {"startPeriod": "2026-08", "endPeriod": "2026-08"})
    packed = asked(path, {"startPeriod": "2026-08", "endPeriod": "2026-08", "compressed": "true"})
    assert gzip.decompress(packed.body) == plain.body
    assert packed.body == asked(path, {"startPeriod": "2026-08", "endPeriod": "2026-08", "compressed": "true"}).body


def test_a_month_of_comext_comes_out_on_the_15th_of_the_second_month_after_it() -> None:
    def newest(moment: str) -> str:
        path = f"{COMEXT}/3.0/data/dataflow/ESTAT/DS-059341/+"
        query = {"c[product]": "TOTAL", "c[reporter]": "BE", "c[flow]": "2"}
        return max(row["TIME_PERIOD"] for row in table(asked(path, query, at(moment))))

    assert newest("2026-09-15T07:59:00") == "2026-06"
    assert newest("2026-09-15T08:00:00") == "2026-07"
    assert newest("2026-10-15T09:00:00") == "2026-08"


@pytest.mark.parametrize("reporter", ["BE", "EU27_2020"])
def test_chapters_of_a_year_add_up_to_its_total(reporter: str) -> None:
    path = f"{COMEXT}/3.0/data/dataflow/ESTAT/DS-059341/+"
    query = {"c[reporter]": reporter, "c[partner]": "WORLD", "c[flow]": "2", "c[indicators]": "VALUE_IN_EUROS",
             "c[TIME_PERIOD]": "ge:2025-01 le:2025-12"}  # fmt: skip
    rows = table(asked(path, query))
    total = sum(int(row["OBS_VALUE"]) for row in rows if row["product"] == "TOTAL")
    assert total == TOTALS[reporter, "2"][2025] * 1_000_000_000
    assert sum(int(row["OBS_VALUE"]) for row in rows if row["product"] != "TOTAL") == total


@pytest.mark.parametrize("year", [2024, 2025])
def test_flanders_is_about_82_per_cent_of_belgium(year: int) -> None:
    flemish: dict[str, int] = {}
    for total in figures.TRADE_TOTALS:
        if total.flow == "X" and total.first_month.startswith(str(year)):
            flemish[total.first_month] = total.million_eur
    assert 0.80 < sum(flemish.values()) / (TOTALS["BE", "2"][year] * 1000) < 0.84


def test_a_code_that_does_not_exist_is_a_cube_without_values_and_status_200() -> None:
    for path, query in (("no_such_table", {}), ("EXT_LT_INTRATRD", {"geo": "XX"})):
        reply = asked(f"dissemination/statistics/1.0/data/{path}", query)
        assert (reply.status, json.loads(reply.body)["value"]) == (200, {})


def test_a_small_extract_keeps_flags_beside_values() -> None:
    path = "dissemination/statistics/1.0/data/EXT_LT_INTRATRD"
    cube = json.loads(asked(path, {"geo": "BE", "indic_et": "MIO_EXP_VAL", "sinceTimePeriod": "2024"}).body)
    assert set(cube["status"].values()) == {"c", "p"}
    confidential = {place for place, flag in cube["status"].items() if flag == "c"}
    assert confidential
    assert not confidential & set(cube["value"])


def test_ecb_answers_as_of_a_moment_and_since_one() -> None:
    before, after = at("2026-10-14T15:59:00"), at("2026-10-14T16:00:00")
    assert rates("D", "USD", before)[-1]["TIME_PERIOD"] == "2026-10-13"
    assert rates("D", "USD", after)[-1]["TIME_PERIOD"] == "2026-10-14"
    changed = rates("D", "USD", after, updatedAfter="2026-10-12T14:00:00Z")
    assert [row["TIME_PERIOD"] for row in changed] == ["2026-10-13", "2026-10-14"]
    assert ecb.answer_ecb(RATES.format("D", "USD"), {"updatedAfter": "2026-10-14T14:00:00Z"}, after).status == 404


def test_no_rate_is_set_at_weekends_and_none_has_a_value_on_a_holiday_of_target() -> None:
    rows = {row["TIME_PERIOD"]: row for row in rates("D", "GBP")}
    assert "2026-10-10" not in rows
    assert (rows["2026-04-03"]["OBS_VALUE"], rows["2026-04-03"]["OBS_STATUS"]) == ("NaN", "H")
    assert rows["2026-04-02"]["OBS_STATUS"] == "A"


@pytest.mark.parametrize("currency", ecb.AVERAGES)
def test_rates_of_a_year_stay_around_the_average_that_ecb_published(currency: str) -> None:
    for year, average in ecb.AVERAGES[currency].items():
        values = [
            float(row["OBS_VALUE"])
            for row in rates("D", currency, startPeriod=str(year), endPeriod=f"{year}-12-31")
            if row["OBS_VALUE"] != "NaN"
        ]
        mean = sum(values) / len(values)
        assert mean == pytest.approx(average / 10 ** ecb.DECIMALS[currency], rel=0.03)


def test_a_title_of_ecb_holds_commas() -> None:
    assert rates("M", "JPY")[0]["TITLE_COMPL"] == "ECB reference exchange rate, Japanese yen/Euro, 2.15 pm (C.E.T.)"
    assert ecb.answer_ecb(RATES.format("D", "VND"), {}, TODAY).status == 404


def test_belgiums_flows_at_the_oecd_are_eurostats_in_dollars() -> None:
    euro = {row["TIME_PERIOD"]: float(row["OBS_VALUE"]) for row in table(asked(
        NEWER, {"c[geo]": "BE", "c[stk_flow]": "NI", "c[partner]": "WRL_REST"}
    ))}  # fmt: skip
    dollar = {row["TIME_PERIOD"]: float(row["OBS_VALUE"]) for row in table(
        oecd.answer_oecd(FLOWS.format("BEL", "ALL"), {}, TODAY)
    )}  # fmt: skip
    assert dollar == pytest.approx({year: value * 1.1 for year, value in euro.items()}, abs=0.2)
    assert min(dollar.values()) < 0


def test_a_cut_of_the_oecd_is_nan_throughout() -> None:
    rows = table(oecd.answer_oecd(FLOWS.format("IRL", "ROU"), {}, TODAY))
    assert {row["OBS_VALUE"] for row in rows} == {"NaN"}
    assert oecd.answer_oecd(FLOWS.format("USA", "ALL"), {}, TODAY).status == 404


def test_what_was_stated_is_what_the_statistics_of_that_day_add_up_to() -> None:
    """The newest total of every stretch of months by the day of the statement, as figures.py has it."""
    flows = {"exports": "X", "imports": "I"}
    for told in fit.STATEMENTS:
        if told.indicator not in flows or "-Q" in told.period:
            continue
        known: dict[str, int] = {}
        for total in figures.TRADE_TOTALS:
            is_of_year = total.flow == flows[told.indicator] and total.first_month.startswith(told.period)
            if is_of_year and total.known_from <= max(told.published_on, "2020-03-16"):
                known[total.first_month] = total.million_eur
        assert sum(known.values()) == told.million_eur, told
