"""Countries and products: what a code means depends on the day, and what is not known is named and never lost."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from include.errors import CheckFailed
from include.load import great_expectations
from include.sources import expectations

MONTHS = ("2006-12", "2007-01", "2019-06", "2020-01", "2020-02")
# Codes as NBB writes them, and some that nobody knows.
COUNTRIES = ("DE", "GB", "XS", "GR", "XC", "ZZ", "R2", "QQ")
SECTIONS = ("I", "V", "VI", "XVIII", "XXI", "XXV")


def domains(conn: psycopg.Connection) -> dict[str, Decimal]:
    return dict(conn.execute("select core_domain_code, value_eur from mart.goods_export_domain").fetchall())


def unknown(conn: psycopg.Connection) -> list[tuple[object, ...]]:
    return conn.execute(
        """select classification_code, code, rows_count, value_eur, first_period, last_period
        from mart.classification_gap order by 1, 2"""
    ).fetchall()


def test_membership_of_the_union_is_that_of_the_month_beside_a_list_that_never_changes(conn, given):
    given.reference("country")
    for country, period in (("GB", "2019-06"), ("GB", "2020-01"), ("GB", "2020-02"), ("HR", "2013-06"),
                            ("HR", "2013-07"), ("XS", "2019-06")):  # fmt: skip
        given.trade(country, period, 10)
    rows = conn.execute(
        "select country_code, period, is_eu, is_eu_member_then from mart.goods_trade order by 1, 2"
    ).fetchall()
    assert rows == [
        ("GB", "2019-06", False, True), ("GB", "2020-01", False, True), ("GB", "2020-02", False, False),
        ("HR", "2013-06", True, False), ("HR", "2013-07", True, True), ("RS", "2019-06", False, False),
    ]  # fmt: skip


def test_the_union_had_as_many_members_as_it_had(conn, given, subtests):
    for day, members in [
        ("1958-01-01", 6),
        ("1994-12-31", 12),
        ("2012-12-31", 27),
        ("2019-12-31", 28),
        ("2026-01-01", 27),
    ]:
        with subtests.test(day=day, members=members), conn.transaction(force_rollback=True):
            given.reference("country")
            assert conn.execute(
                """select count(*) filter (where group_code = 'EU'), count(*) filter (where group_code = 'EU27_2020'),
                    count(*) filter (where group_code = 'EU28')
                from core.country_group_member where %s between valid_from and valid_to""",
                (day,),
            ).fetchone() == (members, 27, 28)


def test_a_source_s_code_means_a_country_on_its_days(conn, given, subtests):
    for system, code, day, country in [
        ("NBB", "GR", "2026-01-01", "GR"),
        ("EUROSTAT", "EL", "2026-01-01", "GR"),
        ("NBB", "GB", "2026-01-01", "GB"),
        ("EUROSTAT", "UK", "2026-01-01", "GB"),
        ("NBB", "XS", "2026-01-01", "RS"),
        ("ISO2", "RS", "2026-01-01", "RS"),
        ("NBB", "XK", "2026-01-01", "XK"),
        ("OECD", "XKV", "2026-01-01", "XK"),
        ("NBB", "XC", "2026-01-01", "XC"),
        ("NBB", "XL", "2026-01-01", "XL"),
        ("M49", "056", "2026-01-01", "BE"),
        ("ISO3", "BEL", "2026-01-01", "BE"),
        ("COMTRADE", "58", "1998-12-31", "BE"),
        ("COMTRADE", "58", "1999-01-01", None),
        ("COMTRADE", "56", "1998-12-31", None),
        ("COMTRADE", "56", "1999-01-01", "BE"),
        ("NBB_AREA", "V3", "2026-01-01", "EU27_2020"),
    ]:
        with subtests.test(system=system, code=code, day=day, country=country), conn.transaction(force_rollback=True):
            given.reference("country")
            found = conn.execute(
                """select country_code from mart.country_meaning
                where code_system = %s and code = %s and %s between valid_from and valid_to""",
                (system, code, day),
            ).fetchall()
            assert found == ([(country,)] if country else [])


def test_a_code_stands_for_itself_on_the_days_on_which_it_means_nothing(conn, given):
    given.row("country", country_code="DE", name_nl="Duitsland", name_en="Germany", is_aggregate=False)
    given.country("DD", "DE", "1949-10-07", "1990-10-02")
    given.country("DD", "XY", "2007-01-01", "2007-12-31")
    for period in ("1949-10", "1990-10", "1990-11", "2006-12", "2007-01", "2008-01"):
        given.trade("DD", period, 1)
    rows = conn.execute("select period, country_code, country_name_en from mart.goods_trade order by 1").fetchall()
    assert rows == [
        ("1949-10", "DD", "DD"), ("1990-10", "DE", "Germany"), ("1990-11", "DD", "DD"), ("2006-12", "DD", "DD"),
        ("2007-01", "XY", "XY"), ("2008-01", "DD", "DD"),
    ]  # fmt: skip
    assert ("country", "DD", 4, 4, "1949-10", "2008-01") in unknown(conn)


def decided(conn: psycopg.Connection, day: str) -> dict[str, str]:
    """Product -> the code of the bridge that decides on a day; there is one, for one core domain or several."""
    rows = conn.execute(
        "select product_code, rule_code from mart.product_rule where %s between valid_from and valid_to", (day,)
    ).fetchall()
    assert len(set(rows)) == len(dict(rows))
    return dict(rows)


def test_the_longest_code_that_a_product_begins_with_decides(conn, given):
    """Headings over chapters; what stands under neither is in none. Sections are no beginnings of one another."""
    given.reference("product_domain")
    asked = ["2937", "29371100", "2901", "29", "2999", "30021200", "9018", "9031", "27", "71", "77", "I", "V", "VI",
             "9009", "3827"]  # fmt: skip
    for product in asked:
        given.trade("DE", "2026-07", 1, section=product)
    same = ["2937", "2901", "29", "9018", "9031", "27", "71", "I", "V", "VI"]
    always = dict(zip(same, same, strict=True)) | {"29371100": "2937", "2999": "29", "30021200": "30"}
    assert decided(conn, "2006-12-31") == always | {"9009": "9009", "3827": "38"}
    assert decided(conn, "2026-07-01") == always | {"9009": "90", "3827": "3827"}


def test_a_shorter_code_decides_on_the_days_that_a_longer_one_leaves(conn, given):
    given.trade("DE", "2026-07", 1, section="2937")
    given.product("29", "life-sciences", valid_from="2010-01-01", valid_to="2024-12-31")
    given.product("2937", "food", valid_from="2015-01-01", valid_to="2019-12-31")
    given.product("293", "sustainable-materials", valid_from="2018-01-01", valid_to="2020-12-31")
    rows = conn.execute(
        "select rule_code, valid_from::text, valid_to::text from mart.product_rule order by valid_from"
    ).fetchall()
    assert rows == [
        ("29", "2010-01-01", "2014-12-31"), ("2937", "2015-01-01", "2019-12-31"),
        ("293", "2020-01-01", "2020-12-31"), ("29", "2021-01-01", "2024-12-31"),
    ]  # fmt: skip


def test_the_bridge_of_the_month_decides_and_its_days_are_its_own(conn, given):
    given.product("I", "food", valid_to="2021-12-31")
    given.product("I", "life-sciences", valid_from="2022-01-01", weight_share=0.25)
    given.product("I", "unassigned", valid_from="2022-01-01", weight_share=0.75, is_energy=True)
    given.trade("DE", "2021-12", 100, section="I")
    given.trade("DE", "2022-01", 100, section="I")
    assert conn.execute(
        "select period, core_domain_code, value_eur, energy_eur from mart.goods_export_domain order by 1, 2"
    ).fetchall() == [
        ("2021-12", "food", 100, 0), ("2022-01", "life-sciences", 25, 0), ("2022-01", "unassigned", 75, 75),
    ]  # fmt: skip


def test_chapters_tell_domains_apart_and_still_add_up_to_the_sections(conn, given):
    """Section VI of 100 with pharmaceuticals of 60 and plastics' chemicals of 30: the confidential 10 has no domain."""
    given.reference("country", "product_domain")
    for section, value in (("VI", 100), ("30", 60), ("28", 30), ("V", 50), ("27", 50)):
        given.trade("A1", "2026-07", value, section=section, part="Part_V_to_X")
    given.trade("DE", "2026-07", 44, section="30", part="Part_V_to_X")
    rows = conn.execute(
        "select core_domain_code, value_eur, energy_eur from mart.goods_export_domain_chapter order by 1"
    ).fetchall()
    assert rows == [("life-sciences", 60, 0), ("sustainable-materials", 30, 0), ("unassigned", 60, 50)]


