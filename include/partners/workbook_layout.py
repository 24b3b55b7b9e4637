"""Find the sheets, header block, title rows and columns of a partner's workbook.

They are found by their words, in either language, never by position: partners insert and move columns and add sheets of
their own. Hidden sheets are ignored.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from openpyxl.workbook import Workbook

from include.errors import LayoutChanged
from include.partners.archive import BROKEN, not_a_workbook
from include.partners.cells import cell_text, normalise
from include.partners.columns import ACTIVITIES, FACTS, TABLES, VERSIONS, Column, Table, fact_with_label
from include.partners.lists import fold

# Filled rows searched for the titles; empty ones above a table are passed over.
SEARCHED_ROWS = 60
MAX_COLUMNS = 200
LAST_ROW = 1_048_576

_ADVICE = "Ask the partner to copy the rows into the template of this quarter and to send that."


# Titles of our own remarks in a workbook that we answered; they come back with it and are no column of the partner.
CHECK_TITLES = {"nl": "Controle", "en": "Check"}
_CHECKS = {fold(title) for title in CHECK_TITLES.values()}


@dataclass(frozen=True)
class Layout:
    """Place of a table in a workbook.

    Args:
        table: which of the tables of the workbook.
        sheet_name: the sheet.
        facts: the header block above it by name; empty above the smaller tables.
        facts_row: row of its first line, as Excel shows it; 0 without one.
        title_row: row of the titles, as Excel shows it.
        positions: zero-based position of each of our columns.
        extra: position -> title of each column that is the partner's own.
        is_dutch: whether more titles are the Dutch ones than the English ones.
    """

    table: Table
    sheet_name: str
    facts: dict[str, str]
    facts_row: int
    title_row: int
    positions: dict[str, int]
    extra: dict[int, str]
    is_dutch: bool


def sheet_rows(
    book: Workbook, sheet_name: str, first_row: int, source: str, width: int = MAX_COLUMNS
) -> Iterator[tuple[int, tuple[object, ...]]]:
    """Yield the rows of a sheet from `first_row` on, with Excel's row number.

    Each has `width` cells.

    Raises: NotAWorkbook when the sheet is broken inside or goes on below Excel's last row.
    """
    sheet = book[sheet_name]
    # Some programs write a size that is too small, and openpyxl stops there.
    sheet.reset_dimensions()
    try:
        rows = sheet.iter_rows(min_row=first_row, max_col=width, values_only=True)
        for number, row in enumerate(rows, start=first_row):
            if number > LAST_ROW:
                raise not_a_workbook(source, "a sheet with more rows than Excel has")
            yield number, row
    except BROKEN as problem:
        raise not_a_workbook(source, f"a workbook that is damaged inside, in sheet {sheet_name!r}") from problem


def find_layouts(book: Workbook, source: str) -> list[Layout]:
    """Find the tables on the visible sheets, the activities with their header block first.

    Raises: LayoutChanged when there are no activities, a table is there twice, a column of the template's version is
    missing or there twice, or a header fact is missing.
    """
    visible = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    found = [layout for name in visible if (layout := _layout_of(book, name, source))]
    layouts = sorted(found, key=lambda layout: TABLES.index(layout.table))
    counts = Counter(layout.table.row_kind for layout in found)
    if twice := [layout for layout in layouts if counts[layout.table.row_kind] > 1]:
        got = f"it on the sheets {', '.join(repr(layout.sheet_name) for layout in twice)}"
        raise LayoutChanged(source=source, expected="each table on one visible sheet", got=got, todo=_ADVICE)
    if not layouts or layouts[0].table is not ACTIVITIES:
        got = f"none in the first {SEARCHED_ROWS} filled rows of any visible sheet"
        raise LayoutChanged(
            source=source, expected="a row with the column titles of the template", got=got, todo=_ADVICE
        )
    _check_facts(layouts[0].facts, source)
    for layout in layouts:
        _check_columns(layout, layouts[0].facts["template_version"], source)
    return layouts


def is_title_row(texts: list[str], table: Table) -> bool:
    """Check whether a row holds the titles of a table."""
    return len({table.column_named(text) for text in texts} - {None}) >= table.titles_needed


def _layout_of(book: Workbook, sheet_name: str, source: str) -> Layout | None:
    facts: dict[str, str] = {}
    facts_row = searched = 0
    for number, row in sheet_rows(book, sheet_name, 1, source):
        if row.count(None) == len(row):
            continue
        searched += 1
        if searched > SEARCHED_ROWS:
            return None
        titles = [cell_text(value) for value in row]
        for table in TABLES:
            if is_title_row(titles, table):
                _check_once(titles, table, source)
                named = {name: at for at, title in enumerate(titles) if (name := table.column_named(title))}
                own = _extra(titles, table)
                return Layout(table, sheet_name, facts, facts_row, number, named, own, _is_dutch(titles, table))
        if fact := _fact(row, book):
            facts.setdefault(*fact)
            facts_row = facts_row or number
    return None


def _is_dutch(titles: list[str], table: Table) -> bool:
    found = {fold(title) for title in titles}
    dutch, english = (
        {fold(words) for words in column} for column in zip(*((c.nl, c.en) for c in table.columns), strict=True)
    )
    return len(found & (dutch - english)) > len(found & (english - dutch))


def _extra(titles: list[str], table: Table) -> dict[int, str]:
    own = {at: title for at, title in enumerate(titles) if title and table.column_named(title) is None}
    return {at: title for at, title in own.items() if fold(title) not in _CHECKS}


def _fact(row: tuple[object, ...], book: Workbook) -> tuple[str, str] | None:
    filled = [value for value in row if cell_text(value)]
    name = fact_with_label(cell_text(filled[0])) if filled else None
    if name is None:
        return None
    fact = next(fact for fact in FACTS if fact.name == name)
    return name, normalise(filled[1], fact, book.epoch) if len(filled) > 1 else ""


def _check_once(titles: list[str], table: Table, source: str) -> None:
    counts = Counter(table.column_named(title) for title in titles)
    twice = [f"two columns {_both(column)}" for column in table.columns if counts[column.name] > 1]
    if twice:
        expected, got = "each column of the template once", ", ".join(twice)
        raise LayoutChanged(source=source, expected=expected, got=got, todo=_ADVICE)


def _check_columns(layout: Layout, version: str, source: str) -> None:
    """Require the columns of the template's version; an unknown version has all of them."""
    known = version if version in VERSIONS else VERSIONS[-1]
    wanted = [column for column in layout.table.columns if column.since <= known]
    missing = [f"no column {_both(column)}" for column in wanted if column.name not in layout.positions]
    if missing:
        own = f"; unknown columns: {', '.join(map(repr, layout.extra.values()))}" if layout.extra else ""
        expected, got = "each column of the template once", ", ".join(missing) + own
        raise LayoutChanged(source=source, expected=expected, got=got, todo=_ADVICE)


def _both(column: Column) -> str:
    return f"'{column.nl}' / '{column.en}'"


def _check_facts(facts: dict[str, str], source: str) -> None:
    empty = [f"'{fact.nl}' / '{fact.en}'" for fact in FACTS if fact.is_needed and not facts.get(fact.name)]
    if empty:
        expected, got = "a filled-in header block above the table", f"nothing at {', '.join(empty)}"
        raise LayoutChanged(source=source, expected=expected, got=got, todo=_ADVICE)
    if facts.get("is_nil", "") not in ("true", "false", ""):
        got = f"{facts['is_nil']!r} as answer to the question whether there were no activities"
        raise LayoutChanged(source=source, expected="Ja / Yes or Nee / No", got=got, todo=_ADVICE)
