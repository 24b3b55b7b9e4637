"""The files that go with the mail: a workbook whose numbers are numbers, and pages to print and to hear."""

from __future__ import annotations

import builtins
import csv
import email
import io
import re
import time
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from pypdf import PdfReader

from include.reports.content.report_model import build_report_model
from include.reports.delivery import artifacts
from include.reports.delivery.message import build_message
from include.reports.issue import report_run
from include.reports.language import catalog
from include.reports.render import pdf
from include.reports.render.html import Rendered
from include.reports.render.package import package
from include.reports.render.pdf import render_pdf
from include.reports.render.xlsx import render_workbook
from tests.machine import require_pango
from tests.reports.scorecards import RUN, known_now, kpi, nine, partner, rows
from tests.reports.test_mail import SETTINGS, envelope

REFERENCE = Path(__file__).parents[2] / "include" / "sources" / "reference"
NAMED = ("name_nl", "name_en", "definition_nl", "definition_en", "owner")
LANGUAGES = pytest.mark.parametrize("language", catalog.LANGUAGES)
EVIL = '=HYPERLINK("https://example.org")'


def given(language: str = "nl", **changed: Any) -> dict[str, Any]:
    return build_report_model(rows(**changed), RUN, "management", language, "team@example.org")


def opened(**changed: Any) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(render_workbook(given(**changed))))


def pdf_of(language: str = "nl", **changed: Any) -> PdfReader:
    require_pango()
    drawn = render_pdf(given(language, **changed))
    assert drawn is not None
    return PdfReader(io.BytesIO(drawn))


def test_the_same_figures_give_the_same_bytes_whatever_the_clock(monkeypatch):
    first = package(given())
    monkeypatch.setattr(time, "time", lambda: 4e9)
    monkeypatch.setattr(time, "localtime", lambda *_: time.struct_time((2099, 1, 1, 0, 0, 0, 0, 1, 0)))
    assert package(given()) == first
    assert first.attachments.keys() >= {"KPI-2026-Q3-v1-nl.xlsx"}


def test_numbers_are_numbers_and_are_shown_as_in_the_mail():
    sheet = opened()["Scorebord"]
    heads = [cell.value for cell in sheet[1]]
    exports = dict(zip(heads, sheet[2], strict=True))
    assert [exports[name].value for name in ("Werkelijk", "Gepland tot nu", "Doel")] == [231.4e9, 236.0e9, 440e9]
    assert exports["Werkelijk"].number_format.startswith('"€\N{NO-BREAK SPACE}"#,##0.0,,,"\N{NO-BREAK SPACE}miljard"')
    assert exports["Afstand tot plan"].value == pytest.approx(231.4 / 236 - 1)
    assert exports["Bekend sinds"].is_date
    assert sheet.max_row == 1 + len(nine())
    missing = dict(zip(heads, sheet[8], strict=True))
    assert missing["Werkelijk"].value == "geen cijfer"
    assert missing["Opmerking"].value == "Er is geen cijfer voor deze periode."


def test_each_subject_has_its_sheet_and_the_last_one_says_what_it_is():
    book = opened()
    assert book.sheetnames == [
        "Scorebord",
        "Kerndomeinen",
        "Uitvoer per kwartaal",
        "Veranderingen",
        "Over deze cijfers",
    ]
    assert [[cell.value for cell in book["Kerndomeinen"][at]] for at in (4, 6, 7)] == [
        ["Oplossingsgerichte engineering en technologie", 52, 60, "illustratief, niet officieel", 2105, 7, 8],
        ["Duurzame grondstoffen, materialen en chemie", 26, "geen plan", None, 690, 4, 4],
        ["Niet toegewezen", 12, 15, "illustratief, niet officieel", 300, 0, 0],
    ]  # fmt: skip
    told = "\n".join(str(row[0].value) for row in book["Over deze cijfers"])
    assert "sample data" in told
    assert "Rapport KPI-2026-Q3, versie 1." in told
    assert "bekend op 15\N{NO-BREAK SPACE}oktober 2026" in told
    assert "Aantal banen sinds 1 januari." in told
    assert "sample data" not in "".join(str(row[0].value) for row in opened(sample=[])["Over deze cijfers"])


def test_the_indicators_that_the_mail_has_no_room_for_have_a_sheet_of_their_own():
    meetings = kpi("b2b_meetings", name_nl="Gesprekken", definition_nl="Aantal gesprekken.", value=17, planned_value=20)
    book = opened(others=[meetings])
    heads = [cell.value for cell in book["Scorebord"][1]]
    assert [cell.value for cell in book["Andere indicatoren"][1]] == heads
    told = dict(zip(heads, (cell.value for cell in book["Andere indicatoren"][2]), strict=True))
    assert (told["Indicator"], told["Werkelijk"], told["Gepland tot nu"]) == ("Gesprekken", 17, 20)
    assert "Gesprekken: Aantal gesprekken." in "\n".join(str(row[0].value) for row in book["Over deze cijfers"])
    # The mail's sentences are about the mail's indicators.
    assert opened(others=[meetings])["Over deze cijfers"][1][0].value == opened()["Over deze cijfers"][1][0].value


def test_no_text_of_a_source_becomes_a_formula_or_a_link():
    content = render_workbook(given(scorecard=[kpi(name_nl=EVIL, source_name=EVIL, definition_nl=EVIL)]))
    cells = [cell for sheet in openpyxl.load_workbook(io.BytesIO(content)) for row in sheet for cell in row]
    assert [cell.value for cell in cells if cell.value == EVIL] == [EVIL, EVIL]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    with ZipFile(io.BytesIO(content)) as parts:
        assert not any(b"<f>" in parts.read(name) or b"hyperlink" in parts.read(name) for name in parts.namelist()
                       if name.startswith("xl/worksheets/"))  # fmt: skip