def test_what_has_no_domain_is_a_figure_of_its_own(conn, given):
    given.product("I", "food")
    given.product("XXI", "unassigned")
    for section, value in (("I", 60), ("XXI", 30), ("XXV", 10)):
        given.trade("DE", "2026-07", value, section=section)
    assert domains(conn) == {"food": 60, "unassigned": 40}
    assert conn.execute("select period, value from mart.kpi_value where kpi_code = 'unassigned_share'").fetchall() == [
        ("2026-07", Decimal("0.4"))
    ]


def test_unknown_codes_are_named_with_what_they_touch(conn, given):
    given.reference("country", "product_domain")
    assert unknown(conn) == []
    given.trade("DE", "2026-07", 100)
    given.trade("A1", "2026-07", 100)
    assert unknown(conn) == []
    given.trade("ZZ", "2026-06", 5)
    given.trade("ZZ", "2026-07", 7)
    given.trade("DE", "2026-07", 9, section="XXV")
    assert unknown(conn) == [
        ("country", "ZZ", 2, 12, "2026-06", "2026-07"), ("product", "XXV", 1, 9, "2026-07", "2026-07"),
    ]  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@drawn(
    cells=st.dictionaries(
        st.tuples(st.sampled_from(COUNTRIES), st.sampled_from(SECTIONS), st.sampled_from(MONTHS)),
        st.integers(0, 10**9),
        min_size=1,
        max_size=12,
    )
)
def test_no_figure_is_lost_whatever_the_classifications_know(conn, given, cells):
    """Totals of countries and of domains equal the plain sum of what the source published, unknown codes included."""
    conn.execute("truncate core.series, core.observation, core.country, core.country_code, core.product_domain")
    given.reference("country", "product_domain")
    for (country, section, period), value in cells.items():
        given.trade(country, period, value, section=section)
    total = sum(cells.values())
    by_country = conn.execute("select sum(value_eur) from mart.goods_trade").fetchone()
    by_domain = conn.execute("select sum(value_eur), min(value_eur) from mart.goods_export_domain").fetchone()
    assert by_country == (total,)
    assert by_domain[0] == total
    assert by_domain[1] >= 0
    conn.execute("truncate core.country_group_member")


