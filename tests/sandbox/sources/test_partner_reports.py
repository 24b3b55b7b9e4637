"""The partners' workbooks: who reported when, what is wrong on purpose, and that the rest is sound."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from sandbox.sources import TODAY
from sandbox.sources.partner_reports import CORRECTED, NIL_RETURN, SLIPS, Workbooks, find_sent_at, report_rows
from sandbox.sources.partner_topics import MARKETS, TITLES, TOPICS
from sandbox.sources.partner_work import REFERENCE, TYPES, Activity, build_activities, quarter_end, read_contracts

QUARTERS = tuple(f"{year}-Q{quarter}" for year in range(2022, 2027) for quarter in range(1, 5))[:-1]
WORKBOOKS = Workbooks()


def path(contract_code: str, period: str) -> str:
    return f"{read_contracts()[contract_code]['feed_path']}/{period}.xlsx"


def number(activity: Activity, column: str) -> int:
    value = activity[column]
    assert isinstance(value, int)
    return value


def test_every_contract_reports_every_quarter_but_one() -> None:
    assert len(read_contracts()) == 21
    silent = {(c, p) for c in read_contracts() for p in QUARTERS if find_sent_at(c, p, TODAY) is None}
    assert silent == {("fedustria-2022", "2026-Q3")}


def test_reports_come_after_the_quarter_and_before_the_run_that_wants_them() -> None:
    by_january = datetime.fromisoformat("2026-01-31T09:00:00+01:00")
    for contract_code in read_contracts():
        assert find_sent_at(contract_code, "2025-Q4", by_january)
        for period in QUARTERS:
            sent = find_sent_at(contract_code, period, TODAY)
            assert sent is None or sent.date() > quarter_end(period)
        assert find_sent_at(contract_code, "2026-Q3", datetime.fromisoformat("2026-10-04T23:00:00+02:00")) is None


@pytest.mark.parametrize("year", range(2022, 2026))
def test_a_year_of_work_has_the_size_of_the_agreement(year: int) -> None:
    work = [a for c in read_contracts() for q in range(1, 5) for a in build_activities(c, f"{year}-Q{q}")]
    assert 220 <= len(work) <= 260
    assert 900_000 <= sum(number(a, "budget_used_eur") for a in work) <= 1_000_000


def test_what_is_loaded_of_2026_is_about_612_thousand_euro() -> None:
    used = 0
    for contract_code in read_contracts():
        for period in ("2026-Q1", "2026-Q2", "2026-Q3"):
            if period == "2026-Q3" and contract_code in ("fedustria-2022", "vil-2022"):
                continue
            rows = report_rows(contract_code, period, TODAY)
            sound = rows[1:] if period == "2026-Q3" and contract_code in SLIPS else rows
            used += sum(number(a, "budget_used_eur") for a in sound)
    assert used == pytest.approx(612_000, rel=0.01)


def test_activities_keep_the_rules_unless_they_are_wrong_on_purpose(subtests: pytest.Subtests) -> None:
    for period in QUARTERS:
        with subtests.test(period=period):
            for contract_code in read_contracts():
                work = build_activities(contract_code, period)
                assert 1 <= len(work) <= 6
                assert len({a["activity_code"] for a in work}) == len(work)
                for a in work:
                    start, end = a["start_date"], a["end_date"]
                    assert isinstance(start, date)
                    assert isinstance(end, date)
                    assert start <= end <= quarter_end(period)
                    assert number(a, "companies_count") <= number(a, "participants_count")
                    assert number(a, "budget_used_eur") <= number(a, "cost_eur")
                    is_held = a["status_code"] == "held"
                    assert (8 <= number(a, "companies_count") <= 60) if is_held else number(a, "companies_count") == 0


def test_the_last_quarter_has_five_faulty_rows_a_nil_return_and_a_page_for_a_workbook() -> None:
    faulty = {c: report_rows(c, "2026-Q3", TODAY)[0] for c in SLIPS}
    assert number(faulty["agoria-2022"], "companies_count") > number(faulty["agoria-2022"], "participants_count")
    assert faulty["fevia-2022"]["start_date"] == "31/09/2026"
    assert str(faulty["flux50-2022"]["end_date"]) < str(faulty["flux50-2022"]["start_date"])
    assert faulty["unizo-2022"]["market_codes"] == ["XQ"]
    assert faulty["voka-2022"]["participants_count"] == "4O"
    assert report_rows(*NIL_RETURN, TODAY) == []
    assert WORKBOOKS.answer_partners(path("vil-2022", "2026-Q3"), TODAY).body.startswith(b"<!DOCTYPE html>")
    assert WORKBOOKS.answer_partners(path("fedustria-2022", "2026-Q3"), TODAY).status == 404


def test_every_contract_has_a_workbook_that_opens(subtests: pytest.Subtests) -> None:
    for contract_code in list(read_contracts()):
        with subtests.test(contract_code=contract_code):
            reply = WORKBOOKS.answer_partners(path(contract_code, "2026-Q2"), TODAY)
            sheet = openpyxl.load_workbook(io.BytesIO(reply.body), read_only=True).worksheets[0]
            cells = {cell for row in sheet.iter_rows(values_only=True) for cell in row}
            assert {
                contract_code,
                "2026-Q2",
                *(a["title"] for a in build_activities(contract_code, "2026-Q2")),
            } <= cells


def test_a_report_is_corrected_once() -> None:
    (((contract_code, period), (day, _)),) = CORRECTED.items()
    july = datetime.fromisoformat("2026-07-31T09:00:00+02:00")
    first, second = (WORKBOOKS.answer_partners(path(contract_code, period), at) for at in (july, TODAY))
    assert day > "2026-07-31"
    assert (first.status, second.status) == (200, 200)
    assert first.etag != second.etag
    assert report_rows(contract_code, period, july)[1:] == report_rows(contract_code, period, TODAY)[1:]


def test_a_folder_keeps_the_same_bytes(tmp_path: Path) -> None:
    place = path("voka-2022", "2026-Q2")
    made = [Workbooks(tmp_path).answer_partners(place, TODAY).body for _ in range(2)]
    made.append(WORKBOOKS.answer_partners(place, TODAY).body)
    assert len({hashlib.sha256(body).hexdigest() for body in made}) == 1
    assert zipfile.is_zipfile(next(tmp_path.iterdir()))


def test_every_market_and_type_has_its_words() -> None:
    with (REFERENCE / "country.csv").open(encoding="utf-8", newline="") as file:
        countries = {row["country_code"] for row in csv.DictReader(file)}
    partners = {c["partner_code"]: c["language_code"] for c in read_contracts().values()}
    assert set(TOPICS) == set(partners)
    assert set(TITLES) == set(TYPES)
    for partner_code, topic in TOPICS.items():
        assert set(topic.markets) <= MARKETS[partners[partner_code]].keys() & countries


def test_unknown_feeds_and_quarters_are_not_there() -> None:
    for place in ("nobody/2026-Q2.xlsx", "voka/2021-Q4.xlsx", "voka/2026-Q4.xlsx", "voka"):
        assert WORKBOOKS.answer_partners(place, TODAY).status == 404
