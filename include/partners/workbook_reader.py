"""Read a partner's workbook as CSV for staging: a row per report, activity, company.

All values are text in one form (`cells`), under our own column names (`CSV_COLUMNS`), whatever language, order or
number style the partner used. A formula is never evaluated or passed on: the value that the partner's program last
showed is read, and a formula that was never calculated reads as an empty cell. Text that looks like a formula stays
text.

Skipped, because they hold no data: rows that are empty in our columns, a second row of titles, and a totals row
('Totaal', 'Total', ... in its first filled cell, without type, status or dates).
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import BinaryIO

from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from include.errors import EmptyReply, PayloadTooLarge, WrongContract
from include.partners import companies
from include.partners.archive import BROKEN, not_a_workbook, open_archive
from include.partners.cells import cell_text, normalise
from include.partners.columns import TABLES
from include.partners.lists import fold
from include.partners.workbook_layout import Layout, find_layouts, is_title_row, sheet_rows

Row = dict[str, str]
# Facts of the report row; empty on the other rows.
REPORT_COLUMNS = ("version_number", "submitted_date", "submitter", "language_code", "stated_budget_used_eur")
CSV_COLUMNS = tuple(
    dict.fromkeys(
        (
            *("row_kind", "sheet_row", "contract_code", "report_period", "is_nil", "template_version"),
            *("extra_columns", "currency_code", "company_hash", *REPORT_COLUMNS),
            *(column.name for table in TABLES for column in table.columns),
        )
    )
)
MAX_ACTIVITIES = 5_000
MAX_ROWS = 20_000
ROWS_PER_BLOCK = 500

_TOTALS = {"totaal", "total", "totalen", "totals", "subtotaal", "subtotal", "som", "sum"}
_NEVER_IN_TOTALS = ("activity_type_code", "status_code", "start_date", "end_date")


def read_workbook(payload: BinaryIO, *, contract_code: str, period: str) -> Iterator[bytes]:
    """Yield the report of one contract and quarter as blocks of UTF-8 CSV.

    The first block begins with the header, `CSV_COLUMNS`.

    As `report_rows`, but of an enterprise number only its keyed hash and last two digits go on, of who handed it in a
    hash, and of the partner's own columns only their titles. Memory stays at the file (at most 10 MB), its shared texts
    (at most 50 MB unpacked) and a block of rows.

    Raises: EmptyReply, NotAWorkbook, PayloadTooLarge, LayoutChanged, WrongContract; up to 500 rows before any block.
    """
    yield from _blocks(map(_without_secrets, report_rows(payload, contract_code=contract_code, period=period)))


def report_rows(payload: BinaryIO, *, contract_code: str, period: str) -> Iterator[Row]:
    """Yield the rows of a report as written, with enterprise numbers and own columns.

    `row_kind` is 'report' on the first, then 'activity', 'company' and 'follow_up'. `is_nil` ('true' or 'false', on
    every row) says whether the partner declares that nothing took place; a nil return with activities is for the
    checks. `sheet_row` is the row number that the partner sees; `extra_columns` is JSON: on the report row the titles
    that are not ours, else their values by title.

    Raises: as `read_workbook`.
    """
    source = f"partner_activity {contract_code} {period}"
    book = _open(open_archive(payload, source), source)
    try:
        activities, *others = find_layouts(book, source)
        facts = activities.facts
        _check_owner(facts, contract_code, period, source)
        is_nil = facts.get("is_nil") or "false"
        common = {"contract_code": contract_code, "report_period": period, "is_nil": is_nil}
        common["template_version"] = facts["template_version"]
        yield _report(activities, common)
        yield from _activities(book, activities, common, source)
        for layout in others:
            yield from _table(book, layout, common, source, MAX_ROWS)
    finally:
        book.close()


def _report(layout: Layout, common: Row) -> Row:
    facts = {name: layout.facts.get(name, "") for name in (*REPORT_COLUMNS, "currency_code")}
    facts["language_code"] = facts["language_code"] or ("nl" if layout.is_dutch else "en")
    extra = json.dumps(list(layout.extra.values()), ensure_ascii=False)
    return {"row_kind": "report", "sheet_row": str(layout.facts_row), **common, **facts, "extra_columns": extra}


def _open(payload: BinaryIO, source: str) -> Workbook:
    try:
        return load_workbook(payload, read_only=True, data_only=True, keep_links=False)
    except BROKEN as problem:
        raise not_a_workbook(source, "a workbook that is damaged inside") from problem


def _check_owner(facts: Mapping[str, str], contract_code: str, period: str, source: str) -> None:
    found = facts["contract_code"], facts["period"]
    if tuple(map(_compared, found)) != (_compared(contract_code), _compared(period)):
        raise WrongContract(
            source=source,
            expected=f"the report of {contract_code} for {period}",
            got=f"the report of {found[0]!r} for {found[1]!r}",
            todo="Ask the partner for the workbook of this contract and quarter; this one was left aside.",
        )


def _compared(text: str) -> str:
    return "".join(text.split()).casefold()


def _activities(book: Workbook, layout: Layout, common: Row, source: str) -> Iterator[Row]:
    count = 0
    for row in _table(book, layout, common, source, MAX_ACTIVITIES):
        count += 1
        yield row
    if count == 0 and common["is_nil"] != "true":
        raise EmptyReply(
            source=source,
            expected="activities, or a nil return",
            got="a workbook with neither",
            todo="Ask the partner to fill in the table, or to answer the nil return question with yes.",
        )


def _table(book: Workbook, layout: Layout, common: Row, source: str, max_rows: int) -> Iterator[Row]:
    """Yield the rows of a table that hold data, in the order of the sheet."""
    columns = [column for column in layout.table.columns if column.name in layout.positions]
    width = max(*layout.positions.values(), *layout.extra, 0) + 1
    count = 0
    for number, cells in sheet_rows(book, layout.sheet_name, layout.title_row + 1, source, width):
        if cells.count(None) == len(cells):
            continue
        read = partial(normalise, epoch=book.epoch, is_dutch=layout.is_dutch)
        values = {column.name: read(cells[layout.positions[column.name]], column) for column in columns}
        if not any(values.values()) or _is_no_row(cells, values, layout):
            continue
        count += 1
        _check_count(count, max_rows, source)
        own = {title: text for at, title in layout.extra.items() if (text := cell_text(cells[at]))}
        extra = json.dumps(own, ensure_ascii=False) if own else ""
        yield {"row_kind": layout.table.row_kind, "sheet_row": str(number), **common, **values, "extra_columns": extra}


def _is_no_row(cells: Sequence[object], values: Row, layout: Layout) -> bool:
    """Recognise a totals row, or the titles once more."""
    texts = [cell_text(value) for value in cells]
    first = next((text for text in texts if text), "")
    is_total = fold(first) in _TOTALS and not any(values.get(name) for name in _NEVER_IN_TOTALS)
    return is_total or is_title_row(texts, layout.table)


def _check_count(count: int, max_rows: int, source: str) -> None:
    if count > max_rows:
        raise PayloadTooLarge(
            source=source,
            expected=f"at most {max_rows:,} rows in a table",
            got="more",
            todo="Ask the partner whether this is the right file; a quarter holds some tens of activities.",
        )


def _without_secrets(row: Row) -> Row:
    """Remove enterprise numbers, names and the partner's own columns from a row."""
    safe = {**row, "extra_columns": row["extra_columns"] if row["row_kind"] == "report" else ""}
    if submitter := row.get("submitter", ""):
        # Enough to recognise a contact of the contract; no other name is stored.
        safe["submitter"] = hashlib.sha256(submitter.lower().encode()).hexdigest()
    if number := row.get("company_number", ""):
        key = companies.load_hash_key()
        safe["company_hash"], safe["company_number"] = companies.hash_company_number(number, key)
    return safe


def _blocks(rows: Iterator[Row]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, CSV_COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for number, row in enumerate(rows, start=1):
        writer.writerow(row)
        if number % ROWS_PER_BLOCK == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    if buffer.tell():
        yield buffer.getvalue().encode()