def test_weights_of_every_product_add_up_to_one_on_every_day_and_countries_never_overlap(conn, given):
    given.reference("country", "product_domain")
    days = {
        day
        for (day,) in conn.execute(
            "select valid_from from core.product_domain union select valid_to from core.product_domain"
        )
    }
    days |= {day + timedelta(days=1) for day in days if day < date(9999, 12, 31)}
    for day in days:
        assert conn.execute(
            """select product_code from core.product_domain where %s between valid_from and valid_to
            group by 1 having sum(weight_share) <> 1""",
            (day,),
        ).fetchall() == []  # fmt: skip
    assert conn.execute(
        """select a.code_system, a.code from core.country_code as a
        join core.country_code as b using (code_system, code)
        where a.ctid <> b.ctid and a.valid_from <= b.valid_to and b.valid_from <= a.valid_to"""
    ).fetchall() == []  # fmt: skip


def loaded(loader, monkeypatch, tmp_path, table: str, *lines: str) -> dict[str, int]:
    """Load a reference table of these lines below its header."""
    from include.sources.source import Endpoint
    from tests.conftest import ROOT

    header = (ROOT / "include" / "sources" / "reference" / f"{table}.csv").read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / f"{table}.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    monkeypatch.setattr(type(loader), "endpoint", lambda *_: Endpoint(host=tmp_path.as_uri()))
    return loader(f"reference_{table}", "2026-10-15T09:00:00+02:00")


