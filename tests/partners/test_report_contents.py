"""What a loaded report leaves in the warehouse: its grain, its versions, and no enterprise number."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from include.errors import WarehouseError
from include.partners import companies

EARLIER = "2026-10-10T09:00:00+02:00"
NUMBERS = ("0403170701", "0403.170.701", "0202239951", "0202 239 951")


def test_a_report_holds_header_activities_companies_and_follow_up(inbox: Any) -> None:
    inbox.load(
        inbox.workbook(
            {"core_domain_share": 0.6, "core_domain_2_code": "unassigned", "core_domain_2_share": "40 %",
             "co_organiser_codes": ["voka", "fit"]},
            follow_ups=[inbox.FOLLOW_UP, inbox.FOLLOW_UP | {"months_after": "12", "currency_code": "USD"}],
            version_number=3, submitted_date=date(2026, 10, 9), submitter="Agoria", stated_budget_used_eur=1000,
        )
    )  # fmt: skip
    assert inbox.ask(
        """select version_number, submitted_date::text, submitter_contact_code, language_code, currency_code,
        stated_budget_used_eur, activity_count, company_row_count, follow_up_row_count, rejected_row_count,
        warning_count
        from core.partner_report"""
    ) == [(3, "2026-10-09", "reports", "nl", "EUR", 1000, 1, 2, 2, 0, 1)]
    assert inbox.ask("select warning_code, value from core.partner_row_warning") == [("currency_has_no_rate", "USD")]
    assert inbox.ask(
        """select core_domain_code, core_domain_shares, co_organiser_codes, smes_count, place, country_code,
        budget_used_eur, own_part_eur, public_part_eur, is_late from core.partner_activity"""
    ) == [("food", {"food": 0.6, "unassigned": 0.4}, ["voka", "fit"], 1, "Hanoi", "VN", 1000, 2000, 1000, False)]
    assert inbox.ask("select is_sme, is_first_time_exporter from core.partner_company order by 1") == [
        (False, None),
        (True, True),
    ]
    assert inbox.ask(
        """select months_after, deals_count, value_eur, confirmed_code, without_help_code, is_new_market,
        satisfaction_score from core.partner_follow_up order by 1"""
    ) == [(6, 2, 50000, "yes", "up_to_20", True, 8), (12, 2, None, "yes", "up_to_20", True, 8)]


def tables(inbox: Any) -> dict[str, str]:
    """Every table of the warehouse -> all that stands in it."""
    names = inbox.ask(
        """select format('%%I.%%I', schemaname, tablename) from pg_tables
        where schemaname in ('staging', 'core', 'ops', 'landing')"""
    )
    return {name: str(inbox.ask(f"select to_jsonb(t)::text from {name} as t")) for (name,) in names}


@pytest.mark.parametrize("facts", [{}, {"currency_code": "USD"}], ids=["good", "rejected"])
def test_the_name_of_a_stranger_in_the_header_is_not_kept(inbox: Any, facts: dict[str, str]) -> None:
    inbox.stage(inbox.workbook(submitter="Jan Peeters", **facts))
    assert {name: text for name, text in tables(inbox).items() if "peeters" in text.lower()} == {}


@pytest.mark.parametrize("told", [" AGORIA ", "agoria@example.org", "Reports"])
def test_a_contact_in_the_header_is_known_by_name_address_or_code(inbox: Any, told: str) -> None:
    inbox.load(inbox.workbook(submitter=told))
    assert inbox.ask("select submitter_contact_code from core.partner_report") == [("reports",)]


@pytest.mark.parametrize("bad", [{}, {"company_number": "0403.170.702"}], ids=["good", "rejected"])
def test_no_enterprise_number_stands_anywhere_in_the_warehouse(inbox: Any, bad: dict[str, object]) -> None:
    first, second = inbox.COMPANIES
    body = inbox.workbook(
        companies=[first | bad, second], follow_ups=[inbox.FOLLOW_UP | {"company_number": NUMBERS[0]}]
    )
    inbox.stage(body)
    found = tables(inbox)
    assert any(name.startswith("staging.") for name in found)
    for table, text in found.items():
        assert not [n for n in (*NUMBERS, "0403170702", "0403.170.702") if n in text], table


def test_a_company_has_one_hash_whoever_reports_it_and_however_it_is_written(inbox: Any) -> None:
    ways = ("0403.170.701", "BE 0403 170 701", 403170701)
    for contract, way in zip(("agoria-2022", "voka-2022", "bva-2022"), ways, strict=True):
        company = {"activity_code": "A1", "company_number": way}
        inbox.load(inbox.workbook(contract=contract, companies=[company]), contract=contract)
    assert inbox.ask("select count(*), count(distinct company_hash) from core.partner_company") == [(3, 1)]


def test_another_key_gives_another_hash_and_a_short_key_is_refused() -> None:
    one, other = (companies.hash_company_number("0403170701", key * 32)[0] for key in (b"a", b"b"))
    assert one != other
    assert "0403170701" not in one
    with pytest.raises(WarehouseError, match="ACCELERATES_HASH_KEY"):
        companies.load_hash_key({"ACCELERATES_HASH_KEY": "short"})


@pytest.mark.parametrize("order", [("agoria-2022", "voka-2022"), ("voka-2022", "agoria-2022")])
def test_one_event_told_by_two_organisers_has_one_key_whichever_comes_first(inbox: Any, order: tuple[str, str]) -> None:
    others = {"agoria-2022": "voka", "voka-2022": "agoria"}
    titles = {"agoria-2022": "Missie naar Hanoi!", "voka-2022": "MISSIE  NAAR HANOI"}
    for contract in order:
        row = {"title": titles[contract], "co_organiser_codes": [others[contract]]}
        inbox.load(inbox.workbook(row, contract=contract), contract=contract)
    assert inbox.ask("select count(*), count(distinct event_key) from core.partner_activity") == [(2, 1)]


def test_a_nil_return_is_a_report_and_a_missing_one_is_none(inbox: Any) -> None:
    from include.partners.template import write_workbook

    owner = {"contract_code": "agoria-2022", "name": "Agoria"}
    inbox.load(write_workbook(owner, inbox.PERIOD, "nl", is_nil=True))
    assert inbox.ask("select contract_code, is_nil, activity_count from core.partner_report") == [
        ("agoria-2022", True, 0)
    ]


def test_a_corrected_report_supersedes_row_by_row_and_the_past_stays(inbox: Any) -> None:
    rows = [{}, {"activity_code": "A2", "title": "Second"}]
    extra = [company | {"activity_code": "A2"} for company in inbox.COMPANIES]
    inbox.load(inbox.workbook(*rows, companies=[*inbox.COMPANIES, *extra]), clock=EARLIER)
    rows[0] = {"participants_count": 45}
    inbox.load(inbox.workbook(*rows, companies=[*inbox.COMPANIES, *extra[:1]], version_number=2))
    versions = """select activity_code, participants_count, known_to = 'infinity' from core.partner_activity
        order by 1, known_from"""
    assert inbox.ask(versions) == [("A1", 40, False), ("A1", 45, True), ("A2", 40, True)]
    assert inbox.ask("select version_number from core.partner_report where known_to = 'infinity'") == [(2,)]
    assert inbox.ask("select count(*) filter (where known_to = 'infinity'), count(*) from core.partner_company") == [
        (3, 4)
    ]


CURRENT = {
    "activity": "select activity_code from core.partner_activity where known_to = 'infinity' order by 1",
    "company": """select activity_code, count(*) from core.partner_company where known_to = 'infinity'
        group by 1 order by 1""",
    "warning": "select warning_code from core.partner_row_warning where known_to = 'infinity' order by 1",
}


def test_a_version_with_a_rejected_row_supersedes_all_but_what_that_row_told(inbox: Any) -> None:
    first, second = inbox.COMPANIES
    listed = [first, second, first | {"activity_code": "A2"}, first | {"activity_code": "A3"}]
    late = {"activity_code": "A3", "start_date": date(2026, 6, 30)}
    inbox.load(inbox.workbook({}, {"activity_code": "A2"}, late, companies=listed), clock=EARLIER)
    assert inbox.ask(CURRENT["warning"]) == [("is_late",)]
    broken = {"activity_code": "A2", "market_codes": ["XQ"]}
    inbox.load(inbox.workbook({}, broken, companies=listed[:1] + listed[2:3], version_number=2))
    assert inbox.ask(CURRENT["activity"]) == [("A1",), ("A2",)], "A3 is withdrawn, and A2 stays as it was told"
    assert inbox.ask(CURRENT["company"]) == [("A1", 1), ("A2", 1)]
    assert inbox.ask(CURRENT["warning"]) == [], "a warning of the older version is none of this one"


@pytest.mark.parametrize(
    ("slip", "left"),
    [
        ({"company_number": "0403.170.702"}, [("A1", 2)]),
        ({"activity_code": None}, [("A1", 2), ("A2", 1)]),
        ({"activity_code": None, "company_number": None}, [("A1", 2), ("A2", 1)]),
    ],
    ids=["of one activity", "of no activity", "of nothing"],
)
def test_a_company_that_cannot_be_read_withdraws_none_that_it_may_be(
    inbox: Any, slip: dict[str, object], left: list[tuple[str, int]]
) -> None:
    first, second = inbox.COMPANIES
    rows, other = ({}, {"activity_code": "A2"}), second | {"activity_code": "A2"}
    inbox.load(inbox.workbook(*rows, companies=[first, second, other]), clock=EARLIER)
    inbox.load(inbox.workbook(*rows, companies=[first | slip, second], version_number=2))
    assert inbox.ask(CURRENT["company"]) == left


def test_good_rows_load_at_once_beside_a_rejected_one(inbox: Any) -> None:
    inbox.load(inbox.workbook({}, {"activity_code": "A2", "title": ""}))
    assert inbox.ask("select activity_code from core.partner_activity") == [("A1",)]
    assert inbox.ask("select rejected_row_count from core.partner_report") == [(1,)]


def test_the_workbook_of_the_first_template_is_read_and_says_so(inbox: Any, tmp_path: Path) -> None:
    old = inbox.workbook({"smes_count": None}, companies=(), template_version="2026.1")
    assert b"xl/worksheets/sheet3.xml" not in old, "it had one sheet and the lists"
    inbox.load(old)
    assert inbox.ask("select template_version, warning_count, activity_count from core.partner_report") == [
        ("2026.1", 1, 1)
    ]
    assert inbox.ask("select core_domain_shares, smes_count from core.partner_activity") == [({"food": 1}, None)]
