"""Normalise the cells of a partner's workbook to the text that staging compares and casts.

A value that cannot be read stays the text that the partner wrote, so that a rule can show it. Runs of white space, line
ends included, become one space.

Numbers: '4.250,00', '4,250.00', '4 250', '€ 4.250,-' and 4250 are one amount. After a point or comma, three digits
are thousands and one or two are decimals: there are no amounts in thousandths of a euro. Dates: day first, as
everywhere in Belgium, but in an English workbook 03/04/2026 stays text, because it may mean 4 March; 10/15/2026 can
only be one day.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from math import isfinite

from openpyxl.utils.datetime import from_excel

from include.partners.columns import Column, Fact
from include.partners.lists import code_of

_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan januari january",
            "feb februari february",
            "mrt maart mar march",
            "apr april",
            "mei may",
            "jun juni june",
            "jul juli july",
            "aug augustus august",
            "sep sept september",
            "okt oktober oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for word in words.split()
}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th|e)? ([a-z]+)\.?,? (\d{4})")
_MONTH_FIRST = re.compile(r"([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")

_GROUPED = re.compile(r"(-?[1-9]\d{0,2})((?:\.\d{3})+|(?:,\d{3})+|(?: \d{3})+)([.,]\d{1,2})?")
_PLAIN = re.compile(r"(-?\d+)()([.,]\d{1,2})?")
_CURRENCY = re.compile(r"^(?:€|eur|euro)\s*|\s*(?:€|eur|euro)$|,-+$", re.IGNORECASE)

# A number in a date column is a day count of Excel only if it falls in these years: 2026 is a mistake, not 1905.
_SERIAL_YEARS = range(2000, 2100)
_LAST_SERIAL = 2_958_465


def cell_text(value: object) -> str:
    """Write a cell's value (as openpyxl gives it) as text on one line; '' for an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and isfinite(value):
        # Excel shows and keeps fifteen digits; the rest is binary noise.
        return _plain(Decimal(f"{value:.15g}"))
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    return " ".join(str(value).split())


def normalise(value: object, column: Column | Fact, epoch: datetime, *, is_dutch: bool = False) -> str:
    """Normalise a cell for `column`: ISO date, decimal, 'CN;VN', a code, or its text.

    `epoch` is the workbook's day zero: Excel counts days from 1900 or, in files of old Macs, from 1904. In a workbook
    with Dutch titles 03/04/2026 can only be 3 April.
    """
    if column.kind in ("markets", "codes"):
        return _codes(value, str.upper if column.kind == "markets" else str.lower)
    text = cell_text(value)
    if column.kind in _READERS:
        return _READERS[column.kind](text)
    if column.kind == "code":
        return code_of(column.closed_list, text)
    return _date(value, text, epoch, is_dutch) if column.kind == "date" else text


def _plain(number: Decimal) -> str:
    return f"{number.quantize(Decimal(1)) if number == number.to_integral_value() else number:f}"


def _codes(value: object, cased: Callable[[str], str]) -> str:
    pieces = re.split(r"[,;/|\n]", value) if isinstance(value, str) else [cell_text(value)]
    return ";".join(dict.fromkeys(code for piece in pieces if (code := cased(cell_text(piece)))))


def _share(text: str) -> str:
    """Read a share as 0..1: 0.6, 60%, '60 %' and 60 are the same; 1 is the whole."""
    is_percent = text.endswith("%")
    number = _number(text.removesuffix("%").strip(), is_amount=False)
    try:
        value = Decimal(number)
    except InvalidOperation:
        match = re.fullmatch(r"0[.,](\d+)", number)
        return f"0.{match[1]}" if match and not is_percent else text
    return _plain(value / 100 if is_percent or value > 1 else value)


def _company(text: str) -> str:
    """Read an enterprise number as ten digits, from 'BE 0123.456.749' or 123456749.0."""
    digits = re.sub(r"[\s./-]", "", text.upper()).removeprefix("BE")
    return digits.zfill(10) if re.fullmatch(r"\d{9,10}", digits) else text


def _number(text: str, is_amount: bool) -> str:
    digits = _CURRENCY.sub("", _CURRENCY.sub("", text)) if is_amount else text
    match = _GROUPED.fullmatch(digits) or _PLAIN.fullmatch(digits)
    if not match:
        return text
    whole, groups, decimals = match.group(1), match.group(2), match.group(3) or ""
    if groups and decimals and groups[0] == decimals[0]:
        return text
    return str(Decimal(whole + re.sub(r"\D", "", groups) + decimals.replace(",", ".")))


def _date(value: object, text: str, epoch: datetime, is_dutch: bool) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, (int, float)):
        return _serial(value, epoch) or text
    day = _day(text.lower(), is_dutch)
    return day.isoformat() if day else text


def _serial(value: float, epoch: datetime) -> str:
    moment = from_excel(value, epoch) if 1 <= value <= _LAST_SERIAL else None
    return moment.date().isoformat() if isinstance(moment, datetime) and moment.year in _SERIAL_YEARS else ""


def _day(text: str, is_dutch: bool) -> date | None:
    if match := _ISO.fullmatch(text):
        year, month, day = map(int, match.groups())
    elif match := _SLASHED.fullmatch(text):
        day, month, year = map(int, match.groups())
        if month > 12:
            day, month = month, day
        elif day <= 12 and day != month and not is_dutch:
            return None
    elif match := _DAY_FIRST.fullmatch(text):
        day, month, year = int(match[1]), _MONTHS.get(match[2], 0), int(match[3])
    elif match := _MONTH_FIRST.fullmatch(text):
        month, day, year = _MONTHS.get(match[1], 0), int(match[2]), int(match[3])
    else:
        return None
    return _valid(year, month, day)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_READERS: dict[str, Callable[[str], str]] = {
    "count": lambda text: _number(text, is_amount=False),
    "amount": lambda text: _number(text, is_amount=True),
    "share": _share,
    "company": _company,
    "country": str.upper,
}