@LANGUAGES
def test_the_pages_are_tagged_titled_and_numbered(language):
    reader = pdf_of(language)
    root = reader.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"], root["/ViewerPreferences"]["/DisplayDocTitle"]) == (
        language, True, True,
    )  # fmt: skip
    assert reader.metadata is not None
    assert reader.metadata.title == given(language)["subject"]
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_data()
    assert len(reader.pages) == 2
    for number, page in enumerate(reader.pages, 1):
        assert "KPI-2026-Q3 v1" in page.extract_text()
        assert f"{number}/2" in page.extract_text()


@LANGUAGES
def test_the_fullest_report_fits_on_two_pages(language):
    """Every KPI that reports show, each revised and judged otherwise than before, and no partner in order."""
    with (REFERENCE / "kpi.csv").open(encoding="utf-8", newline="") as lines:
        shown = [row for row in csv.DictReader(lines) if row["is_headline"] == "true"]
    own = [{name: row[name] for name in ("kpi_code", *NAMED)} for row in shown]
    full = [shape | row for shape, row in zip(nine() * 2, own, strict=False)]
    before = [row | {"period": "2026-Q2", "status_code": "on_track"} for row in full]
    known = [known_now(row, 1.2 * (row["value"] or 0), period="2026-Q2") for row in full]
    previous = [{"as_of": "2026-07-15T07:00:00+00:00", "report_code": "KPI-2026-Q2", "scorecard": before}]
    partners = [partner(f"Partner with a long name {at}", ("missing", "quarantined")[at % 2]) for at in range(21)]
    reader = pdf_of(language, scorecard=full, previous=previous, shown_before=known, partners=partners)
    assert len(full) >= 5
    assert len(reader.pages) == 2
    # Not by setting it small.
    assert max(size for page in reader.pages for size in sizes(page)) == max(
        size for page in pdf_of(language).pages for size in sizes(page)
    )
    assert min(size for page in reader.pages for size in sizes(page)) > 7


def test_headings_tables_and_the_chart_are_known_to_a_screen_reader():
    found: list[str] = []
    alternatives: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict) and "/S" in node:
            found.append(node["/S"])
            alternatives.extend([str(node["/Alt"])] if "/Alt" in node else [])
            walk(node.get("/K", []))

    walk(pdf_of().trailer["/Root"]["/StructTreeRoot"]["/K"])
    assert found.count("/H1") == 1
    assert {"/H2", "/L", "/LI", "/Table", "/TH", "/TD", "/Figure"} <= set(found)
    assert [text for text in alternatives if "Staafgrafiek per kwartaal" in text]


def test_the_pages_are_for_paper_and_never_dark():
    reader = pdf_of()
    assert [tuple(map(round, page.mediabox[2:])) for page in reader.pages] == [(595, 842)] * 2
    assert b"0.105" not in b"".join(page.get_contents().get_data() for page in reader.pages)  # type: ignore[union-attr]


def test_without_the_drawing_library_the_mail_goes_and_says_so(monkeypatch):
    load = builtins.__import__

    def without_pango(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("weasyprint"):
            raise OSError("cannot load library 'libpango-1.0-0'\nmore")
        return load(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without_pango)
    mail = package(given())
    assert list(mail.attachments) == ["KPI-2026-Q3-v1-nl.xlsx"]
    said = "Er is geen PDF: die kon deze keer niet gemaakt worden."
    assert said in mail.html
    assert said in " ".join(mail.text.split())


def test_the_files_arrive_as_they_were_made_and_the_whole_is_small():
    mail = package(given())
    sent = build_message(mail, envelope(), SETTINGS)
    assert len(sent) <= 500_000
    received = email.message_from_bytes(sent, policy=default)
    assert isinstance(received, EmailMessage)
    assert received.get_content_type() == "multipart/mixed"
    files = {part.get_filename(): part.get_content() for part in received.iter_attachments()}
    assert files == mail.attachments
    assert received["Content-Language"] == "nl"
    body = received.get_body(("html",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == mail.html
    assert build_message(mail, envelope(), SETTINGS) == sent


def test_files_are_kept_with_the_mail_and_older_mails_keep_their_hash(conn):
    run = report_run.pin_issue(conn, "2026-Q3", RUN.as_of)
    mail = Rendered(subject="S", html="<p>", text="t", images={}, attachments={"a.xlsx": b"1", "a.pdf": b"2"})
    assert artifacts.store_artifact(conn, run, "management", "nl", mail) == mail
    plain = Rendered(subject="S", html="<p>", text="t", images={})
    assert plain.sha256 == "882bb08f0e193081bd4b9ebc88595a3624c20b52b32a320483e03eb26d0b9c79"
    assert mail.sha256 != plain.sha256


def sizes(page: Any) -> list[float]:
    """The sizes of type on a page, in points; its own unit is 0.75 of one."""
    return [0.75 * float(size) for size in re.findall(rb"([\d.]+) Tf", page.get_contents().get_data())]


def test_a_report_longer_than_two_sides_is_set_smaller_until_it_fits(monkeypatch):
    count = 2 * len(nine())
    with monkeypatch.context() as patch:
        patch.setattr(pdf, "SIZES_PT", pdf.SIZES_PT[:1])
        while len((large := pdf_of(scorecard=(nine() * 9)[:count])).pages) <= pdf.MAX_PAGES:
            count += 3
    fitted = pdf_of(scorecard=(nine() * 9)[:count])
    assert len(fitted.pages) == 2
    assert max(sizes(fitted.pages[0])) < max(sizes(large.pages[0]))
    assert min(sizes(fitted.pages[0])) > 6
