"""Write rows of plain values as the sheets of a workbook in memory, without formulas."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from include.errors import LayoutChanged, PayloadTooLarge

Value = str | int | float | None
# Some tens of activities and some hundreds of companies make a report.
MAX_ROWS = 20_000
# Excel keeps no longer text in a cell, and XlsxWriter drops it silently.
MAX_TEXT = 32_767
# Excel keeps fifteen digits; a longer number stays text, digit for digit. Not-a-number and infinity are text as well.
MAX_NUMBER = 10**15
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_grid(sheets: Mapping[str, Iterable[Sequence[Value]]], source: str) -> io.BytesIO:
    """Write the sheets, by name, each a list of rows; text stays text, whatever it begins with.

    Raises: PayloadTooLarge (too many rows in all), LayoutChanged (a text longer than a cell can be).
    """
    target = io.BytesIO()
    count = 0
    with xlsxwriter.Workbook(target, _OPTIONS) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                count += bool(row)
                _check_count(count, source)
                _write(sheet, number, row, source)
    target.seek(0)
    return target


def _write(sheet: Worksheet, number: int, row: Sequence[Value], source: str) -> None:
    for position, value in enumerate(row):
        if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < MAX_NUMBER:
            sheet.write_number(number, position, value)
        elif value is not None and value != "":
            sheet.write_string(number, position, _checked(str(value), number, source))


def _checked(text: str, number: int, source: str) -> str:
    if len(text) > MAX_TEXT:
        raise LayoutChanged(
            source=source,
            expected=f"texts of at most {MAX_TEXT:,} characters",
            got=f"one of {len(text):,} in row {number + 1}",
            todo="Ask the partner what stands there; no field of a report holds that much.",
        )
    return text


def _check_count(count: int, source: str) -> None:
    if count > MAX_ROWS:
        raise PayloadTooLarge(
            source=source,
            expected=f"at most {MAX_ROWS:,} rows",
            got="more",
            todo="Ask the partner whether this is the right report; a quarter holds some tens of activities.",
        )
