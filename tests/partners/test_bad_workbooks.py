"""Each thing that is no readable report is refused under its own name, with the four parts of a message."""

import contextlib
import io
import random
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from include.errors import DataError, EmptyReply, LayoutChanged, NotAWorkbook, PayloadTooLarge, WrongContract
from include.partners import archive, workbook_reader
from include.partners.columns import COLUMNS
from include.partners.template import HEADER_ROW, write_workbook
from include.partners.workbook_reader import read_workbook

CONTRACT = {"contract_code": "agoria-2022", "name": "Agoria"}
GOOD = write_workbook(CONTRACT, "2026-Q3", "nl", [{"activity_code": "A1", "title": "Seminarie"}])
TYPES_WITHOUT_A_WORKBOOK = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def read(payload: bytes) -> list[bytes]:
    return list(read_workbook(io.BytesIO(payload), contract_code="agoria-2022", period="2026-Q3"))


def refused(payload: bytes, kind: type[DataError]) -> str:
    """What was said to have come, after checking that the message is whole."""
    with pytest.raises(kind) as caught:
        read(payload)
    problem = caught.value
    assert type(problem) is kind
    assert problem.source == "partner_activity agoria-2022 2026-Q3"
    assert problem.expected
    assert problem.todo.startswith("Ask the partner")
    return problem.got


