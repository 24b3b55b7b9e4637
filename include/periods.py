"""Clocks, as-of moments and SDMX periods: which quarter has closed, which months to ask for."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

# The agencies' calendars and the partners' quarters are Belgian.
ZONE = ZoneInfo("Europe/Brussels")
# Nobody asks about other years; a typing error does.
YEARS = range(2000, 2100)


def clock_from(text: str) -> datetime:
    """Parse an ISO 8601 text with an offset.

    Raises:
        ValueError: no ISO 8601 text, or one without an offset.
    """
    clock = datetime.fromisoformat(text)
    if clock.tzinfo is None:
        raise ValueError(f"clock: expected ISO 8601 with an offset; got {text!r}. Write 2026-10-15T09:00:00+02:00.")
    return clock.astimezone(UTC)


def parse_as_of(text: str) -> datetime:
    """Parse an as-of moment; a bare day is its last moment in Belgium.

    Raises:
        ValueError: no ISO 8601 text with an offset, or a year outside YEARS.
    """
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            moment = datetime.combine(date.fromisoformat(text), time.max, ZONE)
        else:
            # An address writes a plus sign as a space.
            moment = clock_from(re.sub(r" (\d\d:?\d\d)$", r"+\1", text))
        if moment.year in YEARS:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(
        f"as_of: expected ISO 8601 with an offset or a day, from {YEARS[0]} to {YEARS[-1]}; got {text!r}. "
        "Write 2026-10-15T09:00:00+02:00."
    )


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
