"""Write the workbook that goes back to a partner: its rows with our remarks.

The partner's own file is never changed. All rows go back, accepted ones too, so that the corrected file can be
handed in as it is; its version number is one higher. Remarks are on a first sheet, as colour and note on the cell, and
as text in a last column: notes are not printed and not shown on phones. No cell becomes a formula, whatever it begins
with. Remarks of an earlier round do not come back, because the copy is made from the values that were read.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import BinaryIO

import xlsxwriter

from include.partner_feedback.findings import Finding
from include.partners.columns import ACTIVITIES, FACTS, TABLES, TEMPLATE_VERSION, Column, Fact, Table, title_in
from include.partners.feeds import as_workbook
from include.partners.lists import Language
from include.partners.template import HEADER_ROW, draw_workbook
from include.partners.workbook_layout import CHECK_TITLES
from include.partners.workbook_reader import report_rows
from include.partners.workbook_writer import COLOURS, Brush, Line, Remark
from include.reports.language.catalog import catalog, phrase

Row = Mapping[str, str]

_HEADINGS = (phrase("Cell"), phrase("Field"), phrase("What is wrong and what to write"), phrase("Kind"))
_KINDS = {
    "critical": phrase("error: the row was not loaded"),
    "warning": phrase("warning: the row was loaded"),
}
_WIDTHS = (12, 30, 110, 30)
# Excel keeps fifteen digits; a longer number stays text.
_NUMBER = re.compile(r"-?\d{1,13}(\.\d{1,2})?|0?\.\d{1,12}")


def annotate_workbook(
    payload: BinaryIO,
    scope: Mapping[str, str],
    partner: str,
    findings: Sequence[Finding],
    language: Language,
    intro: str,
) -> bytes:
    """Write the .xlsx with the rows of a payload and the findings on them.

    Args:
        payload: the report as it came.
        scope: contract_code, period and media_type.
        partner: name for the header.
        findings: errors and warnings.
        language: of all texts of ours.
        intro: the first line of the first sheet.

    Raises: what reading the payload raises.
    """
    owner = {"contract_code": scope["contract_code"], "period": scope["period"]}
    rows = list(report_rows(as_workbook(payload, scope), **owner))
    report = rows[0]
    lines = {table: _lines(table, rows, findings, language) for table in TABLES}
    facts = {fact.name: _typed(fact, report.get(fact.name, "")) for fact in FACTS}
    version = report.get("version_number", "")
    facts |= {**owner, "partner": partner, "template_version": TEMPLATE_VERSION, "language_code": language}
    facts["version_number"] = int(version) + 1 if version.isdecimal() else 2
    facts["currency_code"] = report.get("currency_code") or "EUR"
    places = _places(rows)

    def front(brush: Brush, book: xlsxwriter.Workbook) -> None:
        _draw_checks(brush, book, findings, places, intro)

    return draw_workbook(lines, facts, language, front)


def _lines(table: Table, rows: Iterable[Row], findings: Sequence[Finding], language: Language) -> list[Line]:
    remarks: dict[int, list[Remark]] = defaultdict(list)
    for finding in findings:
        if finding.row_kind == table.row_kind:
            remark = Remark(finding.column_name, finding.severity, finding.text(language))
            remarks[finding.sheet_row].append(remark)
    return [
        Line(
            {column.name: _typed(column, row.get(column.name, "")) for column in table.columns},
            json.loads(row["extra_columns"] or "{}"),
            remarks[int(row["sheet_row"])],
        )
        for row in rows
        if row["row_kind"] == table.row_kind
    ]


def _typed(entry: Column | Fact, text: str) -> object:
    """Convert a value to its type, as the template has it; else keep the text."""
    if not text:
        return None
    if entry.kind == "date":
        return _date(text)
    if entry.kind in ("count", "amount", "share") and _NUMBER.fullmatch(text):
        return Decimal(text)
    return text.replace(";", ", ") if entry.kind in ("markets", "codes") else text


def _date(text: str) -> date | str:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return text
    # Excel knows no day before 1900.
    return found if found.year >= 1900 else text


def _places(rows: Iterable[Row]) -> dict[tuple[str, int], int]:
    """Map each row of the partner's sheet to the zero-based row of ours."""
    found: dict[tuple[str, int], int] = {}
    counts = {table.row_kind: HEADER_ROW if table is ACTIVITIES else 0 for table in TABLES}
    for row in rows:
        if row["row_kind"] in counts:
            counts[row["row_kind"]] += 1
            found[row["row_kind"], int(row["sheet_row"])] = counts[row["row_kind"]]
    return found


def _draw_checks(
    brush: Brush,
    book: xlsxwriter.Workbook,
    findings: Sequence[Finding],
    places: Mapping[tuple[str, int], int],
    intro: str,
) -> None:
    language = brush.language
    translate = catalog(language).gettext
    sheet = book.add_worksheet(CHECK_TITLES[language])
    sheet.write_string(0, 0, intro, brush.format(bold=True))
    for at, (head, width) in enumerate(zip(map(translate, _HEADINGS), _WIDTHS, strict=True)):
        sheet.set_column(at, at, width)
        sheet.write_string(2, at, head, brush.format(bold=True, bottom=1))
    wrapped = brush.format(text_wrap=True, valign="top")
    for row, finding in enumerate(findings, start=3):
        sheet_name, cell = _cell(finding, places, language)
        coloured = brush.format(bg_color=COLOURS[finding.severity], valign="top")
        if cell:
            sheet.write_url(row, 0, f"internal:'{sheet_name}'!{cell}", coloured, cell)
        sheet.write_string(row, 1, f"{sheet_name}: {finding.title(language)}", wrapped)
        sheet.write_string(row, 2, finding.text(language), wrapped)
        sheet.write_string(row, 3, translate(_KINDS[finding.severity]), wrapped)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _cell(finding: Finding, places: Mapping[tuple[str, int], int], language: Language) -> tuple[str, str]:
    """Find sheet and cell of a finding in our copy; no cell for the whole report."""
    table = next((table for table in TABLES if table.row_kind == finding.row_kind), ACTIVITIES)
    names = [column.name for column in table.columns]
    row = places.get((finding.row_kind, finding.sheet_row))
    if row is None or finding.column_name not in names:
        return title_in(table, language), ""
    at = names.index(finding.column_name)
    return title_in(table, language), str(xlsxwriter.utility.xl_rowcol_to_cell(row, at))
