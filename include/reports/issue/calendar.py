"""Which quarter is reported on when."""

from __future__ import annotations

from datetime import date, datetime

from include.periods import local_date, quarter_of

# Day of the month after a quarter on which its report appears.
REPORT_DAY = 15


def due_period(clock: datetime) -> str:
    """The quarter to report on: the last one whose report day has come, on the Belgian day of the clock."""
    today = local_date(clock)
    closed = _shifted(quarter_of(today), -1)
    return closed if today >= _report_day(closed) else _shifted(closed, -1)


def next_report_date(period: str) -> date:
    """Day on which the report after the one of this quarter appears: 2026-Q3 gives 15 January 2027."""
    return _report_day(_shifted(period, 1))


def _report_day(period: str) -> date:
    year, quarter = map(int, _shifted(period, 1).split("-Q"))
    return date(year, quarter * 3 - 2, REPORT_DAY)


def _shifted(quarter: str, by: int) -> str:
    year, number = map(int, quarter.split("-Q"))
    index = year * 4 + number - 1 + by
    return f"{index // 4}-Q{index % 4 + 1}"
