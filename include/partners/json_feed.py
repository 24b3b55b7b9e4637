"""Read a report as the pages of a JSON feed, stored in landing as one list.

See include.extract.transports.pagination for the fetching of pages.

A page:

    {"contract_code": "voka-2022", "partner": "Voka", "period": "2026-Q3", "template_version": "2026.1",
     "is_nil": false, "total": 14, "activities": [{"activity_code": "2026-Q3-01", ...}, ...], "companies": [...],
     "follow_ups": [...], "next": "?page=2"}

The facts are on every page and the same on all. `total` counts the objects of all lists of all pages, so that a
page that went missing is noticed. The names are those of the columns of the workbook (include.partners.columns); a name
that is not among them is kept as the partner's own column. A list in a value means several codes.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, cast

from include.errors import EmptyReply, LayoutChanged, TruncatedReply
from include.partners.columns import ACTIVITIES, COMPANIES, FACTS, FOLLOW_UPS
from include.partners.grid import Value, write_grid

MAX_BYTES = 20_000_000
Page = Mapping[str, Any]
Item = Mapping[str, Any]
# Lists of a page -> the columns of their table; the first holds the header block too.
TABLES: dict[str, Sequence[str]] = {
    name: tuple(column.name for column in table.columns)
    for name, table in (("activities", ACTIVITIES), ("companies", COMPANIES), ("follow_ups", FOLLOW_UPS))
}

_ADVICE = "Show the partner the description of the feed in CONTRIBUTING.md, and ask to mend it; the run asks again."


def to_workbook(payload: BinaryIO, source: str) -> io.BytesIO:
    """Write the lists as sheets of a workbook, titled with our names.

    Raises: EmptyReply, LayoutChanged, TruncatedReply (a page is missing or changed while it was read).
    """
    pages = _pages(payload.read(MAX_BYTES), source)
    facts = _facts(pages, source)
    items = {name: [item for page in pages for item in _items(page, name, source)] for name in TABLES}
    _check_total(pages, sum(map(len, items.values())), source)
    block: list[Sequence[Value]] = [[fact.name, _cell(facts.get(fact.name))] for fact in FACTS]
    first, *others = TABLES
    sheets = {first: [*block, [], *_table(items[first], TABLES[first])]}
    return write_grid(sheets | {name: [*_table(items[name], TABLES[name])] for name in others if items[name]}, source)


def _pages(content: bytes, source: str) -> list[Page]:
    if not content.strip():
        raise EmptyReply(source=source, expected="pages of JSON", got="no bytes", todo=_ADVICE)
    try:
        document = json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise _layout(source, f"no JSON ({type(error).__name__})") from error
    pages = document if isinstance(document, list) else [document]
    if not pages or not all(isinstance(page, dict) for page in pages):
        raise _layout(source, "a page that is no object")
    return cast("list[Page]", pages)


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no JSON")


def _facts(pages: Sequence[Page], source: str) -> dict[str, Any]:
    """Read the facts of the report, the same on every page.

    Raises: TruncatedReply: two pages say different things, so the report changed between them.
    """
    names = [*(fact.name for fact in FACTS), "total"]
    facts_of_pages = [{name: page.get(name) for name in names} for page in pages]
    changed = [name for name in names if any(facts[name] != facts_of_pages[0][name] for facts in facts_of_pages)]
    if changed:
        got = f"pages that differ in {', '.join(changed)}"
        raise TruncatedReply(source=source, expected="the same facts on every page", got=got, todo=_ADVICE)
    return facts_of_pages[0]


def _items(page: Page, name: str, source: str) -> list[Item]:
    found = page.get(name, [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise _layout(source, f"{name!r} that is no list of objects")
    return found


def _check_total(pages: Sequence[Page], count: int, source: str) -> None:
    total = pages[0].get("total")
    if total != count or isinstance(total, bool):
        raise TruncatedReply(
            source=source, expected=f"{total!r} objects, as `total` says", got=f"{count} in {len(pages)} pages",
            todo=_ADVICE,
        )  # fmt: skip


def _table(items: Sequence[Item], columns: Sequence[str]) -> Iterator[Sequence[Value]]:
    own = dict.fromkeys(name for item in items for name in item if name not in columns)
    titles = [*columns, *own]
    yield titles
    for item in items:
        yield [_cell(item.get(name)) for name in titles]


def _cell(value: Any) -> Value:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(str(_cell(each)) for each in value)
    if isinstance(value, dict):
        return "; ".join(f"{name} {_cell(each)}" for name, each in value.items())
    return cast("Value", value)


def _layout(source: str, got: str) -> LayoutChanged:
    return LayoutChanged(source=source, expected="pages of a JSON feed, each an object", got=got, todo=_ADVICE)
