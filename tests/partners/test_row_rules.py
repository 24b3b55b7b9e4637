"""Each integrity rule of a report, broken once: the row is rejected by that rule and by no other."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from include.partners.template import HEADER_ROW
from include.sources.partners.partner_activity import SOURCE
from include.sources.partners.row_warnings import WARNINGS

EACH_ACTIVITY: list[tuple[dict[str, object], str]] = [
    ({"activity_code": None}, "code_is_given"),
    ({"title": " "}, "title_is_given"),
    ({"start_date": "31/09/2026", "end_date": date(2026, 9, 30)}, "start_is_date"),
    ({"end_date": "later"}, "end_is_date"),
    ({"end_date": date(2026, 6, 30)}, "end_follows_start"),
    ({"start_date": date(2026, 10, 1), "end_date": date(2026, 10, 1)}, "held_is_past"),
    ({"activity_type_code": "party"}, "activity_type_code_is_listed"),
    ({"status_code": "done"}, "status_code_is_listed"),
    ({"mode_code": None}, "mode_code_is_listed"),
    ({"b2b_meetings_count": "sixty"}, "b2b_meetings_count_is_number"),
    ({"own_part_eur": -5}, "own_part_eur_is_number"),
    ({"core_domain_share": "most"}, "core_domain_share_is_share"),
    ({"core_domain_code": "sports"}, "domain_is_known"),
    ({"core_domain_share": 0.6, "core_domain_2_code": "sports", "core_domain_2_share": 0.4}, "domain_is_known"),
    ({"core_domain_share": 0.6, "core_domain_2_code": "unassigned", "core_domain_2_share": 0.5}, "shares_add_up"),
    ({"core_domain_2_code": "unassigned"}, "shares_add_up"),
    ({"core_domain_share": 0.6}, "shares_add_up"),
    ({"market_codes": ["XQ"]}, "market_is_known"),
    ({"country_code": "VNM"}, "country_is_known"),
    ({"co_organiser_codes": ["nobody"]}, "co_organiser_is_known"),
    ({"participants_count": 0, "companies_count": 0, "smes_count": 0, "first_time_exporters_count": 0},
     "held_has_participants"),
    ({"companies_count": 41}, "companies_within_participants"),
    ({"smes_count": 3}, "smes_within_companies"),
    ({"first_time_exporters_count": 3}, "first_timers_within_companies"),
    ({"leads_count": 61}, "leads_within_meetings"),
    ({"budget_used_eur": 4001}, "budget_within_cost"),
    ({"own_part_eur": 2001}, "parts_within_cost"),
    ({"budget_used_eur": 20001, "cost_eur": 30000}, "budget_within_agreed"),
    ({"status_code": "cancelled"}, "cancelled_has_no_outcome"),
    ({"participants_count": 5001}, "participants_count_is_plausible"),
]  # fmt: skip


def broken(inbox: Any, body: bytes) -> dict[str, set[str]]:
    """Row of the sheet -> the rules that it breaks."""
    inbox.stage(body)
    found: dict[str, set[str]] = {}
    for row, code in inbox.ask("select raw ->> 'sheet_row', reason_code from ops.rejected_row"):
        found.setdefault(row, set()).add(code)
    return found


def test_an_activity_that_breaks_a_rule_is_rejected_by_it_alone(inbox: Any) -> None:
    rows = [{"activity_code": f"A{number}"} | change for number, (change, _) in enumerate(EACH_ACTIVITY)]
    # Their companies would miss them; they have rules of their own.
    wanted = {str(HEADER_ROW + 2 + number): {code} for number, (_, code) in enumerate(EACH_ACTIVITY)}
    assert broken(inbox, inbox.workbook(*rows, companies=())) == wanted


def test_a_good_report_is_accepted_whole(inbox: Any) -> None:
    assert inbox.stage(inbox.workbook(follow_ups=[inbox.FOLLOW_UP])) == set()


def test_what_the_rules_let_through(inbox: Any) -> None:
    rows = [
        {"activity_code": "A1"},
        {"activity_code": "A2", "status_code": "planned", "start_date": date(2026, 11, 2), "end_date": None},
        {"activity_code": "A3", "activity_type_code": "publication", "participants_count": None,
         "companies_count": None, "smes_count": None, "first_time_exporters_count": None},
        {"activity_code": "A4", "core_domain_share": "60%", "core_domain_2_code": "unassigned",
         "core_domain_2_share": 0.4, "co_organiser_codes": ["voka", "fit"]},
        {"activity_code": "A5", "start_date": date(2026, 6, 30)},
    ]  # fmt: skip
    assert inbox.stage(inbox.workbook(*rows)) == set()


def test_two_activities_with_one_number_are_both_rejected(inbox: Any) -> None:
    assert inbox.stage(inbox.workbook({}, {"title": "Another"}, companies=())) == {"code_is_unique"}


EACH_COMPANY: list[tuple[dict[str, object], str]] = [
    ({"company_number": "0403.170.702"}, "company_number_is_valid"),
    ({"company_number": "FR 12 345"}, "company_number_is_valid"),
    ({"company_number": None}, "company_number_is_valid"),
    ({"activity_code": "A9"}, "company_activity_is_known"),
    ({"is_sme": "perhaps"}, "is_sme_is_listed"),
    ({"is_first_time_exporter": "once"}, "is_first_time_exporter_is_listed"),
]


def test_a_company_that_breaks_a_rule_is_rejected_by_it_alone(inbox: Any) -> None:
    numbers = ["", "", "", "0403170701", "0202239951", "0403170701"]
    good = [{"activity_code": "A1", "company_number": number} for number in numbers]
    rows = [row | change for row, (change, _) in zip(good, EACH_COMPANY, strict=True)]
    wanted = {str(2 + number): {code} for number, (_, code) in enumerate(EACH_COMPANY)}
    assert broken(inbox, inbox.workbook(companies=rows)) == wanted


def test_a_company_is_listed_once_for_an_activity(inbox: Any) -> None:
    twice = [*inbox.COMPANIES, {"activity_code": "A1", "company_number": "403170701"}]
    assert broken(inbox, inbox.workbook(companies=twice)) == {
        "2": {"company_is_listed_once"},
        "4": {"company_is_listed_once"},
    }


EACH_FOLLOW_UP: list[tuple[dict[str, object], str]] = [
    ({"activity_code": None}, "follow_up_activity_is_given"),
    ({"months_after": "9"}, "months_are_6_or_12"),
    ({"company_number": "123"}, "follow_up_number_is_valid"),
    ({"deals_count": "two"}, "deals_count_is_number"),
    ({"value_amount": -1}, "value_amount_is_number"),
    ({"currency_code": "euros"}, "currency_is_a_code"),
    ({"is_new_market": "so-so"}, "is_new_market_is_listed"),
    ({"confirmed_code": None}, "confirmed_code_is_listed"),
    ({"without_help_code": "half"}, "without_help_code_is_listed"),
    ({"satisfaction_score": 11}, "satisfaction_is_0_to_10"),
]


def test_a_follow_up_that_breaks_a_rule_is_rejected_by_it_alone(inbox: Any) -> None:
    activities = [{"activity_code": f"A{number}"} for number in range(1, len(EACH_FOLLOW_UP) + 1)]
    rows = [
        inbox.FOLLOW_UP | {"activity_code": f"A{number}"} | change
        for number, (change, _) in enumerate(EACH_FOLLOW_UP, start=1)
    ]
    wanted = {str(2 + number): {code} for number, (_, code) in enumerate(EACH_FOLLOW_UP)}
    assert broken(inbox, inbox.workbook(*activities, companies=(), follow_ups=rows)) == wanted


def test_a_follow_up_is_told_once_for_an_activity_moment_and_company(inbox: Any) -> None:
    twice = [inbox.FOLLOW_UP, inbox.FOLLOW_UP | {"deals_count": 5}]
    assert inbox.stage(inbox.workbook(follow_ups=twice)) == {"follow_up_is_told_once"}
    apart = [inbox.FOLLOW_UP, inbox.FOLLOW_UP | {"company_number": "0403170701"},
             inbox.FOLLOW_UP | {"months_after": "12"}]  # fmt: skip
    assert inbox.stage(inbox.workbook(follow_ups=apart)) == set()


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"version_number": "two"}, "version_is_number"),
        ({"version_number": 0}, "version_is_number"),
        ({"version_number": 2, "then": 1}, "version_is_newest"),
        ({"currency_code": "USD"}, "currency_is_euro"),
        ({"submitted_date": "yesterday"}, "submitted_is_date"),
        ({"stated_budget_used_eur": "much"}, "stated_budget_is_number"),
        ({"language_code": "Frans"}, "language_is_listed"),
    ],
)
def test_a_header_that_breaks_a_rule_stops_the_report(inbox: Any, facts: dict[str, object], code: str) -> None:
    if then := facts.pop("then", None):
        inbox.load(inbox.workbook(**facts), clock="2026-10-10T09:00:00+02:00")
        facts["version_number"] = then
    known = inbox.ask("select count(*) from core.partner_activity")
    batch = inbox.load(inbox.workbook(**facts))
    assert inbox.ask("select distinct reason_code from ops.rejected_row") == [(code,)]
    assert inbox.ask("select state, error_class from ops.batch where batch_id = %s", batch) == [
        ("quarantined", "CheckFailed")
    ]
    assert inbox.ask("select count(*) from core.partner_activity") == known


def test_every_rule_is_broken_by_a_test_of_this_file() -> None:
    """Families of a rule for each column are broken once each."""
    text = Path(__file__).read_text(encoding="utf-8")
    families = ("_is_number", "_is_plausible", "_is_share")
    codes = {rule.code for rule in SOURCE.rules}
    assert not {code for code in codes if not code.endswith(families) and f'"{code}"' not in text}
    assert all(f'{family}"' in text for family in families)


WARNED: list[tuple[dict[str, object], dict[str, Any], str]] = [
    ({"start_date": date(2026, 6, 30)}, {}, "is_late"),
    ({"country_code": None}, {}, "held_without_country"),
    ({}, {"companies": ()}, "no_companies_are_listed"),
    ({"activity_code": "A2"}, {"beside": True}, "companies_are_not_listed"),
    ({}, {"follow_up_of": "A9"}, "follow_up_activity_is_unknown"),
    ({"companies_count": 1, "smes_count": 1, "first_time_exporters_count": 1}, {}, "more_companies_listed"),
    ({}, {"deals_count": 0}, "value_without_deal"),
    ({}, {"currency_code": "VND"}, "currency_has_no_rate"),
    ({}, {"is_nil": True}, "nil_with_activities"),
    ({}, {"stated_budget_used_eur": 900}, "stated_budget_differs"),
    ({"budget_used_eur": 12000, "cost_eur": 30000}, {"twice": True}, "budget_is_exceeded"),
    ({}, {"template_version": "2026.1"}, "template_is_old"),
]


@pytest.mark.parametrize(("change", "more", "code"), WARNED, ids=[code for _, _, code in WARNED])
def test_what_is_odd_is_loaded_with_a_warning(
    inbox: Any, change: dict[str, object], more: dict[str, Any], code: str
) -> None:
    rows = [change, change | {"activity_code": "A2"}] if "twice" in more else [change]
    rows = [{}, *rows] if "beside" in more else rows
    of_follow_up = {"deals_count", "follow_up_of", "currency_code"}
    about = {"activity_code": more.get("follow_up_of", "A1"), "deals_count": more.get("deals_count", 2)}
    about["currency_code"] = more.get("currency_code", "EUR")
    follow_ups = [inbox.FOLLOW_UP | about] if of_follow_up & more.keys() else []
    told = ("A1",) if "beside" in more else tuple(str(row.get("activity_code", "A1")) for row in rows)
    companies = [company | {"activity_code": number} for number in told for company in inbox.COMPANIES]
    facts = {name: value for name, value in more.items() if name not in {"twice", "beside"} | of_follow_up}
    inbox.load(inbox.workbook(*rows, follow_ups=follow_ups, **({"companies": companies} | facts)))
    assert inbox.ask("select distinct warning_code from core.partner_row_warning") == [(code,)]
    assert inbox.ask("select count(*), max(warning_count) from core.partner_report") == [(1, 1)]
    assert inbox.ask("select count(*) from core.partner_activity") == [(len(rows),)]


def test_every_warning_is_raised_by_a_test_of_this_file() -> None:
    assert {warning.code for warning in WARNINGS} == {code for _, _, code in WARNED}
