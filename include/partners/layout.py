"""Where things stand in a partner's workbook: the sheet, the header block, the title row and the columns.

Everything is found by its words, in either language, never by position: partners insert columns, move them and add
sheets of their own. Hidden sheets are not looked at.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from openpyxl.workbook import Workbook

from include.errors import LayoutChanged
from include.partners.archive import BROKEN, not_a_workbook
from include.partners.cells import text_of
from include.partners.columns import COLUMNS, FACTS, code_of, column_named, fact_named

# Rows searched for the titles, and titles needed to call a row that: fewer can be words of a note or of the heading.
SEARCHED_ROWS = 60
TITLES_NEEDED = 4
MAX_COLUMNS = 200
LAST_ROW = 1_048_576

_ADVICE = "Ask the partner to copy the rows into the template of this quarter and to send that."


@dataclass(frozen=True)
class Layout:
    """What was found: facts by name, row numbers as Excel shows them, zero-based position of each of our columns."""

    sheet_name: str
    facts: dict[str, str]
    facts_row: int
    title_row: int
    positions: dict[str, int]
    extra_columns: tuple[str, ...]


def sheet_rows(
    book: Workbook, sheet_name: str, first_row: int, source: str, width: int = MAX_COLUMNS
) -> Iterator[tuple[int, tuple[object, ...]]]:
    """Rows of a sheet from `first_row` on, `width` cells each, with Excel's row number, read one at a time.

    Raises: NotAWorkbook when the sheet is broken inside or goes on below Excel's last row.
    """
    sheet = book[sheet_name]
    # Some programs write a size that is too small; openpyxl would stop there.
    sheet.reset_dimensions()
    try:
        rows = sheet.iter_rows(min_row=first_row, max_col=width, values_only=True)
        for number, row in enumerate(rows, start=first_row):
            if number > LAST_ROW:
                raise not_a_workbook(source, "a sheet with more rows than Excel has")
            yield number, row
    except BROKEN as problem:
        raise not_a_workbook(source, f"a workbook that is damaged inside, in sheet {sheet_name!r}") from problem


def find_layout(book: Workbook, source: str) -> Layout:
    """Find title row and header block on the first visible sheet that has them.

    Raises: LayoutChanged when there is no title row, a column is missing or there twice, or a header fact is missing.
    """
    for sheet in book.worksheets:
        layout = _layout_of(book, sheet.title, source) if sheet.sheet_state == "visible" else None
        if layout:
            return layout
    got = f"none in the first {SEARCHED_ROWS} rows of any visible sheet"
    raise LayoutChanged(source=source, expected="a row with the column titles of the template", got=got, todo=_ADVICE)


def _layout_of(book: Workbook, sheet_name: str, source: str) -> Layout | None:
    facts: dict[str, str] = {}
    facts_row = 0
    for number, row in sheet_rows(book, sheet_name, 1, source):
        if number > SEARCHED_ROWS:
            return None
        titles = [text_of(value) for value in row]
        if len({column_named(title) for title in titles} - {None}) >= TITLES_NEEDED:
            positions, extra = _columns(titles, source)
            _check_facts(facts, source)
            return Layout(sheet_name, facts, facts_row, number, positions, extra)
        if fact := _fact(titles):
            facts.setdefault(*fact)
            facts_row = facts_row or number
    return None


def _fact(texts: list[str]) -> tuple[str, str] | None:
    filled = [text for text in texts if text]
    name = fact_named(filled[0]) if filled else None
    if name is None:
        return None
    value = filled[1] if len(filled) > 1 else ""
    return (name, code_of("yes_no", value)) if name == "is_nil" else (name, value)


def _columns(titles: list[str], source: str) -> tuple[dict[str, int], tuple[str, ...]]:
    named = [(column_named(title), title, position) for position, title in enumerate(titles) if title]
    counts = Counter(name for name, _, _ in named if name)
    missing = [column for column in COLUMNS if column.name not in counts]
    twice = [column for column in COLUMNS if counts[column.name] > 1]
    extra = tuple(title for name, title, _ in named if name is None)
    if missing or twice:
        wrong = [f"no column '{column.nl}' / '{column.en}'" for column in missing]
        wrong += [f"two columns '{column.nl}' / '{column.en}'" for column in twice]
        got = ", ".join(wrong) + (f"; unknown columns: {', '.join(map(repr, extra))}" if extra else "")
        raise LayoutChanged(source=source, expected="each column of the template once", got=got, todo=_ADVICE)
    return {name: position for name, _, position in named if name}, extra


def _check_facts(facts: dict[str, str], source: str) -> None:
    empty = [f"'{fact.nl}' / '{fact.en}'" for fact in FACTS if fact.name != "is_nil" and not facts.get(fact.name)]
    if empty:
        expected, got = "a filled-in header block above the table", f"nothing at {', '.join(empty)}"
        raise LayoutChanged(source=source, expected=expected, got=got, todo=_ADVICE)
    if facts.get("is_nil", "") not in ("true", "false", ""):
        got = f"{facts['is_nil']!r} as answer to the question whether there were no activities"
        raise LayoutChanged(source=source, expected="Ja / Yes or Nee / No", got=got, todo=_ADVICE)
