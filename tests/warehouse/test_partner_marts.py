"""Marts of the partners: one event of two organisers, companies counted once, outcomes, budget, completeness."""

from __future__ import annotations

from decimal import Decimal

import pytest

TODAY = "2026-10-15 09:00+02"


def rows(given, query: str) -> list[tuple]:
    given.as_of(TODAY)
    return given.conn.execute(query).fetchall()


def company(given, partner: str, activity: str, name: str, **other: object) -> None:
    values = {"report_period": "2026-Q1", "is_sme": None, "is_first_time_exporter": None} | other
    given.row(
        "partner_company", contract_code=f"{partner}-2022", activity_code=activity, company_hash=name * 64, **values
    )


def reach(given, partner: str = "_T", market: str = "_T", domain: str = "_T", period: str = "2026-Q1") -> tuple | None:
    found = rows(
        given,
        f"""select activities_count, companies_count, smes_count, first_time_exporters_count, unlisted_companies_count
        from mart.partner_reach where (partner_code, market_code, core_domain_code, period)
            = ('{partner}', '{market}', '{domain}', '{period}')""",
    )
    return found[0] if found else None


@pytest.fixture
def pair(given):
    """Two partners that each owe reports."""
    for partner in ("agoria", "voka"):
        given.contract(partner)
        given.report(partner, "2026-Q1")
    return given


@pytest.mark.parametrize("first", ["agoria", "voka"])
@pytest.mark.parametrize("names_whom", ["both", "one"])
def test_an_event_of_two_organisers_is_one_activity_whoever_came_first(pair, first: str, names_whom: str) -> None:
    other = {"agoria": "voka", "voka": "agoria"}
    for partner in (first, other[first]):
        named = [other[partner]] if names_whom == "both" or partner == "voka" else []
        known = "2026-04-01" if partner == first else "2026-04-20"
        pair.activity(
            partner, "7", "2026-03-10", title="Missie naar  Vietnam!", co_organiser_codes=named, known_from=known
        )
    told = rows(pair, "select partner_code, credit_share, is_counted from mart.partner_activity order by 1")
    assert told == [("agoria", Decimal("0.5"), True), ("voka", Decimal("0.5"), False)]
    assert rows(pair, "select count(distinct event_code) from mart.partner_activity") == [(1,)]
    assert rows(pair, "select period, value from mart.kpi_value where kpi_code = 'activities'") == [("2026-Q1", 1)]
    assert rows(pair, "select period, value from mart.kpi_value where kpi_code = 'companies_reached'") == [
        ("2026-Q1", 10)
    ]
    assert reach(pair) == reach(pair, "agoria") == reach(pair, "voka") == (1, 10, 0, 0, 10)
    assert rows(pair, "select period, value from mart.kpi_value where kpi_code = 'budget_used'") == [("2026-Q1", 1000)]


def joint(given, column: str, counted: int, other: int) -> None:
    """An event that two partners tell of: the one that counts has more companies, and its own figure."""
    for partner, companies, figure in (("agoria", 12, counted), ("voka", 10, other)):
        given.activity(partner, "1", "2026-03-10", companies_count=companies, co_organiser_codes=["agoria", "voka"],
                       **{column: figure})  # fmt: skip


def test_an_event_of_two_partners_counts_once_for_its_core_domain(pair) -> None:
    pair.reference("core_domain")
    joint(pair, "participants_count", 30, 40)
    counted = """select activities_count, companies_count from mart.core_domain_progress
        where core_domain_code = 'food' and period = '2026-Q1'"""
    assert rows(pair, counted) == [(1, 12)]


def test_the_meetings_of_an_event_of_two_partners_count_once(pair) -> None:
    joint(pair, "b2b_meetings_count", 7, 4)
    assert rows(pair, "select value from mart.kpi_value where kpi_code = 'b2b_meetings' and period = '2026-Q1'") == [
        (7,)
    ]


def test_the_first_time_exporters_of_an_event_of_two_partners_are_those_of_the_one_that_counts(pair) -> None:
    joint(pair, "first_time_exporters_count", 3, 5)
    assert rows(
        pair, "select value from mart.kpi_value where kpi_code = 'first_time_exporters' and period = '2026-Q1'"
    ) == [(3,)]


