"""Goods trade by country, section, flow and month, as each publication had it.

Values are EUR thousand.

Each total of the control table is allotted to countries, then to sections and months, so that all cells add up to it
exactly. Values move between publications as in reality: the last twelve months are unsettled, and a year
whose total was revised has some of its cells revised, all without any flag.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from sandbox.sources.allotment import allot, dice
from sandbox.sources.figures import TRADE_TOTALS, TRADE_VINTAGES, TradeTotal
from sandbox.sources.trade_shape import (
    COUNTRIES,
    EU_COUNTRIES,
    EUROPEAN_UNION,
    FLOWS,
    SECTION_YEARS,
    SECTIONS,
    WORLD,
    country_shares,
    month_weight,
    sections_of,
)

FIRST_YEAR = 2016
THOUSAND_PER_MILLION = 1000
SeriesKey = tuple[str, str, str]  # country, section, flow
Cell = tuple[str, int]  # section, month number


def month_number(period: str) -> int:
    """Count the months since January 2016: '2016-01' is 0."""
    year, month = period.split("-")
    return (int(year) - FIRST_YEAR) * 12 + int(month) - 1


def month_name(number: int) -> str:
    """Name the month of a number: 0 is '2016-01'."""
    return f"{FIRST_YEAR + number // 12}-{number % 12 + 1:02d}"


@cache
def build_vintage(day: str) -> dict[SeriesKey, list[int]]:
    """Build all series of a publication, with aggregates, in the order of their keys.

    Values are EUR thousand, by month number.
    """
    months = month_number(TRADE_VINTAGES[day]) + 1
    series = {
        (country, section, flow): [0] * months
        for country in COUNTRIES
        for section in SECTIONS
        for flow in FLOWS
        if section in sections_of(flow, country)
    }
    for history in _histories(day):
        for country in COUNTRIES:
            for (section, month), value in _cells(history, country, day).items():
                series[country, section, history[0].flow][month] = value
    return dict(sorted((series | _aggregates(series)).items()))


def _histories(day: str) -> Iterator[tuple[TradeTotal, ...]]:
    """Give each stretch of months' first total and, if revised by this day, the newest."""
    stretches: dict[tuple[str, str], list[TradeTotal]] = {}
    for total in TRADE_TOTALS:
        if total.known_from <= day:
            stretches.setdefault((total.flow, total.first_month), []).append(total)
    for totals in stretches.values():
        yield (totals[0], totals[-1]) if len(totals) > 1 else (totals[0],)


def _cells(history: tuple[TradeTotal, ...], country: str, day: str) -> dict[Cell, int]:
    """Compute the values of a country in a stretch of months, as published on a day."""
    cells = dict(_first_values(history[0], country))
    if len(history) > 1:
        for cell, change in _revision(history[0], history[1], country).items():
            cells[cell] += change
    unsettled_from = month_number(TRADE_VINTAGES[day]) - 11
    if month_number(history[0].last_month) >= unsettled_from:
        _unsettle(cells, unsettled_from, ("unsettled", day, history[0].flow, country, history[0].first_month))
    return cells


def _weights(total: TradeTotal, country: str) -> dict[Cell, int]:
    months = range(month_number(total.first_month), month_number(total.last_month) + 1)
    year = FIRST_YEAR + months[0] // 12
    carried = [month_weight(year, month % 12 + 1) for month in months]
    weights: dict[Cell, int] = {}
    for section, weight in sections_of(total.flow, country).items():
        roll = dice("noise", total.flow, country, section, total.first_month)
        of_year = weight * SECTION_YEARS.get((section, year), 100)
        for month, carries in zip(months, carried, strict=True):
            weights[section, month] = of_year * carries * roll(85, 115)
    return weights


@cache
def _of_country(total: TradeTotal) -> dict[str, int]:
    """Divide a total by country, in EUR thousand."""
    shares = country_shares(total.flow, int(total.first_month[:4]))
    return dict(zip(shares, allot(total.million_eur * THOUSAND_PER_MILLION, list(shares.values())), strict=True))


@cache
def _first_values(total: TradeTotal, country: str) -> dict[Cell, int]:
    weights = _weights(total, country)
    return dict(zip(weights, allot(_of_country(total)[country], list(weights.values())), strict=True))


@cache
def _revision(first: TradeTotal, latest: TradeTotal, country: str) -> dict[Cell, int]:
    """Compute the changes that a revised total makes: in some four of ten cells of each country."""
    roll = dice("revised", first.flow, country, first.first_month)
    weights = {cell: weight for cell, weight in _weights(first, country).items() if roll(1, 10) <= 4}
    change = _of_country(latest)[country] - _of_country(first)[country]
    return dict(zip(weights, allot(change, list(weights.values())), strict=True))


def _unsettle(cells: dict[Cell, int], since: int, words: tuple[str, ...]) -> None:
    """Move small amounts between cells, the total unchanged, as in provisional figures."""
    roll = dice(*words)
    picked = [cell for cell in cells if cell[1] >= since and roll(1, 10) <= 4]
    for giver, taker in zip(picked[::2], picked[1::2], strict=False):
        moved = min(cells[giver], cells[taker]) * roll(1, 25) // 1000
        cells[giver] -= moved
        cells[taker] += moved


def _aggregates(series: dict[SeriesKey, list[int]]) -> dict[SeriesKey, list[int]]:
    sums: dict[SeriesKey, list[int]] = {}
    for (country, section, flow), values in series.items():
        for group in (WORLD, EUROPEAN_UNION) if country in EU_COUNTRIES else (WORLD,):
            so_far = sums.get((group, section, flow))
            sums[group, section, flow] = (
                [a + b for a, b in zip(so_far, values, strict=True)] if so_far else list(values)
            )
    return sums
