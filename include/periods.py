"""Clocks and SDMX periods: which quarter has closed, which months to ask for."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

# The agencies' calendars and the partners' quarters are Belgian.
ZONE = ZoneInfo("Europe/Brussels")


def clock_from(text: str) -> datetime:
    """Parse an ISO 8601 text with an offset.

    Raises:
        ValueError: no ISO 8601 text, or one without an offset.
    """
    clock = datetime.fromisoformat(text)
    if clock.tzinfo is None:
        raise ValueError(f"clock: expected ISO 8601 with an offset; got {text!r}. Write 2026-10-15T09:00:00+02:00.")
    return clock.astimezone(UTC)


def local_date(clock: datetime) -> date:
    """Return the Belgian calendar day of a moment."""
    return clock.astimezone(ZONE).date()


def quarter_of(day: date) -> str:
    """Return the quarter of a day: 2026-Q3."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def closed_quarters(start: date, end: date, today: date) -> list[str]:
    """List the quarters of a term that have ended before today, oldest first.

    Args:
        start: first day of the term.
        end: last day of the term.
        today: the day it is asked on; its own quarter is not closed.
    """
    first, last = _index(start), min(_index(end), _index(today) - 1)
    return [f"{index // 4}-Q{index % 4 + 1}" for index in range(first, last + 1)]


def months_back(clock: datetime, years: int) -> tuple[str, str]:
    """Return January `years` years back, and the clock's month: ('2022-01', '2026-10')."""
    day = local_date(clock)
    return f"{day.year - years}-01", f"{day.year}-{day.month:02d}"


def _index(day: date) -> int:
    return day.year * 4 + (day.month - 1) // 3