def test_the_same_title_and_day_without_naming_each_other_are_two_events(pair) -> None:
    for partner in ("agoria", "voka"):
        pair.activity(partner, "1", "2026-03-10", title="Nieuwjaarsreceptie")
    assert rows(pair, "select credit_share from mart.partner_activity") == [(1,), (1,)]
    assert rows(pair, "select value from mart.kpi_value where kpi_code = 'activities'") == [(2,)]


def test_a_seminar_given_twice_on_a_day_is_two_events_and_each_meets_its_own(pair) -> None:
    for number in ("1", "2"):
        pair.activity("agoria", number, "2026-03-10", co_organiser_codes=["voka"])
        pair.activity("voka", f"v{number}", "2026-03-10", co_organiser_codes=["agoria"])
    told = rows(
        pair,
        """select count(distinct event_code), count(*) filter (where is_counted), sum(credit_share)
        from mart.partner_activity""",
    )
    assert told == [(2, 2, 2)]


def test_a_co_organiser_that_tells_nothing_has_its_share_and_the_agency_none(pair) -> None:
    pair.activity("agoria", "1", "2026-03-10", co_organiser_codes=["voka", "fit"])
    assert rows(pair, "select partner_code, credit_share from mart.partner_activity") == [("agoria", Decimal("0.5"))]


@pytest.mark.parametrize("companies", [None, 50])
def test_what_was_held_counts_before_what_another_calls_cancelled(pair, companies: int | None) -> None:
    pair.activity(
        "agoria", "1", "2026-03-10", co_organiser_codes=["voka"], status_code="cancelled", companies_count=companies
    )
    pair.activity("voka", "1", "2026-03-10")
    assert rows(pair, "select partner_code from mart.partner_activity where is_counted") == [("voka",)]


def test_an_activity_told_again_in_a_later_report_counts_once_as_last_told(pair) -> None:
    pair.activity("agoria", "1", "2026-03-10", status_code="planned", report_period="2026-Q1")
    pair.activity("agoria", "1", "2026-03-10", report_period="2026-Q2", companies_count=12)
    told = rows(pair, "select period, status_code, companies_count from mart.partner_activity")
    assert told == [("2026-Q2", "held", 12)]


def test_a_company_at_activities_of_two_partners_counts_once_in_their_total(pair) -> None:
    pair.activity("agoria", "1", "2026-03-10", companies_count=2, market_codes=["VN"])
    pair.activity(
        "voka",
        "1",
        "2026-02-01",
        companies_count=3,
        market_codes=["IN", "VN"],
        core_domain_shares='{"food": 0.5, "unassigned": 0.5}',
    )
    for name, partners in {"a": ("agoria", "voka"), "b": ("agoria",), "c": ("voka",)}.items():
        for partner in partners:
            company(pair, partner, "1", name, is_sme=name != "c", is_first_time_exporter=name == "a")
    # Voka lists two of its three by number: the third counts as it stands.
    assert reach(pair) == (2, 4, 2, 1, 1)
    assert reach(pair, partner="agoria") == (1, 2, 2, 1, 0)
    assert reach(pair, partner="voka") == (1, 3, 1, 1, 1)
    assert reach(pair, market="VN") == (2, 4, 2, 1, 1)
    assert reach(pair, market="IN") == (1, 3, 1, 1, 1)
    assert reach(pair, domain="unassigned") == (1, 3, 1, 1, 1)
    assert reach(pair, period="2026") == (2, 4, 2, 1, 1)
    assert reach(pair, market="CN") is None
    assert rows(pair, "select value from mart.kpi_value where kpi_code = 'companies_reached'") == [(4,)]


def test_counts_without_a_list_add_up_and_only_of_what_was_held(pair) -> None:
    pair.activity("agoria", "1", "2026-03-10", companies_count=10, smes_count=7, first_time_exporters_count=2)
    pair.activity("agoria", "2", "2026-03-11", companies_count=5, smes_count=5)
    pair.activity("agoria", "3", "2026-03-12", companies_count=50, status_code="cancelled")
    company(pair, "agoria", "3", "a")
    assert reach(pair) == (2, 15, 12, 2, 15)


def test_an_activity_without_a_market_is_in_the_total_only(pair) -> None:
    pair.activity("agoria", "1", "2026-03-10", market_codes=[])
    assert reach(pair) == (1, 10, 0, 0, 10)
    assert rows(pair, "select distinct market_code from mart.partner_reach") == [("_T",)]


