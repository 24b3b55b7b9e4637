"""Workbooks that are readable and strange: each is read for what it says, or refused for what it lacks."""

import csv
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904, to_excel

from include.errors import LayoutChanged, PayloadTooLarge
from include.partners.lists import Language
from include.partners.template import HEADER_ROW, write_workbook
from include.partners.workbook_reader import read_workbook

CONTRACT = {"contract_code": "agoria-2022", "name": "Agoria"}
ROW: dict[str, object] = {
    "activity_code": "A1",
    "title": "Missie",
    "start_date": date(2026, 7, 1),
    "participants_count": 40,
    "cost_eur": 100,
}
FIRST_ROW = HEADER_ROW + 2
# Peak of a process that reads a million empty rows, measured 2026-11: 260 MB, of which 45 are Python and openpyxl.
MOST_MB = 400


def rows_of(payload: bytes) -> list[dict[str, str]]:
    blocks = read_workbook(io.BytesIO(payload), contract_code="agoria-2022", period="2026-Q3")
    return list(csv.DictReader(io.StringIO(b"".join(blocks).decode(), newline="")))


def edited(edit: Callable[[Any, Any], object], language: Language = "nl") -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(CONTRACT, "2026-Q3", language, [ROW])))
    edit(book, book.worksheets[0])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def repacked(changes: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(write_workbook(CONTRACT, "2026-Q3", "nl", [ROW]))) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name, content in ({name: old.read(name) for name in old.namelist()} | changes).items():
            new.writestr(name, content)
    return target.getvalue()


def test_a_second_row_of_titles_is_no_activity() -> None:
    def edit(_: Any, sheet: Any) -> None:
        sheet.insert_rows(FIRST_ROW)
        for at, cell in enumerate(sheet[HEADER_ROW + 1], start=1):
            sheet.cell(FIRST_ROW, at).value = cell.value

    assert [row["activity_code"] for row in rows_of(edited(edit))[1:]] == ["A1"]


def test_a_row_of_groups_above_the_titles_is_passed_over() -> None:
    def edit(_: Any, sheet: Any) -> None:
        sheet.insert_rows(HEADER_ROW + 1)
        sheet.cell(HEADER_ROW + 1, 1).value = "Wat"
        sheet.cell(HEADER_ROW + 1, 10).value = "Bereik"
        sheet.merge_cells(start_row=HEADER_ROW + 1, end_row=HEADER_ROW + 1, start_column=1, end_column=9)

    assert rows_of(edited(edit))[1]["title"] == "Missie"


def test_merged_cells_are_read_where_they_begin_and_empty_beyond() -> None:
    def edit(_: Any, sheet: Any) -> None:
        sheet.cell(FIRST_ROW + 1, 1).value = "A2"
        sheet.merge_cells(start_row=FIRST_ROW, end_row=FIRST_ROW + 1, start_column=4, end_column=4)

    first, second = rows_of(edited(edit))[1:]
    assert (first["title"], second["activity_code"], second["title"]) == ("Missie", "A2", "")


def test_a_hidden_sheet_is_passed_over_and_a_second_visible_one_is_refused() -> None:
    def copied(state: str) -> bytes:
        def edit(book: Any, sheet: Any) -> None:
            copy = book.copy_worksheet(sheet)
            copy.title, copy.sheet_state = "Kopie", state
            copy.cell(FIRST_ROW, 1).value = "B9"

        return edited(edit)

    assert [row["activity_code"] for row in rows_of(copied("hidden"))[1:]] == ["A1"]
    with pytest.raises(LayoutChanged, match="'Rapport', 'Kopie'"):
        rows_of(copied("visible"))


@pytest.mark.parametrize("epoch", ["1900", "1904"])
def test_a_date_is_the_same_day_in_both_day_counts_as_a_date_and_as_a_number(epoch: str) -> None:
    def edit(book: Any, sheet: Any) -> None:
        if epoch == "1904":
            book.epoch = CALENDAR_MAC_1904
        sheet.cell(FIRST_ROW, 5).value = datetime(2026, 7, 1)
        serial = sheet.cell(FIRST_ROW, 6)
        serial.value, serial.number_format = to_excel(datetime(2026, 7, 3), book.epoch), "General"

    row = rows_of(edited(edit))[1]
    assert (row["start_date"], row["end_date"]) == ("2026-07-01", "2026-07-03")


