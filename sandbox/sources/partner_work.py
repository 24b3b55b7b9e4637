"""The partners' activities by quarter, for each contract of include/sources/reference.

A year's activities and budget are allotted to contracts by their agreed budget and to quarters by the season of
events, then to activities. A contract added to the reference tables gets work too.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from sandbox.sources.allotment import allot, dice, pick
from sandbox.sources.partner_details import apply_shared_event, build_details
from sandbox.sources.partner_topics import GENERAL, MARKETS, TITLES, TOPICS

Activity = dict[str, object]
Roll = Callable[[int, int], int]

REFERENCE = Path(__file__).parents[2] / "include" / "sources" / "reference"
FIRST_PERIOD, LAST_PERIOD = "2022-Q1", "2026-Q3"
# Year -> activities that partners list, and EUR of the agreements' budget that they use.
YEARS: dict[int, tuple[int, int]] = {
    2022: (224, 905_000), 2023: (233, 948_000), 2024: (245, 961_000), 2025: (254, 952_000), 2026: (262, 953_000),
}  # fmt: skip
QUARTER_WEIGHTS = (20, 28, 22, 30)
MAX_PER_QUARTER = 6
TYPES: dict[str, int] = {
    "seminar": 24, "webinar": 14, "outward_mission": 12, "inward_mission": 7, "group_stand": 9, "matchmaking": 11,
    "peer_learning": 11, "training": 5, "study_visit": 4, "promotion": 2, "investor_visit": 1,
}  # fmt: skip
STATUSES: dict[str, int] = {"held": 90, "cancelled": 6, "postponed": 4}
MODES: dict[str, int] = {"onsite": 80, "hybrid": 20}
DOMAINS: dict[str, int] = {
    "unassigned": 40, "engineering-technology": 20, "food": 14, "life-sciences": 12, "sustainable-materials": 8,
    "smart-logistics": 6,
}  # fmt: skip
DAYS: dict[str, tuple[int, int]] = {"outward_mission": (3, 6), "inward_mission": (2, 4), "group_stand": (2, 4)}
# Type -> meetings for each company, lowest and highest.
MEETINGS: dict[str, tuple[int, int]] = {
    "outward_mission": (3, 6), "inward_mission": (2, 4), "matchmaking": (2, 5), "group_stand": (1, 4),
    "investor_visit": (1, 2),
}  # fmt: skip
NO_OUTCOME: Activity = {
    "participants_count": 0, "companies_count": 0, "first_time_exporters_count": 0, "b2b_meetings_count": 0,
    "leads_count": 0, "cost_eur": 0, "budget_used_eur": 0,
}  # fmt: skip
# Type -> its cost, as a multiple of a seminar's.
COSTS: dict[str, int] = {"outward_mission": 5, "group_stand": 5, "inward_mission": 3, "matchmaking": 2}


@cache
def read_contracts() -> dict[str, dict[str, str]]:
    """Read the contracts that owe reports by code, each with its feed and its partner's `name`."""
    partners = {row["partner_code"]: row for row in _table("partner")}
    feeds = {row["contract_code"]: row for row in _table("contract_feed")}
    return {
        row["contract_code"]: row
        | feeds[row["contract_code"]]
        | {"name": partners[row["partner_code"]]["name_en" if row["language_code"] == "en" else "name"]}
        for row in _table("contract")
        if row["owes_reports"] == "true"
    }


def list_quarters() -> list[str]:
    """List the quarters of this world, oldest first; the last one may lie in the future."""
    first, last = int(FIRST_PERIOD[:4]), int(LAST_PERIOD[:4])
    return [f"{year}-Q{quarter}" for year in range(first, last + 1) for quarter in range(1, 5)]


def is_due(contract_code: str, period: str) -> bool:
    """Check whether the contract runs in a quarter that this world knows."""
    contract, end = read_contracts()[contract_code], str(quarter_end(period))
    return FIRST_PERIOD <= period <= LAST_PERIOD and contract["start_date"] <= end <= contract["end_date"]


