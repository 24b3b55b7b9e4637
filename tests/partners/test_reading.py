"""A workbook as partners send it back becomes CSV in one form; what cannot be read is left for the row rules."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from include.partners.columns import COLUMNS, FACTS, TEMPLATE_VERSION
from include.partners.lists import Language
from include.partners.template import HEADER_ROW, write_workbook
from include.partners.workbook_reader import CSV_COLUMNS, read_workbook

CONTRACT = {"contract_code": "agoria-2022", "name": "Agoria"}
ACTIVITY: dict[str, object] = {
    "activity_code": "A1",
    "activity_type_code": "outward_mission",
    "status_code": "held",
    "title": "Missie naar Hanoi",
    "start_date": date(2026, 7, 1),
    "end_date": date(2026, 7, 3),
    "mode_code": "onsite",
    "market_codes": ["VN", "TH"],
    "core_domain_code": "engineering-technology",
    "participants_count": 40,
    "companies_count": 25,
    "first_time_exporters_count": 3,
    "b2b_meetings_count": 60,
    "leads_count": 11,
    "cost_eur": 4250.5,
    "budget_used_eur": 1000,
    "own_part_eur": 2000,
    "public_part_eur": 1250.5,
    "smes_count": 20,
    "place": "Hà Nội",
    "country_code": "VN",
    "co_organiser_codes": ["voka", "fit"],
    "core_domain_share": 0.6,
    "core_domain_2_code": "food",
    "core_domain_2_share": 0.4,
    "core_domain_3_code": "unassigned",
    "core_domain_3_share": 0,
}
READ = {
    **{name: str(value) for name, value in ACTIVITY.items()},
    "market_codes": "VN;TH",
    "co_organiser_codes": "voka;fit",
}
FIRST_ROW = HEADER_ROW + 2  # of the activities, as Excel counts


def rows_of(payload: bytes) -> list[dict[str, str]]:
    blocks = read_workbook(io.BytesIO(payload), contract_code="agoria-2022", period="2026-Q3")
    return list(csv.DictReader(io.StringIO(b"".join(blocks).decode(), newline="")))


def activity_of(row: dict[str, str]) -> dict[str, str]:
    return {column.name: row[column.name] for column in COLUMNS}


def filled(**changes: object) -> bytes:
    return write_workbook(CONTRACT, "2026-Q3", "nl", [{**ACTIVITY, **changes}])


def edited(edit: Callable[[Any], object]) -> bytes:
    """A filled-in workbook after somebody worked in its first sheet."""
    book = openpyxl.load_workbook(io.BytesIO(filled()))
    edit(book.worksheets[0])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def with_cell(row: int, column: int, value: object) -> bytes:
    return edited(lambda sheet: sheet.cell(row, column, value))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_was_written_is_read_back_in_both_languages(language: Language) -> None:
    report, first, second = rows_of(write_workbook(CONTRACT, "2026-Q3", language, [ACTIVITY, {"activity_code": "A2"}]))
    assert activity_of(first) == READ
    assert activity_of(second) == {**dict.fromkeys(READ, ""), "activity_code": "A2"}
    assert (report["row_kind"], first["row_kind"], second["row_kind"]) == ("report", "activity", "activity")
    assert (first["sheet_row"], second["sheet_row"]) == (str(FIRST_ROW), str(FIRST_ROW + 1))
    for row in (report, first, second):
        facts = [row[name] for name in ("contract_code", "report_period", "is_nil", "template_version")]
        assert facts == ["agoria-2022", "2026-Q3", "false", TEMPLATE_VERSION]


def test_the_first_block_begins_with_the_header() -> None:
    first = next(iter(read_workbook(io.BytesIO(filled()), contract_code="agoria-2022", period="2026-Q3")))
    assert first.decode().splitlines()[0] == ",".join(CSV_COLUMNS)


def test_the_same_workbook_gives_the_same_csv() -> None:
    payload = filled()
    assert rows_of(payload) == rows_of(payload)


def test_a_nil_return_is_one_row_that_says_so() -> None:
    (report,) = rows_of(write_workbook(CONTRACT, "2026-Q3", "en", is_nil=True))
    assert (report["row_kind"], report["is_nil"]) == ("report", "true")


def test_a_nil_return_with_activities_keeps_both_for_the_checks() -> None:
    report, activity = rows_of(write_workbook(CONTRACT, "2026-Q3", "nl", [ACTIVITY], is_nil=True))
    assert (report["is_nil"], activity["activity_code"]) == ("true", "A1")


def alternatives(words: Sequence[Any]) -> list[list[str]]:
    """Each title of each column, or label of each fact, in as few rows of them as hold all."""
    titles = [(one.nl, one.en, *one.aliases) for one in words]
    return [[of_one[min(place, len(of_one) - 1)] for of_one in titles] for place in range(max(map(len, titles)))]


def test_a_column_is_found_under_each_of_its_titles(subtests: pytest.Subtests) -> None:
    def retitle(titles: list[str], sheet: Any) -> None:
        for position, title in enumerate(titles, start=1):
            sheet.cell(HEADER_ROW + 1, position, f" {title.upper()}*")

    for titles in alternatives(COLUMNS):
        with subtests.test(titles=titles):
            assert activity_of(rows_of(edited(partial(retitle, titles)))[1]) == READ


def test_a_fact_is_found_under_each_of_its_labels(subtests: pytest.Subtests) -> None:
    def relabel(labels: list[str], sheet: Any) -> None:
        for row, label in enumerate(labels, start=2):
            sheet.cell(row, 1, f"{label}:")

    before = rows_of(filled())[0]
    for labels in alternatives(FACTS):
        with subtests.test(labels=labels):
            assert rows_of(edited(partial(relabel, labels)))[0] == before


def test_columns_are_found_by_name_wherever_they_stand() -> None:
    def edit(sheet: Any) -> None:
        sheet.insert_cols(1)
        sheet.insert_rows(1, 3)
        sheet.cell(FIRST_ROW + 2, 1, "Contactpersoon ☎")

    report, activity = rows_of(edited(edit))
    assert activity_of(activity) == READ
    assert activity["sheet_row"] == str(FIRST_ROW + 3)
    assert json.loads(report["extra_columns"]) == ["Contactpersoon ☎"]


def test_blank_rows_and_a_totals_row_are_skipped() -> None:
    def edit(sheet: Any) -> None:
        sheet.cell(FIRST_ROW + 2, 4, "  ")
        sheet.cell(FIRST_ROW + 4, 1, "Totaal")
        sheet.cell(FIRST_ROW + 4, 15, 4250.5)
        sheet.cell(FIRST_ROW + 5, 4, "TOTAL:")
        sheet.cell(FIRST_ROW + 5, 15, 4250.5)
        sheet.cell(FIRST_ROW + 6, 4, "Totaal")
        sheet.cell(FIRST_ROW + 6, 5, date(2026, 8, 1))

    rows = rows_of(edited(edit))
    assert [row["sheet_row"] for row in rows[1:]] == [str(FIRST_ROW), str(FIRST_ROW + 6)]


def test_what_cannot_be_read_stays_as_it_stood() -> None:
    wrong = {
        "activity_type_code": "Feest",
        "start_date": "31/02/2026",
        "participants_count": "veertig",
        "cost_eur": "=SUM(A1)",
        "market_codes": "China",
    }
    row = activity_of(rows_of(filled(**wrong))[1])
    assert row == {**READ, **{name: str(value) for name, value in wrong.items()}, "market_codes": "CHINA"}


@pytest.mark.parametrize(
    "title", ["=1+1", "+32", "-x", "@x", "مؤتمر في غنت", "🚀 כנס 日本", 'een "titel", met; komma\'s', "\\."]
)
def test_a_title_comes_through_as_it_was_typed(title: str) -> None:
    assert rows_of(filled(title=title))[1]["title"] == title


def test_a_formula_is_read_as_the_value_last_shown_and_never_passed_on() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Rapport")
        for row, fact in enumerate(FACTS):
            facts = {"contract_code": "agoria-2022", "period": "2026-Q3", "is_nil": "Nee"}
            sheet.write_row(row, 0, [fact.nl, facts.get(fact.name, "x")])
        sheet.write_row(8, 0, [column.nl for column in COLUMNS])
        sheet.write_string(9, 0, "A1")
        sheet.write_formula(9, 14, "=2000+50", value=2050)
        sheet.write_formula(9, 3, '=HYPERLINK("http://example.org")', value="#VALUE!")
        sheet.write_formula(9, 9, "=1+1", value="")
    activity = rows_of(target.getvalue())[1]
    assert (activity["cost_eur"], activity["title"], activity["participants_count"]) == ("2050", "#VALUE!", "")
    assert "HYPERLINK" not in str(activity)


def test_a_hidden_sheet_is_not_looked_at() -> None:
    book = openpyxl.load_workbook(io.BytesIO(filled()))
    copy = book.copy_worksheet(book.worksheets[0])
    copy.cell(FIRST_ROW, 1, "HIDDEN")
    copy.sheet_state = "hidden"
    book.move_sheet(copy, offset=-2)
    note = book.create_sheet("Toelichting", 0)
    note["A1"] = "Titel en status zijn verplicht"
    target = io.BytesIO()
    book.save(target)
    assert [row["activity_code"] for row in rows_of(target.getvalue())[1:]] == ["A1"]
