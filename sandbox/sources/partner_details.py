"""Details of the partners' reports since 2025: places, shares, companies, follow-up.

All constructed; the enterprise numbers are well formed and from a range of their own. Reports of before 2025 use the
first template, which had none of these columns. Every dice has its own seed, so that the figures of `partner_work` do
not depend on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast

from sandbox.sources.allotment import dice, pick

Row = dict[str, object]

FIRST_PERIOD = "2025-Q1"
OLD_TEMPLATE = "2026.1"
HOME_TOWNS = ("Antwerpen", "Brussel", "Gent", "Genk", "Leuven", "Kortrijk", "Mechelen")
TOWNS = {
    "AE": "Dubai", "AT": "Wien", "BR": "São Paulo", "CA": "Toronto", "CH": "Basel", "CN": "上海 Shanghai",
    "DE": "München", "DK": "København", "FI": "Helsinki", "FR": "Lyon", "GB": "London", "IL": "Haifa", "IN": "Mumbai",
    "IT": "Milano", "JP": "Tokyo", "KR": "Seoul", "NL": "Eindhoven", "NO": "Bergen", "PL": "Kraków", "PT": "Porto",
    "SE": "Göteborg", "SG": "Singapore", "US": "Boston", "VN": "Hà Nội",
}  # fmt: skip
ABROAD = {"outward_mission", "group_stand", "study_visit", "promotion"}
# Enterprise numbers: the companies of a contract come from its own part of the range, and some from a shared part.
RANGE, SHARED, OWN = 4_100_000, 900, 300
BANDS = {"none": 18, "up_to_20": 22, "up_to_40": 20, "up_to_60": 14, "up_to_80": 10, "over_80": 9, "all": 7}
CONFIRMED = {"yes": 55, "no": 10, "no_answer": 35}
# Two partners that report the same event, each in its own report.
CO_ORGANISED = {"essenscia-2022": "blue-cluster", "blue-cluster-2022": "essenscia"}
SHARED_EVENT: Row = {
    "activity_type_code": "matchmaking",
    "title": "Matchmaking Circulaire kunststoffen uit zee met Noorwegen",
    "start_date": date(2026, 9, 10),
    "end_date": date(2026, 9, 11),
    "mode_code": "onsite",
    "market_codes": ["NO"],
    "place": "Oostende",
    "country_code": "BE",
}
SHARED_EVENT_PERIOD = "2026-Q3"


def has_details(period: str) -> bool:
    """Check whether the reports of a quarter use today's template."""
    return period >= FIRST_PERIOD


def build_details(contract: Mapping[str, str], period: str, activity: Row) -> Row:
    """Build the columns of an activity that only today's template has; empty before 2025."""
    if not has_details(period):
        return {}
    roll = dice("details", contract["contract_code"], activity["activity_code"])
    cost, used = int(cast("int", activity["cost_eur"])), int(cast("int", activity["budget_used_eur"]))
    own = (cost - used) * roll(60, 100) // 100
    companies = int(cast("int", activity["companies_count"]))
    return {
        **_place(activity, roll(0, len(HOME_TOWNS) - 1)),
        **_domains(str(activity["core_domain_code"]), roll(1, 5)),
        "own_part_eur": own,
        "public_part_eur": cost - used - own,
        "smes_count": companies * roll(55, 95) // 100,
    }


def apply_shared_event(contract_code: str, period: str, activity: Row) -> Row:
    """Make the first activity of two partners in the last quarter one event of both."""
    if period != SHARED_EVENT_PERIOD or contract_code not in CO_ORGANISED:
        return activity
    return activity | SHARED_EVENT | {"co_organiser_codes": [CO_ORGANISED[contract_code]]}


def build_companies(contract_code: str, period: str, activities: Sequence[Row]) -> list[Row]:
    """Build the companies of each activity that was held, as many as it counts.

    Some companies come to other partners too.
    """
    if not has_details(period):
        return []
    first = RANGE + SHARED + dice("range", contract_code)(0, 2_000) * OWN
    rows: list[Row] = []
    for activity in activities:
        roll = dice("companies", contract_code, activity["activity_code"])
        count, smes, new = (
            _count(activity, name) for name in ("companies_count", "smes_count", "first_time_exporters_count")
        )
        shared = {RANGE + roll(0, SHARED - 1) for _ in range(count // 4)}
        start = roll(0, OWN - 1)
        bases = sorted(shared) + [first + (start + i) % OWN for i in range(count - len(shared))]
        rows += [
            {
                "activity_code": activity["activity_code"],
                "company_number": format_enterprise_number(base),
                "is_sme": str(i < smes).lower(),
                "is_first_time_exporter": str(i < new).lower(),
            }
            for i, base in enumerate(bases)
        ]
    return rows


def build_follow_ups(contract_code: str, period: str, earlier: Mapping[int, Sequence[Row]]) -> list[Row]:
    """Build the results of earlier activities with leads: those of 6 and of 12 months ago."""
    if not has_details(period):
        return []
    rows: list[Row] = []
    for months, activities in sorted(earlier.items()):
        for activity in activities:
            if leads := _count(activity, "leads_count"):
                roll = dice("follow-up", contract_code, activity["activity_code"], months)
                deals = leads * roll(10, 45) * months // 1200
                rows.append(
                    {
                        "activity_code": activity["activity_code"],
                        "months_after": str(months),
                        "deals_count": deals,
                        "value_amount": deals * roll(8, 90) * 1000,
                        "currency_code": "EUR",
                        "is_new_market": str(roll(1, 3) == 1).lower(),
                        "confirmed_code": pick(roll, CONFIRMED),
                        "without_help_code": pick(roll, BANDS),
                        "satisfaction_score": roll(5, 10),
                    }
                )
    return rows


def format_enterprise_number(base: int) -> str:
    """Format the enterprise number of a 0 and seven digits as Belgians write it."""
    check = 97 - base % 97
    digits = f"{base:08d}{check:02d}"
    return f"{digits[:4]}.{digits[4:7]}.{digits[7:]}"


def _place(activity: Row, town: int) -> Row:
    if activity["mode_code"] == "online":
        return {}
    markets = cast("list[str]", activity["market_codes"])
    if activity["activity_type_code"] in ABROAD:
        return {"place": TOWNS.get(markets[0], ""), "country_code": markets[0]}
    return {"place": HOME_TOWNS[town], "country_code": "BE"}


def _domains(domain: str, roll: int) -> Row:
    """Choose the domains: every fifth activity is for a second domain as well."""
    second = "unassigned" if domain != "unassigned" else "engineering-technology"
    if roll > 1:
        return {"core_domain_share": 1}
    return {"core_domain_share": 0.7, "core_domain_2_code": second, "core_domain_2_share": 0.3}


def _count(activity: Row, name: str) -> int:
    value = activity.get(name, 0)
    return value if isinstance(value, int) else 0
