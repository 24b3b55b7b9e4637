"""One issue, six places: mail, text, PDF, workbook, page and mart hold the same figures; each is read and compared."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from html import unescape
from typing import Any

import openpyxl
import psycopg
import pytest
from psycopg.rows import dict_row
from pypdf import PdfReader

from include.reports.issue import report_run
from include.reports.language import catalog
from include.reports.render.html import Rendered
from include.reports.render.package import package
from include.reports.web.html_page import render_scorecard_page
from include.reports.workflow.rebuild import read_and_build

CLOCK = datetime(2026, 10, 15, 7, tzinfo=UTC)
COLUMNS = ("value", "planned_value", "last_year_value", "target_value")
NO_FIGURE = {"nl": "geen cijfer", "en": "no figure"}
WORDS = {"miljard": 9, "miljoen": 6, "billion": 9, "million": 6, "%": -2}
# A figure as people write it: sign, euro, digits with separators, and the word for its scale or a percent sign.
FIGURE = re.compile(r"(\N{MINUS SIGN}?)€? ?(\N{MINUS SIGN}?\d[\d.,]*)(?: ?(miljard|miljoen|billion|million|%))?")
ENDS = {"nl": "Partneractiviteiten per kerndomein", "en": "Partner activities by core domain"}
STARTS = {"nl": "Scorebord", "en": "Scorecard"}
Told = dict[str, list[str]]

EXPORTS = """
    with payload as (select max(payload_id) as payload_id from landing.payload),
    series as (
        insert into core.series (
            series_id, dataset_code, series_key, dimensions, freq_code, unit_code, concept_code, price_basis_code,
            definition_code, known_from, payload_id
        )
        select core.series_id(dataset, key), dataset, key,
            '{"REPORTING": "VL", "COUNTRY": "DE", "PRODUCT": "VI", "FLOW": "X", "DATATYPE": "VAL"}'::jsonb,
            'M', 'EUR', 'COM', 'V', 'INR', %(known)s, payload_id
        from payload, (values ('BE2:DF_EXTTRADEVLNAT_Overview', 'VL.DE.VI.X.COM.VAL.M')) as one (dataset, key)
        returning series_id, dataset_code, payload_id
    )
    insert into core.observation (series_id, dataset_code, period, value, status_code, known_from, payload_id)
    select series_id, dataset_code, to_char(month, 'YYYY-MM'), 28123456789.5 + 1e8 * extract(month from month), 'A',
        %(known)s, payload_id
    from series, generate_series('2024-01-01'::timestamp, '2026-06-01', interval '1 month') as month"""


@pytest.fixture
def issue(with_reference: None, conn: psycopg.Connection, loader: Any) -> report_run.ReportRun:
    """An issue with exports, projects, jobs and investment; nothing of the partners."""
    loader("fit_fdi_annual", (CLOCK - timedelta(days=2)).isoformat())
    loader("fit_fdi_project", (CLOCK - timedelta(days=1)).isoformat())
    conn.execute(EXPORTS, {"known": CLOCK - timedelta(days=1)})
    return report_run.pin_issue(conn, "2026-Q3", CLOCK)


def amount(text: str, language: str) -> Decimal:
    """'€ 231,4 miljard' as 231400000000; the digits after the point are kept."""
    found = FIGURE.search(text)
    assert found, text
    digits = found[1] + found[2].rstrip(".,")
    point, comma = (",", ".") if language == "nl" else (".", ",")
    plain = digits.replace(comma, "").replace(point, ".").replace("\N{MINUS SIGN}", "-")
    return Decimal(plain).scaleb(WORDS.get(found[3] or "", 0))


def in_the_mart(conn: psycopg.Connection, run: report_run.ReportRun, language: str) -> dict[str, Mapping[str, Any]]:
    """The rows of the scorecard by the name that readers see; exact, from SQL."""
    with report_run.cursor_as_of(conn, run) as cursor:
        cursor.row_factory = dict_row
        found = cursor.execute(
            "select * from mart.scorecard where is_headline order by objective_position, position"
        ).fetchall()
    return {row[f"name_{language}"]: row for row in found}


def told_in(text: str, names: Sequence[str], language: str) -> dict[str, str]:
    """What a text says of each indicator, from its name on to the next one, below the heading of the scorecard."""
    flat = " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())
    flat = flat[flat.index(STARTS[language]) :]
    flat = flat[: flat.index(ENDS[language])]
    places = [flat.index(name) for name in names]
    assert places == sorted(places)
    return {name: flat[at:end] for name, at, end in zip(names, places, [*places[1:], len(flat)], strict=True)}


def plain(html: str) -> str:
    body = re.sub(r"<(style|title|head)\b.*?</\1>|<!--.*?-->", " ", html, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", " ", body))


def in_pdf(mail: Rendered) -> str | None:
    for name, content in mail.attachments.items():
        if name.endswith(".pdf"):
            return "\n".join(one.extract_text() for one in PdfReader(io.BytesIO(content)).pages)
    return None


def in_workbook(mail: Rendered, language: str) -> dict[str, list[str]]:
    """The four figures of each indicator as a spreadsheet shows them."""
    (content,) = (content for name, content in mail.attachments.items() if name.endswith(".xlsx"))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    shown = {}
    for row in sheet.iter_rows(min_row=2):
        cells = [row[at] for at in (3, 5, 7, 9)]
        shown[str(row[1].value)] = [on_screen(cell.value, cell.number_format, language) for cell in cells]
    return shown


def on_screen(value: Any, form: str, language: str) -> str:
    """A cell as its number format says: quoted texts, digits, and a division by a thousand for each last comma."""
    if not isinstance(value, (int, float)):
        return str(value or NO_FIGURE[language])
    found = re.fullmatch(r'(?:"([^"]*)")?(?:#,##)?0(\.0+)?(,*)(?:"([^"]*)"|(%))?', form.split(";")[0])
    assert found, form
    places = len(found[2] or ".") - 1
    power = 2 if found[5] else -3 * len(found[3])
    scaled = Decimal(repr(value)).scaleb(power).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    digits = f"{scaled:,}"
    if language == "nl":
        digits = digits.translate(str.maketrans(",.", ".,"))
    return f"{found[1] or ''}{digits}{found[4] or found[5] or ''}".replace("\N{NO-BREAK SPACE}", " ")


def agrees(text: str, exact: Any, decimals: int, language: str) -> bool:
    """True when a written figure is the mart's, rounded half away from zero at the digit where the writing ends."""
    if exact is None:
        return NO_FIGURE[language] in text
    found = FIGURE.search(text)
    if NO_FIGURE[language] in text or not found:
        return False
    last = (1 if found[3] in ("miljard", "miljoen", "billion", "million") else decimals) - WORDS.get(found[3] or "", 0)
    return amount(text, language) == Decimal(exact).quantize(Decimal(1).scaleb(-last), ROUND_HALF_UP)


