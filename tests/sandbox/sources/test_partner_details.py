"""The finer grain of the sample reports keeps the rules, and tells one event twice."""

from __future__ import annotations

import io
from collections import Counter

import pytest

from include.partners.companies import is_company_number
from include.partners.workbook_reader import report_rows
from sandbox.sources import TODAY
from sandbox.sources.partner_details import (
    CO_ORGANISED,
    FIRST_PERIOD,
    SHARED_EVENT,
    SHARED_EVENT_PERIOD,
    format_enterprise_number,
)
from sandbox.sources.partner_reports import CORRECTED, Workbooks, report_extras
from sandbox.sources.partner_reports import report_rows as reported
from sandbox.sources.partner_work import build_activities, read_contracts

WORKBOOKS = Workbooks()


def rows_of(contract_code: str, period: str) -> list[dict[str, str]]:
    body = WORKBOOKS.answer_partners(f"{read_contracts()[contract_code]['feed_path']}/{period}.xlsx", TODAY).body
    return list(report_rows(io.BytesIO(body), contract_code=contract_code, period=period))


def test_made_up_enterprise_numbers_are_well_formed() -> None:
    numbers = {format_enterprise_number(base).replace(".", "") for base in range(4_100_000, 4_101_000)}
    assert len(numbers) == 1000
    assert all(map(is_company_number, numbers))


def test_details_add_up(subtests: pytest.Subtests) -> None:
    for contract_code in list(read_contracts()):
        with subtests.test(contract_code=contract_code):
            for activity in build_activities(contract_code, "2026-Q2"):
                parts = [int(str(activity[name])) for name in ("budget_used_eur", "own_part_eur", "public_part_eur")]
                assert sum(parts) == activity["cost_eur"]
                shares = [float(str(activity.get(f"core_domain_{n}share", 0))) for n in ("", "2_")]
                assert sum(shares) == pytest.approx(1)
                assert int(str(activity["smes_count"])) <= int(str(activity["companies_count"]))


def test_as_many_companies_are_listed_as_are_counted_and_each_once() -> None:
    rows = rows_of("essenscia-2022", "2026-Q2")
    for activity in (row for row in rows if row["row_kind"] == "activity"):
        listed = [
            row["company_number"]
            for row in rows
            if row["row_kind"] == "company" and row["activity_code"] == activity["activity_code"]
        ]
        assert len(listed) == len(set(listed)) == int(activity["companies_count"])


def test_some_companies_come_to_several_partners() -> None:
    found = Counter(
        number
        for contract in ("essenscia-2022", "dsp-valley-2022", "blue-cluster-2022", "fccc-2022", "bicci-2022")
        for number in {row["company_number"] for row in rows_of(contract, "2026-Q2") if row["row_kind"] == "company"}
    )
    assert set(found.values()) >= {1, 2}


def test_reports_before_the_new_template_are_on_the_old_one() -> None:
    assert FIRST_PERIOD == "2025-Q1"
    old, new = rows_of("essenscia-2022", "2024-Q4"), rows_of("essenscia-2022", "2025-Q1")
    assert (old[0]["template_version"], new[0]["template_version"]) == ("2026.1", "2026.2")
    assert {row["row_kind"] for row in old} == {"report", "activity"}
    assert "smes_count" not in old[1]


def test_one_event_is_told_by_two_partners() -> None:
    told = {contract: reported(contract, SHARED_EVENT_PERIOD, TODAY)[0] for contract in CO_ORGANISED}
    assert len(told) == 2
    for contract, activity in told.items():
        assert activity["co_organiser_codes"] == [CO_ORGANISED[contract]]
        assert {name: activity[name] for name in SHARED_EVENT} == SHARED_EVENT


def test_a_correction_is_version_two() -> None:
    (place,) = CORRECTED
    assert report_extras(*place, TODAY)["version_number"] == 2
    assert report_extras("essenscia-2022", "2026-Q2", TODAY)["version_number"] == 1


def test_follow_up_is_of_activities_of_six_and_twelve_months_ago() -> None:
    rows = [row for row in rows_of("fccc-2022", "2026-Q2") if row["row_kind"] == "follow_up"]
    told = {(row["months_after"], row["activity_code"][:7]) for row in rows}
    assert told <= {("6", "2025-Q4"), ("12", "2025-Q2")}
    assert told
