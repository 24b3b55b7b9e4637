"""Faults between a source and us, on request: /fault/<name>/ before any path.

Faults of the bytes are functions here; faults of the transfer (BUSY, TRUNCATED, SLOW) are made by the server.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sandbox.sources.reply import Reply, not_found

BUSY = {"429": 429, "503": 503}
TRUNCATED, SLOW = "truncated", "slow"
BLOCK_PAGE = b"""<html><head><meta charset="utf-8"><script type="text/javascript">
window.location.href = "https://pub.nbb.be/api/inf/Error/NotAvailable.aspx?id=sample";
</script></head><body><noscript>Please enable JavaScript to view the page content.</noscript></body></html>
"""
TOO_BIG_NOTICE = b"""<?xml version="1.0" encoding="UTF-8"?>
<message:GenericData xmlns:message="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"
 xmlns:footer="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message/footer"
 xmlns:common="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common">
  <footer:Footer><footer:Message code="413" severity="Infomation">
    <common:Text xml:lang="en">Due to the large query the response will be written to a file.</common:Text>
  </footer:Message></footer:Footer>
</message:GenericData>
"""
# The column of each source's CSV that holds its value -> the name that a careless release gives it.
RENAMED = {"OBS_VALUE": "OBSERVATION", "value": "amount", "capex_eur": "capex"}


def apply_fault(name: str, reply: Reply) -> Reply:
    """Put the fault of this name into a reply; 404 when there is no such fault."""
    if name in FAULTS:
        return FAULTS[name](reply)
    if name in CSV_FAULTS and "csv" in reply.content_type:
        return replace(reply, body=CSV_FAULTS[name](reply.body.decode()).encode())
    return not_found(f"No fault {name!r} for {reply.content_type}; there are {', '.join(sorted(NAMES))}.")


def _renamed_column(text: str) -> str:
    header, _, rows = text.partition("\n")
    return ",".join(RENAMED.get(column, column) for column in header.split(",")) + "\n" + rows


def _in_middle_value(change: Callable[[str], str]) -> Callable[[str], str]:
    """Make a fault that changes the value of the middle row.

    All quoted cells stand after the value.
    """

    def change_text(text: str) -> str:
        lines = text.splitlines(keepends=True)
        column = next(i for i, name in enumerate(lines[0].strip().split(",")) if name in RENAMED)
        middle = len(lines) // 2
        cells = lines[middle].rstrip("\n").split(",")
        cells[column] = change(cells[column])
        lines[middle] = ",".join(cells) + "\n"
        return "".join(lines)

    return change_text


def _cut_row(text: str) -> str:
    """Cut the text in the middle of a row, after its third comma."""
    end = text.index("\n", len(text) // 2) + 1
    for _ in range(3):
        end = text.index(",", end) + 1
    return text[:end]


FAULTS: dict[str, Callable[[Reply], Reply]] = {
    "block-page": lambda reply: replace(reply, body=BLOCK_PAGE, content_type="text/html; charset=utf-8"),
    "empty": lambda reply: replace(reply, body=b""),
    "not-a-workbook": lambda reply: replace(reply, body=BLOCK_PAGE),
    "too-big-notice": lambda reply: replace(reply, body=TOO_BIG_NOTICE, content_type="application/xml"),
}
CSV_FAULTS: dict[str, Callable[[str], str]] = {
    "header-only": lambda text: text.partition("\n")[0] + "\n",
    "letter-in-number": _in_middle_value(lambda value: value[:-1] + "O"),
    "renamed-column": _renamed_column,
    "times-thousand": _in_middle_value(lambda value: value + "000"),
    "truncated-row": _cut_row,
}
NAMES = frozenset({*FAULTS, *CSV_FAULTS, *BUSY, TRUNCATED, SLOW})
