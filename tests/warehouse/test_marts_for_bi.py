"""The tables for drawing programs: trade, each step of a revision, and what came of a batch."""

from __future__ import annotations

from decimal import Decimal

import pytest


def trade(conn, *names: str, where: str = "true"):
    return conn.execute(f"select {', '.join(names)} from mart.trade where {where} order by 1, 2, 3").fetchall()


def test_trade_compares_with_the_same_month_of_last_year_and_not_with_another(given):
    given.product("VI", "food")
    for period, value in (("2025-06", 80), ("2025-07", 100), ("2026-07", 103), ("2026-08", 50)):
        given.trade("DE", period, value)
    assert trade(given.conn, "period", "last_year_eur", "last_year_change_share") == [
        ("2025-06", None, None),
        ("2025-07", None, None),
        ("2026-07", 100, Decimal("0.03")),
        ("2026-08", None, None),
    ]


def test_twelve_months_need_all_twelve_and_a_market_without_trade_in_one_of_them_does_not(given):
    given.product("VI", "food")
    for month in range(1, 13):
        given.trade("DE", f"2025-{month:02d}", 10)
    given.trade("FR", "2025-12", 7)
    given.trade("DE", "2026-01", 110)
    found = trade(given.conn, "country_code", "period", "twelve_months_eur", where="period >= '2025-11'")
    assert found == [
        ("DE", "2025-11", None),
        ("DE", "2025-12", 120),
        ("DE", "2026-01", 220),
        ("FR", "2025-12", 7),
    ]


def test_trade_divides_a_product_over_its_domains_and_the_shares_add_up_to_the_flow(given):
    given.reference("product_domain", "core_domain")
    for country, section, value in (("DE", "VI", 100), ("FR", "XVIII", 60), ("FR", "V", 40)):
        given.trade(country, "2026-07", value, section=section)
    given.trade("DE", "2026-07", 50, flow="I")
    by_flow = "select flow_code, sum(value_eur), sum(total_share) from mart.trade group by 1 order by 1"
    assert given.conn.execute(by_flow).fetchall() == [("I", 50, 1), ("X", 200, 1)]
    by_domain = "select core_domain_code, sum(value_eur) from mart.trade where flow_code = 'X' group by 1 order by 1"
    assert (
        given.conn.execute(by_domain).fetchall()
        == given.conn.execute("select core_domain_code, value_eur from mart.goods_export_domain order by 1").fetchall()
    )


def test_the_national_concept_is_not_in_trade(given):
    given.trade("DE", "2026-07", 100)
    given.trade("DE", "2026-07", 90, concept="NAT")
    assert trade(given.conn, "value_eur", "core_domain_code", "period") == [(100, "unassigned", "2026-07")]


def test_the_triangle_has_each_value_with_the_age_of_its_period(given):
    steps = [(430, "A", "2024-03-15"), (430, "P", "2024-06-01"), (434, "A", "2025-03-14"), (433, "A", "2026-03-16")]
    ends = [day for _, _, day in steps[1:]] + ["infinity"]
    for (value, status, day), until in zip(steps, ends, strict=True):
        given.trade("DE", "2023-12", value, status_code=status, known_from=day, known_to=until)
    given.trade("DE", "2024-01", 5, known_from="2024-03-15")
    question = """select period, vintage_number, vintages_count, value, step, change_since_first, age_days, is_latest
        from mart.revision_triangle order by 1, 2"""
    assert given.conn.execute(question).fetchall() == [
        ("2023-12", 1, 3, 430, None, 0, 75, False),
        ("2023-12", 2, 3, 434, 4, 4, 439, False),
        ("2023-12", 3, 3, 433, -1, 3, 806, True),
        ("2024-01", 1, 1, 5, None, 0, 44, True),
    ]
    given.as_of("2025-06-01")
    assert [row[3] for row in given.conn.execute(question) if row[7]] == [434, 5]


@pytest.mark.parametrize(("state", "accepted", "quarantined"), [("loaded", 8, 0), ("quarantined", None, 8)])
def test_quality_tells_what_of_a_batch_is_in_the_warehouse(given, state, accepted, quarantined):
    batch = given.batch("fit_headline", "2026-10-01", state)
    given.conn.execute(
        """update ops.batch set read_row_count = 10, accepted_row_count = 8, rejected_row_count = 2
        where batch_id = %s""",
        (batch,),
    )
    for name, severity, is_success in (("a", "critical", True), ("b", "warning", False), ("c", "critical", False)):
        given.conn.execute(
            """insert into ops.check_result (batch_id, expectation, severity, is_success, checked_at)
            values (%s, %s, %s, %s, now())""",
            (batch, name, severity, is_success),
        )
    assert given.conn.execute(
        """select source_code, checks_passed_count, checks_warned_count, checks_failed_count, rows_accepted_count,
            rows_rejected_count, rows_quarantined_count, rejected_share from mart.data_quality"""
    ).fetchall() == [("fit_headline", 1, 1, 1, accepted, 2, quarantined, Decimal("0.2"))]
