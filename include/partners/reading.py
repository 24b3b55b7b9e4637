"""From a partner's workbook to CSV for staging: one row for the report itself, one for each activity.

All values are text in one form (`cells`), under our own column names (`CSV_COLUMNS`), whatever language, order or
number style the partner used. A formula is never evaluated nor passed on: the value that the partner's program last
showed is read, and a formula that was never calculated reads as an empty cell. Text that merely looks like a formula
stays that text.

Skipped, because they tell nothing: rows that are empty in our columns, and a totals row ('Totaal', 'Total', ... in
its first filled cell, without type, status or dates).
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from include.errors import EmptyReply, PayloadTooLarge, WrongContract
from include.partners.archive import BROKEN, checked_archive, not_a_workbook
from include.partners.cells import canonical, text_of
from include.partners.columns import COLUMNS, folded
from include.partners.layout import Layout, find_layout, sheet_rows

ACTIVITY_COLUMNS = tuple(column.name for column in COLUMNS)
CSV_COLUMNS = (
    "row_kind",
    "sheet_row",
    "contract_code",
    "report_period",
    "is_nil",
    "template_version",
    "extra_columns",
    *ACTIVITY_COLUMNS,
)
MAX_ACTIVITIES = 5_000
ROWS_PER_BLOCK = 500

_TOTALS = {"totaal", "total", "totalen", "totals", "subtotaal", "subtotal", "som", "sum"}
_NEVER_IN_TOTALS = ("activity_type_code", "status_code", "start_date", "end_date")


def read_workbook(payload: BinaryIO, *, contract_code: str, period: str) -> Iterator[bytes]:
    """Yield the report of one contract and quarter as blocks of UTF-8 CSV, the header (`CSV_COLUMNS`) in the first.

    `row_kind` is 'report' on one row, the first (the header block's facts, no activity), else 'activity'. `is_nil`
    ('true' or 'false', on every row) says whether the partner declares that nothing took place; a nil return with
    activities is for the checks. `sheet_row` is the row number that the partner sees, `extra_columns` a JSON list of
    titles that are not ours (on the report row). Memory stays at the file (at most 10 MB), its shared texts (at most
    50 MB unpacked) and a block of rows.

    Raises: EmptyReply, NotAWorkbook, PayloadTooLarge, LayoutChanged, WrongContract; up to 500 rows before any block.
    """
    source = f"partner_activity {contract_code} {period}"
    book = _open(checked_archive(payload, source), source)
    try:
        layout = find_layout(book, source)
        _check_owner(layout, contract_code, period, source)
        yield from _blocks(_csv_rows(book, layout, (contract_code, period), source))
    finally:
        book.close()


def _csv_rows(book: Workbook, layout: Layout, owner: tuple[str, str], source: str) -> Iterator[Sequence[str]]:
    is_nil = layout.facts.get("is_nil") or "false"
    common = (*owner, is_nil, layout.facts["template_version"])
    extra = json.dumps(layout.extra_columns, ensure_ascii=False)
    yield CSV_COLUMNS
    yield ("report", str(layout.facts_row), *common, extra, *[""] * len(COLUMNS))
    yield from _activities(book, layout, common, source, may_be_empty=is_nil == "true")


def _open(payload: BinaryIO, source: str) -> Workbook:
    try:
        return load_workbook(payload, read_only=True, data_only=True, keep_links=False)
    except BROKEN as problem:
        raise not_a_workbook(source, "a workbook that is damaged inside") from problem


def _check_owner(layout: Layout, contract_code: str, period: str, source: str) -> None:
    found = layout.facts["contract_code"], layout.facts["period"]
    if tuple(map(_compared, found)) != (_compared(contract_code), _compared(period)):
        raise WrongContract(
            source=source,
            expected=f"the report of {contract_code} for {period}",
            got=f"the report of {found[0]!r} for {found[1]!r}",
            todo="Ask the partner for the workbook of this contract and quarter; this one was left aside.",
        )


def _compared(text: str) -> str:
    return "".join(text.split()).casefold()


def _activities(
    book: Workbook, layout: Layout, common: Sequence[str], source: str, *, may_be_empty: bool
) -> Iterator[Sequence[str]]:
    count = 0
    width = max(layout.positions.values()) + 1
    for number, row in sheet_rows(book, layout.sheet_name, layout.title_row + 1, source, width):
        if row.count(None) == len(row):
            continue
        raw = {name: row[position] for name, position in layout.positions.items()}
        values = {column.name: canonical(raw[column.name], column, book.epoch) for column in COLUMNS}
        if not any(values.values()) or _is_totals_row(row, values):
            continue
        count += 1
        _check_count(count, source)
        yield ("activity", str(number), *common, "", *(values[name] for name in ACTIVITY_COLUMNS))
    if count == 0 and not may_be_empty:
        raise EmptyReply(
            source=source,
            expected="activities, or a nil return",
            got="a workbook with neither",
            todo="Ask the partner to fill in the table, or to answer the nil return question with yes.",
        )


def _is_totals_row(row: Sequence[object], values: dict[str, str]) -> bool:
    first = next((text for value in row if (text := text_of(value))), "")
    return folded(first) in _TOTALS and not any(values[name] for name in _NEVER_IN_TOTALS)


def _check_count(count: int, source: str) -> None:
    if count > MAX_ACTIVITIES:
        raise PayloadTooLarge(
            source=source,
            expected=f"at most {MAX_ACTIVITIES:,} activities",
            got="more",
            todo="Ask the partner whether this is the right file; a quarter holds some tens of activities.",
        )


def _blocks(rows: Iterator[Sequence[str]]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for number, row in enumerate(rows, start=1):
        writer.writerow(row)
        if number % ROWS_PER_BLOCK == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    if buffer.tell():
        yield buffer.getvalue().encode()
