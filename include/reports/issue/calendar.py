"""Calendar of the report: which quarter is reported on when."""

from __future__ import annotations

from datetime import date, datetime

from include.periods import local_date, quarter_of

# Day of the month after a quarter on which its report appears.
REPORT_DAY = 15


def due_period(clock: datetime) -> str:
    """Return the quarter to report on: the last one whose report day has come in Belgium."""
    today = local_date(clock)
    closed = _shift_quarter(quarter_of(today), -1)
    return closed if today >= _report_day(closed) else _shift_quarter(closed, -1)


def next_report_date(period: str) -> date:
    """Return the day of the next report: after 2026-Q3 it is 15 January 2027."""
    return _report_day(_shift_quarter(period, 1))


def _report_day(period: str) -> date:
    year, quarter = map(int, _shift_quarter(period, 1).split("-Q"))
    return date(year, quarter * 3 - 2, REPORT_DAY)


def _shift_quarter(quarter: str, by: int) -> str:
    year, number = map(int, quarter.split("-Q"))
    index = year * 4 + number - 1 + by
    return f"{index // 4}-Q{index % 4 + 1}"