def test_a_correction_shows_in_the_reach_from_its_moment_on(pair) -> None:
    pair.activity("agoria", "1", "2026-03-10", companies_count=10, known_from="2026-04-01", known_to="2026-08-01")
    pair.activity("agoria", "1", "2026-03-10", companies_count=8, known_from="2026-08-01")
    assert reach(pair) == (1, 8, 0, 0, 8)
    pair.as_of("2026-07-01")
    query = "select companies_count from mart.partner_reach where partner_code = 'agoria' and market_code = 'VN'"
    assert pair.conn.execute(f"{query} and core_domain_code = '_T' and period = '2026'").fetchall() == [(10,)]


def follow_up(given, partner: str, activity: str, name: str, value: object, confirmed: str, **other: object) -> None:
    values = {
        "report_period": "2026-Q3", "months_after": 6, "currency_code": "EUR", "deals_count": 1, "value_amount": value,
        "confirmed_code": confirmed,
    } | other  # fmt: skip
    given.row(
        "partner_follow_up", contract_code=f"{partner}-2022", activity_code=activity, company_hash=name * 64, **values
    )


def outcome(given, columns: str, partner: str = "_T", months: int = 6) -> list[tuple]:
    where = f"partner_code = '{partner}' and months_after = {months}"
    return rows(given, f"select {columns} from mart.partner_outcome where {where}")


VALUES = "confirmed_value_eur, unconfirmed_value_eur, denied_value_eur, confirmed_deals_count, unconfirmed_deals_count"


def test_only_what_the_company_confirms_is_confirmed(pair) -> None:
    pair.activity("agoria", "1", "2026-03-10")
    for name, confirmed, value in (("a", "yes", 100), ("b", "no_answer", 50), ("c", "no", 7)):
        follow_up(pair, "agoria", "1", name, value, confirmed)
    assert outcome(pair, VALUES) == [(100, 50, 7, 1, 1)] == outcome(pair, VALUES, "agoria")


def test_six_and_twelve_months_are_not_added_and_a_currency_without_a_rate_is_no_euro(pair) -> None:
    pair.activity("agoria", "1", "2026-03-10")
    follow_up(pair, "agoria", "1", "a", 100, "yes")
    follow_up(pair, "agoria", "1", "a", 130, "yes", months_after=12)
    follow_up(pair, "agoria", "1", "b", 900, "yes", currency_code="USD")
    assert outcome(pair, "confirmed_value_eur, confirmed_deals_count") == [(100, 2)]
    assert outcome(pair, "confirmed_value_eur", months=12) == [(130,)]


CONVERTED = "select value_amount, currency_code, rate, rate_period, value_eur from mart.partner_follow_up"


def test_a_deal_in_another_currency_is_converted_by_the_last_day_of_its_report(pair) -> None:
    pair.activity("agoria", "1", "2026-03-10")
    follow_up(pair, "agoria", "1", "a", 100, "yes")
    follow_up(pair, "agoria", "1", "b", 900, "yes", currency_code="USD", report_period="2026-Q2")
    for day, value in (("2026-06-29", 1.1), ("2026-06-30", 1.2), ("2026-07-01", 1.3), ("2026-09-30", 1.4)):
        pair.exchange_rate("USD", day, value, known_from="2026-10-01")
    assert rows(pair, f"{CONVERTED} where currency_code <> 'EUR'") == [(900, "USD", Decimal("1.2"), "2026-06-30", 750)]
    assert outcome(pair, "confirmed_value_eur, confirmed_deals_count") == [(850, 2)]
    pair.as_of("2026-09-30")
    assert pair.conn.execute(f"{CONVERTED} where currency_code <> 'EUR'").fetchall() == [(900, "USD", None, None, None)]


def test_a_rate_of_another_currency_or_of_weeks_before_converts_nothing(pair) -> None:
    pair.activity("agoria", "1", "2026-03-10")
    follow_up(pair, "agoria", "1", "a", 900, "yes", currency_code="USD")
    pair.exchange_rate("USD", "2026-09-01", 1.2)
    pair.exchange_rate("CNY", "2026-09-30", 8)
    assert rows(pair, CONVERTED) == [(900, "USD", None, None, None)]


def test_the_newest_report_of_a_follow_up_counts(pair) -> None:
    pair.activity("agoria", "1", "2026-03-10")
    follow_up(pair, "agoria", "1", "a", 100, "no_answer", report_period="2026-Q2")
    follow_up(pair, "agoria", "1", "a", 120, "yes")
    assert outcome(pair, VALUES) == [(120, 0, 0, 1, 0)]


