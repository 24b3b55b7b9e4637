"""Goods trade: what adds up, what is left out, and what was known when."""

from decimal import Decimal

TODAY = "2026-10-15 09:00+02"


def exports(conn):
    return conn.execute(
        "select period, value from mart.kpi_value where kpi_code = 'exports_eur' order by period"
    ).fetchall()


def test_world_and_country_groups_are_never_added_to_countries(conn, given):
    given.reference("country")
    for country, value in (("A1", 300), ("D0", 200), ("EU", 200), ("DE", 120), ("XS", 80)):
        given.trade(country, "2026-07", value)
    assert exports(conn) == [("2026-07", 200)]


def test_the_source_s_own_country_code_is_read_as_iso(conn, given):
    given.reference("country")
    given.trade("XS", "2026-07", 80)
    assert conn.execute("select country_code, country_name_nl, is_eu from mart.goods_trade").fetchall() == [
        ("RS", "Servië", False)
    ]


def test_a_country_that_the_reference_does_not_know_still_counts(conn, given):
    given.reference("country")
    given.trade("ZZ", "2026-07", 5)
    assert conn.execute("select country_code, country_name_en, value_eur from mart.goods_trade").fetchall() == [
        ("ZZ", "ZZ", 5)
    ]


def test_a_chapter_or_total_is_not_added_to_the_sections(conn, given):
    given.trade("DE", "2026-07", 100, section="VI")
    given.trade("DE", "2026-07", 60, section="30")
    given.trade("DE", "2026-07", 100, section="TOTAL")
    assert exports(conn) == [("2026-07", 100)]


def test_imports_and_the_national_concept_are_not_exports(conn, given):
    given.trade("DE", "2026-07", 100)
    given.trade("DE", "2026-07", 70, flow="I")
    given.trade("DE", "2026-07", 90, concept="NAT")
    assert exports(conn) == [("2026-07", 100)]


def test_an_embargoed_value_is_invisible_until_its_moment(conn, given):
    given.trade("DE", "2026-07", 100, embargo_until="2026-10-15 11:00+02")
    given.as_of("2026-10-15 10:59+02")
    assert exports(conn) == []
    given.as_of("2026-10-15 11:00+02")
    assert exports(conn) == [("2026-07", 100)]


def test_a_past_moment_answers_with_what_was_known_then(conn, given):
    given.trade("DE", "2023-12", 430, known_from="2024-03-15 09:00+01", known_to="2025-03-14 09:00+01")
    given.trade("DE", "2023-12", 434, known_from="2025-03-14 09:00+01")
    answers = []
    for moment in ("2024-03-15 08:59+01", "2024-03-15 09:00+01", "2025-03-14 08:59+01", "2025-03-14 09:00+01"):
        given.as_of(moment)
        answers.append(exports(conn))
    assert answers == [[], [("2023-12", 430)], [("2023-12", 430)], [("2023-12", 434)]]


def test_one_provisional_value_makes_the_sum_provisional(conn, given):
    given.trade("DE", "2026-07", 100)
    given.trade("FR", "2026-07", 50, status_code="P")
    given.trade("FR", "2026-06", 50)
    assert conn.execute(
        "select period, is_provisional from mart.kpi_value where kpi_code = 'exports_eur' order by 1"
    ).fetchall() == [
        ("2026-06", False),
        ("2026-07", True),
    ]


def test_the_domains_add_up_to_total_exports(conn, given):
    given.reference("product_domain")
    for section in ("I", "V", "VI", "XIV", "XVIII"):
        given.trade("DE", "2026-07", 100, section=section)
    rows = dict(conn.execute("select core_domain_code, value_eur from mart.goods_export_domain").fetchall())
    assert rows == {
        "food": 100, "life-sciences": 115, "sustainable-materials": 55, "engineering-technology": 40, "unassigned": 190
    }  # fmt: skip


def test_a_section_without_a_domain_is_unassigned_and_no_core_domain(conn, given):
    given.product("I", "food")
    given.trade("DE", "2026-07", 100, section="I")
    given.trade("DE", "2026-07", 30, section="II")
    assert conn.execute("select core_domain_code, value_eur from mart.goods_export_domain order by 1").fetchall() == [
        ("food", 100),
        ("unassigned", 30),
    ]
    assert conn.execute("select value from mart.kpi_value where kpi_code = 'exports_core_domains_eur'").fetchall() == [
        (100,)
    ]


def test_spread_is_the_number_of_equal_markets_over_twelve_months(conn, given):
    for month in range(1, 13):
        for country in ("DE", "FR", "NL", "GB"):
            given.trade(country, f"2025-{month:02d}", 25)
    assert conn.execute(
        "select period, round(value, 6) from mart.kpi_value where kpi_code = 'market_spread'"
    ).fetchall() == [("2025-12", 4)]


def test_spread_of_one_market_is_one_and_of_unequal_markets_lies_between(conn, given):
    for month in range(1, 13):
        given.trade("DE", f"2025-{month:02d}", 3)
        given.trade("FR", f"2025-{month:02d}", 1)
    row = conn.execute("select value from mart.kpi_value where kpi_code = 'market_spread'").fetchone()
    assert round(row[0], 6) == Decimal("1.6")


def test_spread_looks_back_over_twelve_months_the_first_included_and_no_further(conn, given):
    for month in range(1, 13):
        given.trade("DE", f"2025-{month:02d}", 1)
    given.trade("FR", "2025-01", 12)
    given.trade("DE", "2026-01", 1)
    assert conn.execute(
        "select period, round(value, 6) from mart.kpi_value where kpi_code = 'market_spread' order by 1"
    ).fetchall() == [
        ("2025-12", 2),
        ("2026-01", 1),
    ]


def test_spread_has_no_figure_while_a_month_of_the_twelve_is_missing(conn, given):
    for month in range(1, 13):
        if month != 6:
            given.trade("DE", f"2025-{month:02d}", 3)
            given.trade("DE", f"2024-{month:02d}", 3)
    assert conn.execute("select period from mart.kpi_value where kpi_code = 'market_spread'").fetchall() == []


def test_a_changed_value_is_a_revision_whatever_its_status_says(conn, given):
    steps = [(430, "A", "2024-03-15"), (434, "A", "2025-03-14"), (433, "A", "2026-03-16")]
    for (value, status, day), until in zip(steps, ["2025-03-14", "2026-03-16", "infinity"], strict=True):
        given.trade("DE", "2023-12", value, status_code=status, known_from=day, known_to=until)
    assert conn.execute(
        "select period, first_value, latest_value, version_count, change_eur from mart.revision"
    ).fetchall() == [("2023-12", 430, 433, 3, 3)]
    given.as_of("2025-06-01")
    assert conn.execute("select latest_value, version_count from mart.revision").fetchall() == [(434, 2)]


def test_a_changed_status_alone_is_no_revision(conn, given):
    given.trade("DE", "2026-07", 100, status_code="P", known_from="2026-08-01", known_to="2026-09-01")
    given.trade("DE", "2026-07", 100, known_from="2026-09-01")
    assert conn.execute("select * from mart.revision").fetchall() == []


def test_a_revision_of_a_count_has_no_change_in_euros(conn, given):
    given.fdi_annual(2021, "jobs", 6233, known_from="2022-01-18", known_to="2024-01-22")
    given.fdi_annual(2021, "jobs", 6247, known_from="2024-01-22")
    assert conn.execute("select first_value, latest_value, change_eur from mart.revision").fetchall() == [
        (6233, 6247, None)
    ]
    assert conn.execute("select year, indicator_code, value from mart.fdi_annual").fetchall() == [(2021, "jobs", 6247)]
