"""The workbook a partner fills in: one sheet with a header block and the activity table, and a hidden sheet of lists.

Everything but the answer cells is protected (without a password: it guards against slips, not against people). The
rules and drop-downs help whoever types; pasted cells and other programs ignore them, so the reader trusts none of
them. Text is always written as text: a title that looks like a formula stays a title.
"""

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from include.partners.columns import CLOSED_LISTS, COLUMNS, FACTS, Column, Kind, Language, word_of

TEMPLATE_VERSION = "2026.1"
HEADER_ROW = len(FACTS) + 2
FACT_COLUMN = 3
RULED_ROWS = 500

# A fixed date of creation: the same report gives the same bytes, hence the same payload.
_CREATED = datetime(2022, 1, 1)
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_FORMATS: dict[Kind, str] = {
    "text": "@",
    "code": "General",
    "date": "dd/mm/yyyy",
    "count": "0",
    "amount": "#,##0.00",
    "markets": "@",
}
_SHEETS: dict[Language, tuple[str, str]] = {"nl": ("Rapport", "Lijsten"), "en": ("Report", "Lists")}
_HEADINGS: dict[Language, str] = {
    "nl": "Vlaanderen Versnelt! Activiteitenrapport van een partner",
    "en": "Flanders Accelerates! Activity report of a partner",
}
_RULES: dict[Kind, dict[str, object]] = {
    "date": {"validate": "date", "criteria": "between", "minimum": date(2016, 1, 1), "maximum": date(2035, 12, 31)},
    "count": {"validate": "integer", "criteria": ">=", "value": 0},
    "amount": {"validate": "decimal", "criteria": ">=", "value": 0},
}
_REFUSALS: dict[Language, dict[Kind, str]] = {
    "nl": {
        "date": "Schrijf een datum als 15/10/2026.",
        "count": "Schrijf een geheel getal, 0 of meer.",
        "amount": "Schrijf een bedrag in euro, 0 of meer, zonder tekst.",
        "code": "Kies een waarde uit de lijst.",
    },
    "en": {
        "date": "Write a date such as 15/10/2026.",
        "count": "Write a whole number, 0 or more.",
        "amount": "Write an amount in euro, 0 or more, without text.",
        "code": "Choose a value from the list.",
    },
}
_REFUSED: dict[Language, str] = {"nl": "Deze waarde kan niet", "en": "This value cannot be used"}
_MARKETS_HINT: dict[Language, str] = {
    "nl": "Landcodes van twee letters, met komma's ertussen: CN, VN",
    "en": "Country codes of two letters, with commas between: CN, VN",
}


def write_workbook(
    contract: Mapping[str, str],
    period: str,
    language: Language,
    activities: Sequence[Mapping[str, object]] = (),
    is_nil: bool = False,
) -> bytes:
    """Return the .xlsx for one contract (`contract_code`, partner's `name`) and quarter ('2026-Q3').

    `activities` holds our column names: codes or any text, dates, numbers (EUR), market codes as text or a list;
    a missing or None value leaves its cell empty. The same arguments give the same bytes (on one build of zlib).
    """
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, _OPTIONS) as book:
        book.set_properties({"title": _HEADINGS[language], "created": _CREATED})
        book.set_custom_property("template_version", TEMPLATE_VERSION, "text")
        report_name, lists_name = _SHEETS[language]
        sheet = book.add_worksheet(report_name)
        _write_lists(book, lists_name, language)
        formats = _write_columns(book, sheet, language)
        _write_facts(book, sheet, language, _facts(contract, period, language, is_nil))
        for offset, activity in enumerate(activities, start=HEADER_ROW + 1):
            _write_activity(sheet, offset, activity, language, formats)
        _finish(sheet)
    return target.getvalue()


def _facts(contract: Mapping[str, str], period: str, language: Language, is_nil: bool) -> dict[str, str]:
    return {
        "contract_code": contract["contract_code"],
        "partner": contract["name"],
        "period": period,
        "is_nil": word_of("yes_no", "true" if is_nil else "false", language),
        "template_version": TEMPLATE_VERSION,
    }


