"""Draw workbooks with XlsxWriter: formats, drop-downs, rules, tables, remarks.

Text is always written as text: a title that looks like a formula or a link stays text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from include.partners.columns import Column, Fact, Kind, Table, title_in
from include.partners.lists import CLOSED_LISTS, Language, word_of
from include.partners.workbook_layout import CHECK_TITLES

Severity: TypeAlias = Literal["critical", "warning"]

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
# Rows below the titles that carry drop-downs and rules.
RULED_ROWS = {"activity": 500, "company": 3_000, "follow_up": 1_000}
COLOURS: dict[Severity, str] = {"critical": "#F8C4C0", "warning": "#FFE2A8"}
CHECK_WIDTH = 70
_NOTE = {"width": 300, "height": 110}
_FORMATS: dict[Kind, str] = {
    "code": "General", "date": "dd/mm/yyyy", "count": "0", "amount": "#,##0.00", "share": "0%",
}  # fmt: skip
_RULES: dict[Kind, dict[str, object]] = {
    "date": {"validate": "date", "criteria": "between", "minimum": date(2016, 1, 1), "maximum": date(2035, 12, 31)},
    "count": {"validate": "integer", "criteria": ">=", "value": 0},
    "amount": {"validate": "decimal", "criteria": ">=", "value": 0},
    "share": {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1},
}
_REFUSALS: dict[Language, dict[Kind, str]] = {
    "nl": {
        "date": "Schrijf een datum als 15/10/2026.",
        "count": "Schrijf een geheel getal, 0 of meer.",
        "amount": "Schrijf een bedrag in euro, 0 of meer, zonder tekst.",
        "share": "Schrijf een percentage van 0 % tot 100 %.",
        "code": "Kies een waarde uit de lijst.",
    },
    "en": {
        "date": "Write a date such as 15/10/2026.",
        "count": "Write a whole number, 0 or more.",
        "amount": "Write an amount in euro, 0 or more, without text.",
        "share": "Write a percentage from 0 % to 100 %.",
        "code": "Choose a value from the list.",
    },
}
_REFUSED: dict[Language, str] = {"nl": "Deze waarde kan niet", "en": "This value cannot be used"}
_HINTS: dict[str, dict[Language, str]] = {
    "market_codes": {
        "nl": "Landcodes van twee letters, met komma's ertussen: CN, VN",
        "en": "Country codes of two letters, with commas between: CN, VN",
    },
    "co_organiser_codes": {
        "nl": "Codes van partners, met komma's ertussen: agoria, voka. Het agentschap zelf is fit.",
        "en": "Codes of partners, with commas between: agoria, voka. The agency itself is fit.",
    },
    "company_number": {"nl": "Tien cijfers: 0123.456.749", "en": "Ten digits: 0123.456.749"},
}


@dataclass(frozen=True)
class Remark:
    """Remark on a cell: its column, its severity and its text."""

    column_name: str
    severity: Severity
    text: str


@dataclass(frozen=True)
class Line:
    """Row to draw: values by our column names, the partner's own by title, and remarks."""

    values: Mapping[str, object]
    extra: Mapping[str, str] = field(default_factory=dict)
    remarks: Sequence[Remark] = ()


