"""One cell of a partner's workbook, brought to the one form in which staging compares and casts it.

Always text. What cannot be read stays as the text that stood there, so that a rule can show it to the partner. Runs
of white space, line ends included, become one space.

Numbers: '4.250,00', '4,250.00', '4 250', '€ 4.250,-' and 4250 are one amount. After a point or comma, three digits
are thousands and one or two are decimals: there are no amounts in thousandths of a euro. Dates: day first, as
everywhere in Belgium, but 03/04/2026 stays text, because English workbooks may mean 4 March; 10/15/2026 can only be
one day.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from math import isfinite

from openpyxl.utils.datetime import from_excel

from include.partners.columns import Column, code_of

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

# A number in a date column is a day count of Excel only when it falls in these years; 2026 there is a slip, not 1905.
_SERIAL_YEARS = range(2000, 2100)
_LAST_SERIAL = 2_958_465


def text_of(value: object) -> str:
    """A cell's value (as openpyxl gives it) as text on one line; '' for an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and isfinite(value):
        # Fifteen digits are what Excel shows and keeps; the rest is binary noise.
        return _plain(Decimal(f"{value:.15g}"))
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    return " ".join(str(value).split())


def canonical(value: object, column: Column, epoch: datetime) -> str:
    """A cell's value as `column` wants it: ISO date, plain decimal, 'CN;VN', a code, or the text as it stood.

    `epoch` is the workbook's day zero: Excel counts days from 1900 or, in files of old Macs, from 1904.
    """
    if column.kind == "markets":
        return _markets(value)
    text = text_of(value)
    if column.kind == "code":
        return code_of(column.closed_list, text)
    if column.kind == "date":
        return _date(value, text, epoch)
    return text if column.kind == "text" else _number(text, column.kind == "amount")


def _plain(number: Decimal) -> str:
    return f"{number.quantize(Decimal(1)) if number == number.to_integral_value() else number:f}"


def _markets(value: object) -> str:
    pieces = re.split(r"[,;/|\n]", value) if isinstance(value, str) else [text_of(value)]
    return ";".join(dict.fromkeys(code for piece in pieces if (code := text_of(piece).upper())))


def _number(text: str, is_amount: bool) -> str:
    bare = _CURRENCY.sub("", _CURRENCY.sub("", text)) if is_amount else text
    match = _GROUPED.fullmatch(bare) or _PLAIN.fullmatch(bare)
    if not match:
        return text
    whole, groups, decimals = match.group(1), match.group(2), match.group(3) or ""
    if groups and decimals and groups[0] == decimals[0]:
        return text
    return str(Decimal(whole + re.sub(r"\D", "", groups) + decimals.replace(",", ".")))


def _date(value: object, text: str, epoch: datetime) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, (int, float)):
        return _serial(value, epoch) or text
    day = _day(text.lower())
    return day.isoformat() if day else text


def _serial(value: float, epoch: datetime) -> str:
    moment = from_excel(value, epoch) if 1 <= value <= _LAST_SERIAL else None
    return moment.date().isoformat() if isinstance(moment, datetime) and moment.year in _SERIAL_YEARS else ""


def _day(text: str) -> date | None:
    if match := _ISO.fullmatch(text):
        year, month, day = map(int, match.groups())
    elif match := _SLASHED.fullmatch(text):
        day, month, year = map(int, match.groups())
        if month > 12:
            day, month = month, day
        elif day <= 12 and day != month:
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
