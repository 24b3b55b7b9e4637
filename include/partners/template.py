"""Write the workbook that a partner fills in: header block, three tables, lists.

All cells but the answers are protected, without a password: against mistakes, not against people. Rules and drop-downs
help those who type; pasted cells and other programs ignore them, so the reader does not rely on them.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from include.partners.columns import ACTIVITIES, COMPANIES, FACTS, FOLLOW_UPS, TEMPLATE_VERSION, Table, title_in
from include.partners.lists import Language
from include.partners.workbook_writer import OPTIONS, Brush, Line, draw_lists, draw_table

HEADER_ROW = len(FACTS) + 2
FACT_COLUMN = 3

# A fixed date of creation: the same report gives the same bytes, hence the same payload.
_CREATED = datetime(2022, 1, 1)
_LISTS: dict[Language, str] = {"nl": "Lijsten", "en": "Lists"}
_HEADINGS: dict[Language, str] = {
    "nl": "Vlaanderen Versnelt! Activiteitenrapport van een partner",
    "en": "Flanders Accelerates! Activity report of a partner",
}
Rows = Sequence[Mapping[str, object]]


def write_workbook(
    contract: Mapping[str, str],
    period: str,
    language: Language,
    activities: Rows = (),
    is_nil: bool = False,
    companies: Rows = (),
    follow_ups: Rows = (),
    **facts: object,
) -> bytes:
    """Write the .xlsx for one contract (`contract_code`, `name`) and quarter ('2026-Q3').

    The rows hold our column names: codes or any text, dates, numbers (EUR), market codes as text or a list; a missing
    or None value leaves its cell empty. `facts` are further lines of the header block, by name. The same arguments
    give the same bytes (on one build of zlib). With an older `template_version` the workbook is as it was handed out
    then: without the tables and columns that came later.
    """
    tables = {ACTIVITIES: activities, COMPANIES: companies, FOLLOW_UPS: follow_ups}
    all_facts = {"version_number": 1, "language_code": language, "currency_code": "EUR", **facts}
    all_facts.setdefault("template_version", TEMPLATE_VERSION)
    all_facts |= {"contract_code": contract["contract_code"], "partner": contract["name"], "period": period}
    all_facts["is_nil"] = "true" if is_nil else "false"
    return draw_workbook({table: [Line(row) for row in rows] for table, rows in tables.items()}, all_facts, language)


def draw_workbook(
    lines: Mapping[Table, Sequence[Line]],
    facts: Mapping[str, object],
    language: Language,
    front: Callable[[Brush, xlsxwriter.Workbook], None] | None = None,
) -> bytes:
    """Draw the workbook with these rows and facts; `front` draws sheets before the report."""
    target = io.BytesIO()
    version = str(facts["template_version"])
    with xlsxwriter.Workbook(target, OPTIONS) as book:
        book.set_properties({"title": _HEADINGS[language], "created": _CREATED})
        book.set_custom_property("template_version", version, "text")
        brush = Brush(book, language)
        if front:
            front(brush, book)
        for table in lines:
            columns = tuple(column for column in table.columns if column.since <= version)
            if columns:
                _write_sheet(brush, book, replace(table, columns=columns), lines[table], facts)
        draw_lists(book, _LISTS[language], language)
    return target.getvalue()


def _write_sheet(
    brush: Brush, book: xlsxwriter.Workbook, table: Table, lines: Sequence[Line], facts: Mapping[str, object]
) -> None:
    sheet = book.add_worksheet(title_in(table, brush.language))
    is_first = table.row_kind == ACTIVITIES.row_kind
    title_row = HEADER_ROW if is_first else 0
    if is_first:
        _write_facts(brush, sheet, facts)
    draw_table(brush, sheet, table, title_row, lines)
    _finish(sheet, title_row)


def _write_facts(brush: Brush, sheet: Worksheet, facts: Mapping[str, object]) -> None:
    locked, bold = brush.format(locked=True), brush.format(locked=True, bold=True)
    for row in range(HEADER_ROW + 1):
        # A row's format goes before that of its columns: the header block stays locked beside its values too.
        sheet.set_row(row, 32 if row == HEADER_ROW else None, locked)
    sheet.write_string(0, 0, _HEADINGS[brush.language], bold)
    for row, fact in enumerate(FACTS, start=1):
        shown = brush.answer(fact.kind, border=1, bg_color="#FFF9DB", align="left") if fact.is_answer else locked
        sheet.write_string(row, 0, title_in(fact, brush.language), bold)
        sheet.write_blank(row, FACT_COLUMN, None, shown)
        brush.put(sheet, row, FACT_COLUMN, fact, facts.get(fact.name), shown)
        if fact.is_answer and fact.closed_list:
            sheet.data_validation(row, FACT_COLUMN, row, FACT_COLUMN, brush.rule(fact.closed_list))
        elif fact.is_answer and fact.kind in ("date", "count", "amount"):
            sheet.data_validation(row, FACT_COLUMN, row, FACT_COLUMN, brush.rule(kind=fact.kind))


def _finish(sheet: Worksheet, title_row: int) -> None:
    sheet.freeze_panes(title_row + 1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(title_row)
    sheet.protect("", {"format_columns": True, "insert_rows": True, "sort": True})