@pytest.mark.parametrize(
    ("table", "lines", "said"),
    [
        ("country_code", ["NBB,DD,DE,1949-10-07,1990-10-02", "NBB,DD,XY,1990-10-02,9999-12-31"], "one country"),
        ("country_code", ["NBB,DD,DE,1990-10-02,1949-10-07"], "one country at a time"),
        ("country_code", ["NBB,RS,RS,1900-01-01,9999-12-31", "NBB,XS,RS,2006-06-05,9999-12-31"], "would show twice"),
        ("country_group_member", ["EU,GB,1973-01-01,2020-01-31", "EU,GB,2020-01-31,9999-12-31"], "once at a time"),
        (
            "product_domain",
            ["30,food,0.5,x,illustrative,false,1900-01-01,9999-12-31"],
            "add up to 1",
        ),
        (
            "product_domain",
            ["30,food,1,x,illustrative,false,1900-01-01,2021-12-31",
             "30,food,0.9,x,illustrative,false,2022-01-01,9999-12-31"],
            "add up to 1",
        ),
        (
            "product_domain",
            ["30,food,1,x,illustrative,false,1900-01-01,2021-12-31",
             "30,food,1,x,illustrative,false,2021-06-01,9999-12-31"],
            "does not overlap",
        ),
        ("product_domain", ["3x,food,1,x,illustrative,false,1900-01-01,9999-12-31"], "products are HS sections"),
    ],
)  # fmt: skip
def test_a_classification_that_contradicts_itself_is_quarantined(loader, monkeypatch, tmp_path, table, lines, said):
    with pytest.raises(CheckFailed, match=said):
        loaded(loader, monkeypatch, tmp_path, table, *lines)


def test_an_unknown_code_is_a_warning_that_names_it(conn, dsn, given):
    given.reference("country", "product_domain")
    conn.execute(
        """create table staging.trade (country, product, value)
        as values ('DE', 'VI', 1), ('ZZ', '77', 2), ('R2', '2937', 3)"""
    )
    suite = (expectations.known_countries("country", "NBB"), expectations.known_products("product"))
    countries, products = great_expectations.validate(dsn, "trade", suite)
    assert (countries.severity, countries.is_success, products.is_success) == ("warning", False, False)
    assert '"codes": ["R2", "ZZ"]' in countries.observed
    assert '"codes": ["77"]' in products.observed
    conn.execute("delete from staging.trade where value > 1")
    assert all(result.is_success for result in great_expectations.validate(dsn, "trade", suite))


def test_a_system_that_nobody_described_is_refused():
    with pytest.raises(ValueError, match="XYZ is no code system"):
        expectations.known_countries("country", "XYZ")
    with pytest.raises(ValueError, match="XYZ is no code system"):
        expectations.aggregates("XYZ")


def test_every_country_and_product_of_the_sample_world_is_known(with_reference, loader, conn, only_months):
    only_months("2021-06")
    loader("nbb_goods_trade", "2022-03-15T09:00:00+01:00")
    assert unknown(conn) == []
    assert conn.execute(
        "select column_name, observed from ops.check_result where not is_success and column_name like 'every%'"
    ).fetchall() == []  # fmt: skip
    assert conn.execute("select count(*) > 1000 from mart.goods_trade").fetchone() == (True,)