def quarter_end(period: str) -> date:
    """Return the last day of a quarter such as '2026-Q3'."""
    year, quarter = int(period[:4]), int(period[-1])
    return date(year + quarter // 4, quarter * 3 % 12 + 1, 1) - timedelta(days=1)


@cache
def plan_year(year: int) -> dict[tuple[str, str], tuple[int, int]]:
    """Plan activities and EUR used of each contract and quarter of a year.

    The EUR add up to the year's total.
    """
    agreed = {row["contract_code"]: row["agreed_eur"] for row in _table("contract_budget") if row["year"] == str(year)}
    cells = {
        (code, f"{year}-Q{quarter}"): int(float(agreed.get(code, "0"))) * weight
        for code in read_contracts()
        for quarter, weight in enumerate(QUARTER_WEIGHTS, start=1)
    }
    listed, budget = YEARS[year]
    rolls = [dice("size", *cell)(75, 125) for cell in cells]
    weights = [weight * roll for weight, roll in zip(cells.values(), rolls, strict=True)]
    counts = allot(max(listed - len(cells), 0), weights)
    amounts = allot(budget, weights)
    return {
        cell: (min(1 + count, MAX_PER_QUARTER), amount)
        for cell, count, amount in zip(cells, counts, amounts, strict=True)
    }


def build_activities(contract_code: str, period: str) -> list[Activity]:
    """Build the activities of a contract in a quarter, in the columns of the workbook."""
    count, budget = plan_year(int(period[:4]))[contract_code, period]
    contract = read_contracts()[contract_code]
    work = [_activity(contract, period, number) for number in range(1, count + 1)]
    held = [activity for activity in work if activity["status_code"] == "held"]
    roll = dice("cost", contract_code, period)
    weights = [COSTS.get(str(activity["activity_type_code"]), 1) * roll(60, 140) for activity in held]
    for activity, used in zip(held, allot(budget, weights), strict=True):
        activity |= {"budget_used_eur": used, "cost_eur": used * roll(115, 240) // 100}
    work[0] = apply_shared_event(contract_code, period, work[0])
    return [build_details(contract, period, activity) | activity for activity in work]


def _activity(contract: dict[str, str], period: str, number: int) -> Activity:
    """Build one activity, without money; the first of a quarter always takes place.

    An activity that does not take place has no outcome and uses no budget.
    """
    roll = dice("activity", contract["contract_code"], period, number)
    kind, status = pick(roll, TYPES), "held" if number == 1 else pick(roll, STATUSES)
    start = _working_day(quarter_end(period) - timedelta(days=roll(9, 84)))
    return {
        "activity_code": f"{period}-{number:02d}",
        "activity_type_code": kind,
        "status_code": status,
        "start_date": start,
        "end_date": start + timedelta(days=roll(*DAYS.get(kind, (1, 1))) - 1),
        "mode_code": "online" if kind == "webinar" else pick(roll, MODES),
        "core_domain_code": _domain(contract, roll),
        **_subject(contract, kind, roll),
        **(_outcome(kind, roll) if status == "held" else NO_OUTCOME),
    }


def _subject(contract: dict[str, str], kind: str, roll: Roll) -> Activity:
    """Choose the title, in the contract's language, and the markets, the title's market first."""
    topic, language = TOPICS.get(contract["partner_code"], GENERAL), contract["language_code"]
    market, second = (topic.markets[roll(0, len(topic.markets) - 1)] for _ in range(2))
    subject = topic.subjects[roll(0, len(topic.subjects) - 1)]
    has_second = kind in ("seminar", "webinar") and market != second and roll(1, 4) == 1
    return {
        "title": TITLES[kind][language].format(subject=subject, market=MARKETS[language].get(market, market)),
        "market_codes": [market, second] if has_second else [market],
    }


def _domain(contract: dict[str, str], roll: Roll) -> str:
    return contract["core_domain_code"] if contract["core_domain_code"] != "unassigned" else pick(roll, DOMAINS)


def _working_day(day: date) -> date:
    return day - timedelta(days=max(day.weekday() - 4, 0))


def _outcome(kind: str, roll: Roll) -> Activity:
    companies = 8 + roll(0, 52) * roll(10, 100) // 100
    meetings = companies * roll(*MEETINGS.get(kind, (0, 0)))
    return {
        "participants_count": companies * roll(110, 190) // 100,
        "companies_count": companies,
        "first_time_exporters_count": companies * roll(2, 25) // 100,
        "b2b_meetings_count": meetings,
        "leads_count": meetings * roll(5, 20) // 100,
    }


def _table(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