@pytest.mark.parametrize(
    ("language", "text", "read"),
    [
        ("nl", "03/04/2026", "2026-04-03"),
        ("nl", "3-4-2026", "2026-04-03"),
        ("en", "03/04/2026", "03/04/2026"),
        ("en", "13/04/2026", "2026-04-13"),
        ("nl", "3 april 2026", "2026-04-03"),
        ("en", "April 3, 2026", "2026-04-03"),
    ],
)
def test_a_date_as_text_is_read_as_its_language_writes_it(language: Language, text: str, read: str) -> None:
    def edit(_: Any, sheet: Any) -> None:
        sheet.cell(FIRST_ROW, 5).value = text

    assert rows_of(edited(edit, language))[1]["start_date"] == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [("60%", "0.6"), ("60 %", "0.6"), (60, "0.6"), (0.6, "0.6"), ("0,6", "0.6"), (1, "1"), ("100", "1"),
     ("0,625", "0.625"), ("most", "most"), ("62,5 %", "0.625")],
)  # fmt: skip
def test_a_share_is_read_as_a_part_of_one(typed: object, read: str) -> None:
    payload = write_workbook(CONTRACT, "2026-Q3", "nl", [ROW | {"core_domain_share": typed}])
    assert rows_of(payload)[1]["core_domain_share"] == read


def test_links_to_other_files_are_not_followed_and_do_no_harm() -> None:
    link = b"""<?xml version="1.0"?><externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><externalBook r:id="rId1"/>
        </externalLink>"""
    target = b"""<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
        <Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath"
        Target="http://127.0.0.1:1/secret.xlsx" TargetMode="External"/></Relationships>"""
    parts = {"xl/externalLinks/externalLink1.xml": link, "xl/externalLinks/_rels/externalLink1.xml.rels": target}
    assert rows_of(repacked(parts))[1]["title"] == "Missie"


def test_the_columns_and_sheet_of_an_answer_are_ours_and_not_the_partners() -> None:
    def edit(book: Any, sheet: Any) -> None:
        sheet.cell(HEADER_ROW + 1, sheet.max_column + 1).value = "Controle"
        sheet.cell(FIRST_ROW, sheet.max_column).value = "'XQ': ..."
        front = book.create_sheet("Controle", 0)
        front.append(["Cel", "Veld", "Wat er mis is", "Soort"])

    report, row = rows_of(edited(edit))
    assert report["extra_columns"] == "[]"
    assert row["title"] == "Missie"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc to read the peak from")
def test_a_million_empty_rows_cost_seconds_and_little_memory(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(write_workbook(CONTRACT, "2026-Q3", "nl", [ROW]))) as good:
        sheet = good.read("xl/worksheets/sheet1.xml")
    empty = b"".join(b'<row r="%d"/>' % number for number in range(FIRST_ROW + 1, 1_048_577))
    file = tmp_path / "empty.xlsx"
    file.write_bytes(repacked({"xl/worksheets/sheet1.xml": sheet.replace(b"</sheetData>", empty + b"</sheetData>")}))
    program = (
        "import re, sys, pathlib\n"
        "from include.partners.workbook_reader import read_workbook\n"
        "payload = pathlib.Path(sys.argv[1]).open('rb')\n"
        "blocks = read_workbook(payload, contract_code='agoria-2022', period='2026-Q3')\n"
        "rows = b''.join(blocks).count(b'\\nactivity,')\n"
        # Not ru_maxrss: that of a child begins with what its parent held.
        "status = pathlib.Path('/proc/self/status').read_text()\n"
        "print(rows, int(re.search(r'VmHWM:\\s+(\\d+)', status)[1]) // 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=True)
    rows, peak_mb = map(int, done.stdout.split())
    assert rows == 1
    assert peak_mb < MOST_MB


def test_a_sheet_of_more_cells_than_memory_should_hold_is_not_opened() -> None:
    with zipfile.ZipFile(io.BytesIO(write_workbook(CONTRACT, "2026-Q3", "nl", [ROW]))) as good:
        sheet = good.read("xl/worksheets/sheet1.xml")
    bomb = b"<row>" + b"<c/><v/><f/><x/>" * 400_000 + b"</row>"
    with pytest.raises(PayloadTooLarge):
        rows_of(repacked({"xl/worksheets/sheet1.xml": sheet.replace(b"</sheetData>", bomb + b"</sheetData>")}))