def _write_lists(book: xlsxwriter.Workbook, name: str, language: Language) -> None:
    sheet = book.add_worksheet(name)
    for index, (list_name, entries) in enumerate(CLOSED_LISTS.items()):
        sheet.write_column(0, index, [list_name, *(words[language] for words in entries.values())])
        letter = chr(ord("A") + index)
        book.define_name(f"list_{list_name}", f"={name}!${letter}$2:${letter}${len(entries) + 1}")
    sheet.protect()
    sheet.hide()


def _write_columns(book: xlsxwriter.Workbook, sheet: Worksheet, language: Language) -> dict[Kind, Format]:
    title_format = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#E8EBEE"})
    formats = {kind: book.add_format({"locked": False, "num_format": pattern}) for kind, pattern in _FORMATS.items()}
    for index, column in enumerate(COLUMNS):
        # The column's own format unlocks its cells: no blank cell is written, so the file stays small and quick.
        sheet.set_column(index, index, column.width, formats[column.kind])
        sheet.write_string(HEADER_ROW, index, column.nl if language == "nl" else column.en, title_format)
        rule = _rule(column, language)
        if rule:
            sheet.data_validation(HEADER_ROW + 1, index, HEADER_ROW + RULED_ROWS, index, rule)
    return formats


def _rule(column: Column, language: Language) -> dict[str, object] | None:
    if column.kind == "markets":
        return {"validate": "any", "input_message": _MARKETS_HINT[language]}
    if column.kind == "text":
        return None
    if column.kind == "code":
        return _list_rule(column.closed_list, language)
    messages = {"error_title": _REFUSED[language], "error_message": _REFUSALS[language][column.kind]}
    return {**_RULES[column.kind], **messages}


def _list_rule(closed_list: str, language: Language) -> dict[str, object]:
    messages = {"error_title": _REFUSED[language], "error_message": _REFUSALS[language]["code"]}
    return {"validate": "list", "source": f"=list_{closed_list}", **messages}


def _write_facts(book: xlsxwriter.Workbook, sheet: Worksheet, language: Language, facts: Mapping[str, str]) -> None:
    locked, bold = book.add_format({"locked": True}), book.add_format({"locked": True, "bold": True})
    answer = book.add_format({"locked": False, "border": 1, "bg_color": "#FFF9DB"})
    for row in range(HEADER_ROW + 1):
        # A row's format goes before that of its columns: the header block stays locked beside its values too.
        sheet.set_row(row, 32 if row == HEADER_ROW else None, locked)
    sheet.write_string(0, 0, _HEADINGS[language], bold)
    for row, fact in enumerate(FACTS, start=1):
        sheet.write_string(row, 0, fact.nl if language == "nl" else fact.en, bold)
        sheet.write_string(row, FACT_COLUMN, facts[fact.name], answer if fact.name == "is_nil" else locked)
        if fact.name == "is_nil":
            sheet.data_validation(row, FACT_COLUMN, row, FACT_COLUMN, _list_rule("yes_no", language))


def _write_activity(
    sheet: Worksheet, row: int, activity: Mapping[str, object], language: Language, formats: Mapping[Kind, Format]
) -> None:
    for index, column in enumerate(COLUMNS):
        value, shown = activity.get(column.name), formats[column.kind]
        if isinstance(value, date):
            sheet.write_datetime(row, index, value, shown)
        elif isinstance(value, (int, float, Decimal)):
            sheet.write_number(row, index, value, shown)
        elif value is not None:
            sheet.write_string(row, index, _text(column, value, language), shown)


def _text(column: Column, value: object, language: Language) -> str:
    if column.closed_list:
        return word_of(column.closed_list, str(value), language)
    return ", ".join(value) if isinstance(value, (list, tuple)) else str(value)


def _finish(sheet: Worksheet) -> None:
    sheet.freeze_panes(HEADER_ROW + 1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW)
    sheet.protect("", {"format_columns": True, "insert_rows": True, "sort": True})