def test_a_deal_after_an_event_of_two_partners_counts_once_in_their_total(pair) -> None:
    for partner, confirmed in (("agoria", "no_answer"), ("voka", "yes")):
        pair.activity(partner, "1", "2026-03-10", co_organiser_codes=["agoria", "voka"])
        follow_up(pair, partner, "1", "a", 100, confirmed)
    assert outcome(pair, VALUES) == [(100, 0, 0, 1, 0)]
    assert outcome(pair, VALUES, "agoria") == [(0, 100, 0, 0, 1)]


def test_additionality_takes_off_what_would_have_come_anyway(pair) -> None:
    for band, share in (("none", 0), ("half", Decimal("0.5"))):
        pair.row("additionality_band", band_code=band, position=1, without_help_share=share, name_nl=band, name_en=band)
    pair.activity("agoria", "1", "2026-03-10")
    follow_up(pair, "agoria", "1", "a", 100, "yes", without_help_code="none")
    follow_up(pair, "agoria", "1", "b", 300, "yes", without_help_code="half")
    follow_up(pair, "agoria", "1", "c", 999, "yes")
    follow_up(pair, "agoria", "1", "d", 999, "no_answer", without_help_code="none")
    assert outcome(pair, "additional_value_eur, additionality_share") == [(250, Decimal("0.625"))]


def test_without_an_answer_there_is_no_additionality_and_not_zero(pair) -> None:
    pair.activity("agoria", "1", "2026-03-10")
    follow_up(pair, "agoria", "1", "a", 100, "yes")
    assert outcome(pair, "additional_value_eur, additionality_share") == [(None, None)]


def test_budget_used_stands_beside_agreed_and_beside_the_reports_behind_it(pair) -> None:
    pair.activity("agoria", "1", "2026-03-10", budget_used_eur=700)
    pair.activity("agoria", "2", "2026-05-10", budget_used_eur=400)
    pair.report("agoria", "2026-Q2")
    told = rows(pair, """select partner_code, agreed_eur, used_eur, used_share, is_over, reports_received_count,
        reports_due_count from mart.partner_budget where year = 2026 order by 1""")  # fmt: skip
    assert told == [("agoria", 1000, 1100, Decimal("1.1"), True, 2, 3), ("voka", 1000, 0, 0, False, 1, 3)]


def test_a_contract_that_reported_nothing_has_used_no_known_amount(given) -> None:
    given.contract("vil")
    assert rows(given, "select used_eur, used_share, reports_due_count from mart.partner_budget") == [(None, None, 3)]


def test_completeness_says_how_many_of_the_contracts_are_in(given) -> None:
    for number in range(1, 22):
        given.contract(f"p{number:02d}")
    for number in range(1, 19):
        given.report(f"p{number:02d}", "2026-Q3", is_nil=number == 1, known_from="2026-10-10",
                     activity_count=3 * (number > 1), company_row_count=6 * (number == 3),
                     follow_up_row_count=2 * (number == 3), rejected_row_count=int(number == 2))  # fmt: skip
    given.batch("partner_activity", "2026-10-10", "quarantined", contract_code="p19-2022", period="2026-Q3")
    told = rows(given, """select reports_received_count, contracts_count, nil_count, quarantined_count, missing_count,
        on_time_count, accepted_row_count, rejected_row_count, rejected_share = 1.0 / 60 as share
        from mart.partner_completeness where period = '2026-Q3'""")  # fmt: skip
    assert told == [(18, 21, 1, 1, 2, 18, 51 + 6 + 2, 1, True)]


@pytest.mark.parametrize(("moment", "name"), [("2026-05-16 12:00+02", "Vil"), ("2026-05-17 12:00+02", "Renamed")])
def test_a_partner_bears_its_name_of_the_day_in_what_it_reports(given, moment: str, name: str) -> None:
    given.contract("vil")
    given.activity("vil", "1", "2026-03-10")
    given.row("partner_name", partner_code="vil", language_code="nl", name="Renamed", valid_from="2026-05-17",
              valid_to="9999-12-31", is_official=True, note="")  # fmt: skip
    given.as_of(moment)
    told = given.conn.execute(
        "select distinct r.partner_name, a.partner_name from mart.partner_report as r, mart.partner_activity as a"
    )
    assert told.fetchall() == [(name, name)]