def repacked(changes: dict[str, bytes | None], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The good workbook with entries replaced, added or (None) left out."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(target, "w", method) as new:
        entries = {name: old.read(name) for name in old.namelist()} | changes
        for name, content in entries.items():
            if content is not None:
                new.writestr(name, content)
    return target.getvalue()


def edited(edit: Callable[[Any], None]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(GOOD))
    edit(book.worksheets[0])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def sheet_xml(old: bytes, new: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as good:
        xml = good.read("xl/worksheets/sheet1.xml")
    assert old in xml
    return repacked({"xl/worksheets/sheet1.xml": xml.replace(old, new)})


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "web page"),
        (b"\xef\xbb\xbf\r\n <html></html>", "web page"),
        (OLE + bytes(600), "old .xls"),
        (OLE + bytes(2_000) + "EncryptedPackage".encode("utf-16-le"), "password"),
        (random.Random(7).randbytes(4_000), "another kind"),
        (b"activity_code;title\nA1;x\n", "another kind"),
        (GOOD[: len(GOOD) // 2], "damaged or incomplete"),
        (b"PK\x03\x04", "damaged or incomplete"),
        (repacked({"xl/workbook.xml": None}), "without a workbook"),
        (repacked({"xl/vbaProject.bin": b"x"}), "macros"),
        (repacked({"[Content_Types].xml": b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"}), "macros"),
        (repacked({}, zipfile.ZIP_BZIP2), "unusual"),
        (repacked({"[Content_Types].xml": TYPES_WITHOUT_A_WORKBOOK}), "damaged inside"),
        (repacked({"xl/workbook.xml": b"<workbook"}), "damaged inside"),
        (repacked({"xl/worksheets/sheet1.xml": b"not xml"}), "damaged inside"),
        (sheet_xml(b'<row r="15"', b'<row r="99999999"'), "more rows than Excel"),
        (sheet_xml(b'<c r="A15"', b'<c r="?15"'), "damaged inside"),
    ],
)
def test_what_is_no_workbook_is_refused_with_what_it_is(payload: bytes, said: str) -> None:
    assert said in refused(payload, NotAWorkbook)


def test_an_entity_bomb_is_not_expanded() -> None:
    bomb = b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><workbook>&b;</workbook>'
    assert "damaged inside" in refused(repacked({"xl/workbook.xml": bomb}), NotAWorkbook)
    assert "damaged inside" in refused(repacked({"xl/worksheets/sheet1.xml": bomb}), NotAWorkbook)


def test_a_file_of_no_bytes_is_an_empty_reply() -> None:
    assert "0 bytes" in refused(b"", EmptyReply)


def test_no_activities_and_no_nil_return_is_an_empty_reply() -> None:
    assert "neither" in refused(write_workbook(CONTRACT, "2026-Q3", "nl"), EmptyReply)


def test_a_zip_bomb_is_not_opened() -> None:
    assert "60,0" in refused(repacked({"xl/media/a.xml": bytes(60_000_000)}), PayloadTooLarge)
    assert (
        int(refused(repacked({"xl/media/a.xml": bytes(5_000_000)}), PayloadTooLarge).split()[0].replace(",", "")) > 200
    )


def test_a_file_too_large_to_be_a_report_is_not_opened() -> None:
    assert refused(b"PK" + bytes(archive.MAX_BYTES), PayloadTooLarge).startswith(f"{archive.MAX_BYTES + 1:,}")


def test_more_activities_than_a_quarter_can_hold_are_refused() -> None:
    rows = [{"activity_code": f"A{number}"} for number in range(workbook_reader.MAX_ACTIVITIES + 1)]
    refused(write_workbook(CONTRACT, "2026-Q3", "nl", rows), PayloadTooLarge)
    assert read(write_workbook(CONTRACT, "2026-Q3", "nl", rows[:-1]))


@pytest.mark.parametrize(
    ("contract_code", "period", "said"), [("voka-2022", "2026-Q3", "voka-2022"), ("agoria-2022", "2026-Q2", "2026-Q2")]
)
def test_the_workbook_of_another_contract_or_quarter_is_refused(contract_code: str, period: str, said: str) -> None:
    other = write_workbook({"contract_code": contract_code, "name": "x"}, period, "en", [{"activity_code": "A1"}])
    assert said in refused(other, WrongContract)


def test_a_renamed_column_is_named(subtests: pytest.Subtests) -> None:
    for column in COLUMNS:
        with subtests.test(column=column):
            position = COLUMNS.index(column) + 1
            payload = edited(lambda sheet, at=position: sheet.cell(HEADER_ROW + 1, at, "Iets anders"))
            said = refused(payload, LayoutChanged)
            assert column.nl in said
            assert "'Iets anders'" in said


def test_a_column_that_stands_there_twice_is_named() -> None:
    assert "two columns 'Titel'" in refused(
        edited(lambda sheet: sheet.cell(HEADER_ROW + 1, 20, "Title")), LayoutChanged
    )


def test_a_workbook_without_a_row_of_titles_is_refused() -> None:
    assert "none in the first" in refused(edited(lambda sheet: sheet.delete_rows(HEADER_ROW + 1)), LayoutChanged)


def test_a_workbook_that_lost_its_sheet_is_refused() -> None:
    assert "none in the first" in refused(repacked({"xl/worksheets/sheet1.xml": None}), LayoutChanged)


def test_a_header_block_with_a_hole_is_refused() -> None:
    assert "'Contract'" in refused(edited(lambda sheet: sheet.cell(2, 4).__setattr__("value", None)), LayoutChanged)


def test_an_answer_to_the_nil_question_that_is_neither_yes_nor_no_is_refused() -> None:
    assert "'misschien'" in refused(edited(lambda sheet: sheet.cell(5, 4, "misschien")), LayoutChanged)


@pytest.mark.filterwarnings("ignore::UserWarning")  # openpyxl's remarks on what it skips
def test_no_damaged_byte_gives_an_error_without_a_name() -> None:
    chance = random.Random(20261015)
    for _ in range(300):
        damaged = bytearray(GOOD)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        read_or_refused(bytes(damaged))


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_no_damaged_markup_gives_an_error_without_a_name() -> None:
    chance = random.Random(20261015)
    with zipfile.ZipFile(io.BytesIO(GOOD)) as good:
        entries = {name: good.read(name) for name in good.namelist()}
    for _ in range(150):
        name = chance.choice(sorted(entries))
        damaged = bytearray(entries[name])
        for _ in range(chance.randint(1, 3)):
            damaged[chance.randrange(len(damaged))] = chance.choice(b'0129azAZ"<>/=-. ')
        read_or_refused(repacked({name: bytes(damaged)}))


def read_or_refused(payload: bytes) -> None:
    with contextlib.suppress(DataError):
        read(payload)
