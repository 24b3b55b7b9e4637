"""Periods are Belgian and written as in SDMX."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include import periods

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31))


@pytest.mark.parametrize(
    ("text", "hour"),
    [("2026-10-15T09:00:00+02:00", 7), ("2026-10-15T07:00:00Z", 7), ("2026-10-15T07:00:00+00:00", 7)],
)
def test_a_clock_is_a_moment_whatever_its_offset(text: str, hour: int) -> None:
    assert periods.clock_from(text) == datetime(2026, 10, 15, hour, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-10-15T09:00:00", "2026-10-15"])
def test_a_clock_without_an_offset_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="with an offset"):
        periods.clock_from(text)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-09-30T21:59:59+00:00", date(2026, 9, 30)),
        ("2026-09-30T22:00:00+00:00", date(2026, 10, 1)),  # midnight in Brussels, summer
        ("2025-12-31T22:59:59+00:00", date(2025, 12, 31)),
        ("2025-12-31T23:00:00+00:00", date(2026, 1, 1)),  # midnight in Brussels, winter
    ],
)
def test_the_day_is_that_of_brussels(moment: str, day: date) -> None:
    assert periods.local_date(datetime.fromisoformat(moment)) == day


@pytest.mark.parametrize(
    ("day", "quarter"),
    [(date(2026, 1, 1), "2026-Q1"), (date(2026, 3, 31), "2026-Q1"), (date(2026, 4, 1), "2026-Q2"),
     (date(2026, 12, 31), "2026-Q4")],
)  # fmt: skip
def test_the_quarter_of_a_day(day: date, quarter: str) -> None:
    assert periods.quarter_of(day) == quarter


TERM = date(2022, 1, 1), date(2026, 12, 31)


def test_the_quarter_that_runs_is_not_closed() -> None:
    assert periods.closed_quarters(*TERM, date(2022, 9, 30)) == ["2022-Q1", "2022-Q2"]
    assert periods.closed_quarters(*TERM, date(2022, 10, 1)) == ["2022-Q1", "2022-Q2", "2022-Q3"]


def test_before_the_term_nothing_is_due_and_after_it_no_more_than_the_term() -> None:
    assert periods.closed_quarters(*TERM, date(2022, 3, 31)) == []
    assert periods.closed_quarters(*TERM, date(2019, 1, 1)) == []
    assert len(periods.closed_quarters(*TERM, date(2040, 1, 1))) == 20


@given(DAYS, DAYS, DAYS)
def test_closed_quarters_have_no_gap_and_end_before_today(start: date, end: date, today: date) -> None:
    found = periods.closed_quarters(start, end, today)
    assert found == sorted(set(found))
    if found:
        assert found[0] == periods.quarter_of(start)
        assert found[-1] < periods.quarter_of(today)
        assert found[-1] <= periods.quarter_of(end)


def test_the_slice_starts_in_january_and_ends_in_the_clocks_month() -> None:
    clock = periods.clock_from("2026-10-15T09:00:00+02:00")
    assert periods.months_back(clock, 4) == ("2022-01", "2026-10")
    assert periods.months_back(periods.clock_from("2025-12-31T23:30:00+00:00"), 0) == ("2026-01", "2026-01")