@pytest.mark.parametrize(("activities", "state"), [(0, "nil"), (1, "received")])
def test_a_nil_return_that_tells_of_activities_is_none(given, activities: int, state: str) -> None:
    given.contract("vil")
    given.report("vil", "2026-Q1", is_nil=True, activity_count=activities)
    assert rows(given, "select state from mart.partner_report where period = '2026-Q1'") == [(state,)]


def test_a_contract_that_owes_nothing_here_is_not_missing(given) -> None:
    given.contract("euka", owes_reports=False)
    assert rows(given, "select * from mart.partner_report") == []


@pytest.mark.parametrize(("days", "due", "is_on_time"), [(15, "2026-04-15", False), (30, "2026-04-30", True)])
def test_a_report_is_due_by_the_rule_of_its_contract(given, days: int, due: str, is_on_time: bool) -> None:
    given.contract("vil", report_due_days=days)
    given.report("vil", "2026-Q1", known_from="2026-04-16 00:01+02")
    told = rows(given, "select due_date::text, is_on_time from mart.partner_report where period = '2026-Q1'")
    assert told == [(due, is_on_time)]


def test_a_corrected_report_stays_as_timely_as_its_first_version(given) -> None:
    given.contract("vil")
    given.report("vil", "2026-Q1", known_from="2026-04-10", known_to="2026-08-01")
    given.report("vil", "2026-Q1", known_from="2026-08-01", activity_count=2)
    told = rows(given, "select is_on_time, activity_count from mart.partner_report where period = '2026-Q1'")
    assert told == [(True, 2)]


def test_a_file_that_lay_there_in_time_is_on_time_however_late_we_looked(given) -> None:
    given.contract("vil")
    given.report("vil", "2026-Q1", known_from="2026-05-20")
    given.conn.execute("update landing.payload set released_at = '2026-04-14 12:00+02'")
    told = rows(given, "select is_on_time, handed_in_at::date::text from mart.partner_report where period = '2026-Q1'")
    assert told == [(True, "2026-04-14")]


def test_a_report_that_is_not_there_is_neither_late_nor_in_time(given) -> None:
    given.contract("vil")
    assert rows(given, "select distinct is_on_time, handed_in_at from mart.partner_report") == [(None, None)]


def test_a_corrected_report_is_a_revision_with_its_figures_before_and_after(given) -> None:
    first, then = "2026-04-10 06:00+02", "2026-05-02 06:00+02"
    for partner in ("agoria", "voka"):
        given.contract(partner)
        given.report(partner, "2026-Q1", known_from=first, known_to=then if partner == "agoria" else "infinity")
        given.activity(partner, "1", "2026-03-10", known_from=first)
    given.report("agoria", "2026-Q1", known_from=then, version_number=2)
    given.activity("agoria", "2", "2026-03-11", known_from=first, known_to=then, budget_used_eur=100)
    given.activity("agoria", "3", "2026-03-12", known_from=then, budget_used_eur=350)
    given.activity("agoria", "4", "2026-03-13", known_from=then, status_code="cancelled", budget_used_eur=0)
    query = """select contract_code, period, version_number, corrections_count, first_activities_count,
        latest_activities_count, first_budget_used_eur, latest_budget_used_eur, budget_change_eur
        from mart.partner_revision"""
    assert rows(given, query) == [("agoria-2022", "2026-Q1", 2, 1, 2, 2, 600, 850, 250)]
    given.as_of("2026-05-01 12:00+02")
    assert given.conn.execute(query).fetchall() == [], "before the correction there is none"


def test_a_report_that_loses_a_row_or_a_company_is_a_revision_too(given) -> None:
    first, then = "2026-04-10 06:00+02", "2026-05-02 06:00+02"
    for partner in ("agoria", "voka"):
        given.contract(partner)
        given.report(partner, "2026-Q1", known_from=first)
        given.activity(partner, "1", "2026-03-10", known_from=first)
    given.activity("agoria", "2", "2026-03-11", known_from=first, known_to=then)
    company(given, "voka", "1", "a", known_from=first, known_to=then)
    told = rows(given, """select contract_code, corrections_count, first_activities_count, latest_activities_count
        from mart.partner_revision order by 1""")  # fmt: skip
    assert told == [("agoria-2022", 1, 2, 1), ("voka-2022", 1, 1, 1)]
