"""Formats of numbers, money, dates and periods in each language."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from include.periods import local_date

# en_BE writes 1.234,5: never use it.
_LOCALES = {"nl": "nl_BE", "en": "en_GB"}
# Smallest amount written in a unit, the unit, and its name.
_SCALES = {
    "nl": ((10**9, 10**9, "miljard"), (10**7, 10**6, "miljoen")),
    "en": ((10**9, 10**9, "billion"), (10**7, 10**6, "million")),
}
NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


class Formats:
    """Formats of one language."""

    def __init__(self, language: str) -> None:
        """Use the locale of Flanders for 'nl' and of Great Britain for 'en'."""
        self.language = language
        self._locale = Locale.parse(_LOCALES[language])

    def number(self, value: float, decimals: int = 0) -> str:
        """Write a number, 1.234,5, with a real minus sign."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return _real_minus(format_decimal(_rounded(value, decimals), format=pattern, locale=self._locale))

    def amount(self, value: float, unit_code: str, decimals: int, peers: list[float | None] | None = None) -> str:
        """Write a KPI's value in its unit.

        Args:
            value: in single units; a share is 0..1.
            unit_code: EUR, NUMBER, INDEX or SHARE.
            decimals: as the KPI says; money in millions or billions has one.
            peers: other figures of the same row, so that all are written on one scale.
        """
        if unit_code == "SHARE":
            return self.share(value, decimals)
        if unit_code != "EUR":
            return self.number(value, decimals)
        unit, word = self.scale([value, *(peers or [])])
        return f"{self._euro(value / unit, 1)}{NBSP}{word}" if word else self._euro(value, decimals)

    def scale(self, amounts: list[float | None]) -> tuple[int, str]:
        """Choose the unit for some amounts of money, and its name; (1, "") for single euros."""
        largest = max((abs(amount) for amount in amounts if amount is not None), default=0)
        for limit, unit, word in _SCALES[self.language]:
            if largest >= limit:
                return unit, word
        return 1, ""

    def share(self, value: float, decimals: int = 1, *, signed: bool = False) -> str:
        """Write a share, 12,3% for 0.123; signed: +12,3%."""
        percent = _rounded(value * 100, decimals)
        sign = "+" if signed and percent > 0 else ""
        return f"{sign}{self.number(float(percent), decimals)}%"

    def day(self, day: date) -> str:
        """Write a day, 15 oktober 2026."""
        return str(format_date(day, "d MMMM y", locale=self._locale)).replace(" ", NBSP, 1)

    def moment(self, moment: datetime) -> str:
        """Write the Belgian day of a moment."""
        return self.day(local_date(moment))

    def quarter(self, period: str, *, short: bool = False) -> str:
        """Write 2026-Q3 as 'derde kwartaal 2026', or short as 'K3 2026'."""
        year, number = map(int, period.split("-Q"))
        pattern = "QQQ y" if short else "QQQQ y"
        return str(format_date(date(year, number * 3, 1), pattern, locale=self._locale))

    def span(self, start: date, end: date) -> str:
        """Write two days as '1 jan - 30 sep 2026', or as the month or year between them."""
        month = format_date(start, "MMMM y", locale=self._locale)
        if (start.month, start.year) == (end.month, end.year) and start.day == 1 and _is_month_end(end):
            return str(month)
        if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31) and start.year == end.year:
            return str(start.year)
        first = format_date(start, "d MMM" if start.year == end.year else "d MMM y", locale=self._locale)
        last = format_date(end, "d MMM y", locale=self._locale)
        return f"{first} \N{EN DASH} {last}"

    def _euro(self, value: float, decimals: int) -> str:
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        space = NBSP if self.language == "nl" else ""
        written = format_currency(
            _rounded(value, decimals), "EUR", f"¤{space}{pattern}", locale=self._locale, currency_digits=False
        )
        return _real_minus(written)


def one_line(text: str) -> str:
    """Put text of others on one line, without control or direction signs.

    So it starts no header and no paragraph.
    """
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _rounded(value: float, decimals: int) -> Decimal:
    # Half away from zero, like PostgreSQL's round(), so that digits agree everywhere. Adding 0 turns -0 into 0.
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP) + 0


def _real_minus(text: str) -> str:
    return str(text).replace("-", MINUS)


def _is_month_end(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1
