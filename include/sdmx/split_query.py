"""Halving what is asked: a range of periods, or the codes that a key lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

# Notation -> how many of its periods make a year; days and weeks are counted by the calendar.
PER_YEAR = {"": 1, "S": 2, "Q": 4, "-": 12}
_PERIOD = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<kind>[SQ]?)(?P<number>[0-9]{1,2}))?")
_WEEK = re.compile(r"[0-9]{4}-W[0-9]{2}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def halved(start: str, end: str) -> tuple[tuple[str, str], ...]:
    """A range of periods in two ranges that meet; none when it is one period, or none that can be counted.

    Args:
        start: first period in SDMX notation.
        end: last period, in the same notation.
    """
    first, last = _ordinal(start), _ordinal(end)
    if first is None or last is None or first[0] != last[0] or first[1] >= last[1]:
        return ()
    kind, middle = first[0], (first[1] + last[1]) // 2
    return (start, _written(kind, middle)), (_written(kind, middle + 1), end)


def halved_key(key: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """A key in two keys: the entry that lists most codes is divided; none when no entry lists two."""
    listed = [entry.split("+") for entry in key]
    place = max(range(len(key)), key=lambda place: len(listed[place]), default=0)
    if not key or len(listed[place]) < 2:
        return ()
    middle = len(listed[place]) // 2
    parts = ("+".join(listed[place][:middle]), "+".join(listed[place][middle:]))
    return tuple((*key[:place], part, *key[place + 1 :]) for part in parts)


def _ordinal(period: str) -> tuple[str, int] | None:
    """The notation of a period, and its number in it; None for what is no period."""
    try:
        if _DAY.fullmatch(period):
            return "D", date.fromisoformat(period).toordinal()
        if _WEEK.fullmatch(period):
            return "W", date.fromisocalendar(int(period[:4]), int(period[6:]), 1).toordinal() // 7
    except ValueError:
        return None
    found = _PERIOD.fullmatch(period)
    if found is None:
        return None
    if found["number"] is None:
        return "", int(found["year"])
    kind, number = found["kind"] or "-", int(found["number"])
    return (kind, int(found["year"]) * PER_YEAR[kind] + number - 1) if 1 <= number <= PER_YEAR[kind] else None


def _written(kind: str, ordinal: int) -> str:
    if kind == "D":
        return date.fromordinal(ordinal).isoformat()
    if kind == "W":
        # Day 1 of the calendar is a Monday, so a week's number counts from the Monday after a multiple of seven.
        year, week, _ = (date.fromordinal(ordinal * 7) + timedelta(days=1)).isocalendar()
        return f"{year}-W{week:02d}"
    if kind == "":
        return f"{ordinal:04d}"
    year, index = divmod(ordinal, PER_YEAR[kind])
    return f"{year}-{index + 1:02d}" if kind == "-" else f"{year}-{kind}{index + 1}"
