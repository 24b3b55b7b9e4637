"""What a service says instead of data, told by the first bytes of an answer whatever its status and type.

The words are those of real notices: Eurostat's footer of 2015 and its faults of today, SDMX error messages with the
codes of the SDMX guidelines (100 no results, 130 and 510 too large, 140 syntax, 150 semantics).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

HEAD_BYTES = 4096
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
Kind = Literal["too big", "deferred", "no results", "error"]

_TOO_BIG = re.compile(
    rb"EXTRACTION_TOO_BIG|<faultcode>413|code=\"(413|130|510)\"|\"code\"\s*:\s*(413|130|510)\b"
    rb"|Response (size exceeds|too large)|too (large|big)",
    re.IGNORECASE,
)
_FILE = re.compile(rb"(https?://[^\s<>\"']+)\s*</")
_QUEUED = re.compile(rb"<(?:\w+:)?id>\s*([A-Za-z0-9-]{4,80})\s*</(?:\w+:)?id>\s*<(?:\w+:)?status>\s*([A-Z_]+)\s*<")
_ERROR = re.compile(
    rb"<(?:\w+:)?ErrorMessage\b[^>]*\bcode=\"([0-9]+)\"|\"errors\"\s*:\s*\[\s*\{[^]]*?\"code\"\s*:\s*([0-9]+)"
    rb"|<(?:\w+:)?faultcode>\s*([0-9]+)\s*<"
)
_NO_RESULTS = re.compile(rb"^\W*(no (results?|records?|data) ?found|NoRecordsFound|NoResultsFound)", re.IGNORECASE)
_TEXT = re.compile(
    rb"<(?:\w+:)?(?:Text|faultstring)\b[^>]*>([^<]*)|\"(?:title|detail|message|label)\"\s*:\s*\"([^\"]*)"
)


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What a service said instead of data.

    Args:
        kind: what it means for us.
        text: its own words, shortened.
        where: of a deferred delivery: the URL or the key under which the file will be.
        status: of a deferred delivery: its state in the service's word; empty when it tells none.
    """

    kind: Kind
    text: str
    where: str = ""
    status: str = ""


def heard(head: bytes) -> Notice | None:
    """The notice that an answer begins with, or None: then it may be data.

    Args:
        head: the first HEAD_BYTES bytes of the body.
    """
    body = head.removeprefix(BYTE_ORDER_MARK).lstrip()
    if _NO_RESULTS.match(body):
        return Notice(kind="no results", text=_words(body))
    if not body.startswith((b"<", b"{")):
        return None
    if queued := _QUEUED.search(body):
        return Notice(kind="deferred", text=_words(body), where=_text(queued[1]), status=_text(queued[2]))
    if _TOO_BIG.search(body):
        file = _FILE.search(body)
        where = _text(file[1]) if file else ""
        return Notice(kind="deferred" if where else "too big", text=_words(body), where=where)
    return _error(body)


def _error(body: bytes) -> Notice | None:
    found = _ERROR.search(body)
    if found is None:
        return None
    code = found[1] or found[2] or found[3]
    return Notice(kind="no results" if code == b"100" else "error", text=f"code {_text(code)}: {_words(body)}")


def _words(body: bytes) -> str:
    """The service's own words, on one line."""
    found = _TEXT.search(body)
    return " ".join(_text((found[1] or found[2] or b"") if found else body).split())[:300]


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace")
