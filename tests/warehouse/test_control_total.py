"""Headline figures beside our own sums: the same months, the same concept, or nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import psycopg
import pytest

MONTHS = [f"2025-{month:02d}" for month in range(1, 13)]


def shown(conn: psycopg.Connection, columns: str = "computed_eur, difference_share") -> list[tuple[Any, ...]]:
    return conn.execute(f"select {columns} from mart.control_total order by indicator_code, period").fetchall()


@pytest.fixture
def trade(given):
    """Twelve months of 2025: exports of 100 a month to Germany and 25 to the United States, imports of 90."""
    given.reference("country", "product_domain")
    for month in MONTHS:
        given.trade("DE", month, 100)
        given.trade("US", month, 25)
        given.trade("DE", month, 90, flow="I")
    return given


def test_a_year_is_the_sum_of_its_twelve_months_over_all_markets(trade) -> None:
    trade.headline("exports", "2025", 1200)
    assert shown(trade.conn) == [(1500, Decimal("0.25"))]


def test_each_indicator_is_its_own_part_of_the_statistics(trade) -> None:
    for indicator in ("exports", "imports", "exports_to_us"):
        trade.headline(indicator, "2025", 1)
    assert shown(trade.conn, "indicator_code, computed_eur") == [
        ("exports", 1500), ("exports_to_us", 300), ("imports", 1080),
    ]  # fmt: skip


def test_a_quarter_is_the_sum_of_its_three_months(trade) -> None:
    trade.headline("exports", "2025-Q2", 375)
    assert shown(trade.conn) == [(375, 0)]


def test_with_a_month_missing_there_is_no_sum(trade) -> None:
    trade.headline("exports", "2026", 1500)
    trade.trade("DE", "2026-01", 1500)
    assert shown(trade.conn) == [(None, None)]


def test_the_national_concept_is_left_out(trade) -> None:
    trade.trade("DE", "2025-01", 5000, concept="NAT")
    trade.headline("exports", "2025", 1500)
    assert shown(trade.conn) == [(1500, 0)]


def test_an_earlier_statement_is_shown_as_of_its_time(trade) -> None:
    trade.headline("exports", "2025", 1400, known_from="2026-03-15", known_to="2027-03-15")
    trade.headline("exports", "2025", 1450, known_from="2027-03-15")
    trade.as_of("2026-04-01")
    assert shown(trade.conn, "stated_eur") == [(1400,)]
    trade.as_of("2027-04-01")
    assert shown(trade.conn, "stated_eur") == [(1450,)]


def test_the_sample_worlds_statistics_are_what_was_stated(loader, only_months) -> None:
    """Vintage by vintage: the day's statement and the day's statistics agree within rounding."""
    loader.reference()
    only_months("2022-01")
    for day in ("2024-03-15", "2025-03-14"):
        loader("nbb_goods_trade", f"{day}T09:00:00+01:00")
        loader("fit_headline", f"{day}T09:00:00+01:00")
        with psycopg.connect(loader.dsn) as conn:
            conn.execute("select set_config('warehouse.as_of', %s, false)", (f"{day} 10:00+01",))
            found = shown(conn, "indicator_code, period, difference_share")
        assert {row[:2] for row in found if row[2] is not None} >= {("exports", "2023"), ("imports", "2023")}
        assert [row for row in found if row[2] is not None and abs(row[2]) > Decimal("0.001")] == []