def places(conn: psycopg.Connection, dsn: str, run: report_run.ReportRun, language: str) -> Iterator[tuple[str, str]]:
    mail = package(read_and_build(conn, run, "management", language))
    yield "mail", plain(mail.html)
    yield "text", mail.text
    yield "page", plain(render_scorecard_page(dsn, language, CLOCK, "team@example.org"))
    pdf = in_pdf(mail)
    if pdf is not None:
        yield "pdf", pdf


@pytest.mark.parametrize("language", catalog.LANGUAGES)
def test_every_figure_is_the_same_in_mail_text_pdf_workbook_page_and_mart(conn, dsn, issue, language):
    mart = in_the_mart(conn, issue, language)
    shown = in_workbook(package(read_and_build(conn, issue, "management", language)), language)
    assert list(shown) == list(mart)
    wrong = [
        (name, column, text)
        for name, texts in shown.items()
        for column, text in zip(COLUMNS, texts, strict=True)
        if not agrees(text, mart[name][column], mart[name]["decimals"], language)
    ]
    assert wrong == []
    assert sum(text != NO_FIGURE[language] for texts in shown.values() for text in texts) > 20
    for place, text in places(conn, dsn, issue, language):
        told = told_in(text, list(mart), language)
        # As many times as the workbook shows it: a figure that stands for two columns stands there twice.
        lacking = [
            (place, name, figure)
            for name, figures in shown.items()
            for figure in dict.fromkeys(figures)
            if counted(figure, told[name], mart[name]["target_value"]) < figures.count(figure)
        ]
        assert lacking == []


def counted(figure: str, told: str, target: Any) -> int:
    """How often a figure stands in a text as a whole; a missing target goes without saying."""
    return len(re.findall(rf"(?<![\d.,]){re.escape(figure)}(?![\d]|[.,]\d)", told)) + (target is None)