class Brush:
    """Formats of one workbook, each made once, and ways to write a cell."""

    def __init__(self, book: xlsxwriter.Workbook, language: Language) -> None:
        self.language = language
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Format] = {}

    def format(self, **properties: object) -> Format:
        """Return the format with these properties of XlsxWriter."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]

    def answer(self, kind: Kind, **properties: object) -> Format:
        """Return the format of a cell that a partner fills in."""
        return self.format(num_format=_FORMATS.get(kind, "@"), locked=False, **properties)

    def put(self, sheet: Worksheet, row: int, at: int, entry: Column | Fact, value: object, shown: Format) -> None:
        """Write a value as its own type, a code as its word; an empty value not at all."""
        if isinstance(value, date):
            sheet.write_datetime(row, at, value, shown)
        elif isinstance(value, (int, float, Decimal)):
            sheet.write_number(row, at, value, shown)
        elif value is not None:
            sheet.write_string(row, at, self._text(entry, value), shown)

    def _text(self, entry: Column | Fact, value: object) -> str:
        if entry.closed_list:
            return word_of(entry.closed_list, str(value), self.language)
        return ", ".join(value) if isinstance(value, (list, tuple)) else str(value)

    def rule(self, closed_list: str = "", kind: Kind = "code") -> dict[str, object]:
        """Make a drop-down or a rule with its message."""
        messages = {"error_title": _REFUSED[self.language], "error_message": _REFUSALS[self.language][kind]}
        return {**({"validate": "list", "source": f"=list_{closed_list}"} if closed_list else _RULES[kind]), **messages}


def draw_table(brush: Brush, sheet: Worksheet, table: Table, title_row: int, lines: Sequence[Line]) -> None:
    """Draw titles, rules and rows of a table; remarks colour their cells and fill a last column."""
    own = list(dict.fromkeys(title for line in lines for title in line.extra))
    has_remarks = any(line.remarks for line in lines)
    titles = [title_in(column, brush.language) for column in table.columns] + own
    for at, title in enumerate(titles + [CHECK_TITLES[brush.language]] * has_remarks):
        shown = brush.format(bold=True, text_wrap=True, valign="top", bottom=1, bg_color="#E8EDF2", locked=True)
        sheet.write_string(title_row, at, title, shown)
    for at, column in enumerate(table.columns):
        sheet.set_column(at, at, column.width, brush.answer(column.kind))
        _rule(brush, sheet, table, title_row, at)
    for number, line in enumerate(lines, start=title_row + 1):
        _draw_line(brush, sheet, table, number, line, own)
    if has_remarks:
        sheet.set_column(len(titles), len(titles), CHECK_WIDTH)


def _rule(brush: Brush, sheet: Worksheet, table: Table, title_row: int, at: int) -> None:
    column = table.columns[at]
    area = (title_row + 1, at, title_row + RULED_ROWS[table.row_kind], at)
    if column.closed_list:
        sheet.data_validation(*area, brush.rule(column.closed_list))
    elif column.kind in _RULES:
        sheet.data_validation(*area, brush.rule(kind=column.kind))
    elif column.name in _HINTS:
        hint = {"validate": "any", "input_title": title_in(column, brush.language)[:32]}
        sheet.data_validation(*area, {**hint, "input_message": _HINTS[column.name][brush.language]})


def _draw_line(brush: Brush, sheet: Worksheet, table: Table, row: int, line: Line, own: Sequence[str]) -> None:
    # An error hides a warning on the same cell.
    worst_last = sorted(line.remarks, key=lambda remark: remark.severity == "critical")
    remark_by_column = {remark.column_name: remark for remark in worst_last}
    for at, column in enumerate(table.columns):
        remark = remark_by_column.get(column.name)
        colour: dict[str, object] = {"bg_color": COLOURS[remark.severity]} if remark else {}
        shown = brush.answer(column.kind, **colour)
        value = line.values.get(column.name)
        if remark:
            sheet.write_blank(row, at, None, shown)
            words = [each.text for each in line.remarks if each.column_name == column.name]
            sheet.write_comment(row, at, "\n".join(words), _NOTE)
        brush.put(sheet, row, at, column, value, shown)
    for at, title in enumerate(own, start=len(table.columns)):
        sheet.write_string(row, at, line.extra.get(title, ""), brush.answer("text"))
    if line.remarks:
        text = "\n".join(remark.text for remark in line.remarks)
        sheet.write_string(row, len(table.columns) + len(own), text, brush.answer("text", text_wrap=True))


def draw_lists(book: xlsxwriter.Workbook, name: str, language: Language) -> None:
    """Draw the hidden sheet of closed lists, and the names that drop-downs refer to."""
    sheet = book.add_worksheet(name)
    sheet.hide()
    for at, (list_name, entries) in enumerate(CLOSED_LISTS.items()):
        sheet.write_column(0, at, [list_name, *(words[language] for words in entries.values())])
        letter = xlsxwriter.utility.xl_col_to_name(at)
        book.define_name(f"list_{list_name}", f"={name}!${letter}$2:${letter}${len(entries) + 1}")
    sheet.protect()
