"""Hand-made rows of the marts, shaped as include.reports.figures.read_marts reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from include.reports.issue.report_run import ReportRun

RUN = ReportRun(
    report_run_id=1, report_code="KPI-2026-Q3", version=1, period="2026-Q3",
    as_of=datetime(2026, 10, 15, 7, 0, tzinfo=UTC), state="pinned",
)  # fmt: skip


def kpi(code: str = "fdi_jobs", **given: Any) -> dict[str, Any]:
    """A scorecard row on plan; name what differs."""
    row = {
        "kpi_code": code, "position": 9, "objective_code": "prosperity", "objective_position": 5,
        "objective_name_nl": "Welvaart, weerbaarheid en banen", "objective_name_en": "Prosperity, resilience and jobs",
        "name_nl": "Aangekondigde banen", "name_en": "Announced jobs",
        "definition_nl": "Aantal banen sinds 1 januari.", "definition_en": "Number of jobs since 1 January.",
        "unit_code": "NUMBER", "decimals": 0, "measure_code": "flow", "direction_code": "up",
        "source_name": "FIT", "source_url": "https://example.org/fdi", "owner": "FIT, Invest",
        "period": "2026-Q3", "period_start_date": "2026-01-01", "period_end_date": "2026-09-30",
        "value": 4100.0, "is_provisional": False, "revised_from_value": None, "planned_value": 4050.0,
        "last_year_value": 3780.0, "baseline_value": 3900.0, "target_year": 2026, "target_value": 5400.0,
        "target_provenance": "illustrative", "progress_share": 1.2, "status_code": "on_track", "status_reason": None,
        "known_from": "2026-10-15T07:00:00+00:00", "reports_received_count": None, "reports_due_count": None,
    }  # fmt: skip
    row |= given
    value, planned, earlier = (row[name] for name in ("value", "planned_value", "last_year_value"))
    row.setdefault("plan_gap_share", value / planned - 1 if value is not None and planned else None)
    row.setdefault("last_year_change_share", value / earlier - 1 if value is not None and earlier else None)
    return row


def known_now(row: dict[str, Any], value: float | None, **given: Any) -> dict[str, Any]:
    """What is known now of the period that a scorecard row showed."""
    known = {"ytd_value": value, "as_counted_then": value, "planned_value": row["planned_value"]}
    return {"kpi_code": row["kpi_code"], "period": row["period"], **known, **given}


def nine() -> list[dict[str, Any]]:
    """A scorecard with every status and every unit."""
    trade = {
        "objective_name_nl": "Meer en beter gespreide uitvoer", "objective_name_en": "More and wider-spread exports",
        "period": "2026-08", "period_end_date": "2026-08-31", "source_name": "INR / Nationale Bank van België",
    }  # fmt: skip
    money = {"objective_name_nl": "Meer buitenlandse investeringen", "objective_name_en": "More foreign investment"}
    domains = {"objective_name_nl": "Sterke kerndomeinen", "objective_name_en": "Strong core domains"}
    network = {
        "objective_name_nl": "Een actief partnernetwerk binnen zijn budget",
        "objective_name_en": "An active partner network within its budget",
        "source_name": "Verslagen van de partners / partner reports",
        "reports_received_count": 19, "reports_due_count": 21,
    }  # fmt: skip
    return [
        kpi("exports_eur", name_nl="Uitvoer van goederen", name_en="Exports of goods", unit_code="EUR",
            value=231.4e9, planned_value=236.0e9, last_year_value=226.9e9, target_value=440e9,
            revised_from_value=232.6e9, is_provisional=True, status_code="slightly_behind", **trade),
        kpi("market_spread", name_nl="Spreiding over markten", name_en="Spread over markets", unit_code="INDEX",
            decimals=1, measure_code="level", value=11.2, planned_value=12.8, last_year_value=11.4, target_value=13.0,
            status_code="moving_away", **(trade | {"period_start_date": "2026-08-01"})),
        kpi("fdi_projects", name_nl="Buitenlandse investeringsprojecten", name_en="Foreign investment projects",
            value=214, planned_value=207, last_year_value=201, target_value=280, **money),
        kpi("fdi_capex", name_nl="Aangekondigde investeringen", name_en="Announced investments", unit_code="EUR",
            value=4.21e9, planned_value=3.1e9, last_year_value=3.9e9, target_value=4e9, status_code="reached", **money),
        kpi("exports_core_domains_eur", name_nl="Uitvoer van de kerndomeinen", name_en="Exports of the core domains",
            unit_code="EUR", value=171.4e9, planned_value=172e9, last_year_value=None, target_value=320e9,
            **(trade | domains)),
        kpi("activities", name_nl="Activiteiten van de partners", name_en="Activities of the partners", value=166,
            planned_value=150, last_year_value=139, target_value=200, is_provisional=True, **network),
        kpi("companies_reached", name_nl="Bereikte bedrijven", name_en="Companies reached", value=None,
            planned_value=900, last_year_value=None, target_value=1200, period=None, period_start_date=None,
            period_end_date=None, known_from=None, status_code="no_verdict", status_reason="no_data", **network),
        kpi("budget_used", name_nl="Gebruikt budget", name_en="Budget used", unit_code="EUR", direction_code="band",
            value=612000, planned_value=750000, last_year_value=690000, target_value=1000000,
            status_code="well_behind", **network),
        kpi(value=3190, status_code="well_behind"),
    ]  # fmt: skip


def rows(scorecard: list[dict[str, Any]] | None = None, **given: Any) -> dict[str, Any]:
    """All rows of an issue."""
    names = [
        ("life-sciences", "Levenswetenschappen en gezondheid", "Life sciences and health", 38, 45, 1240, 4, 4),
        ("food", "Voeding", "Food", 29, 27, 780, 2, 2),
        ("engineering-technology", "Oplossingsgerichte engineering en technologie",
         "Solution-driven engineering and technology", 52, 60, 2105, 7, 8),
        ("smart-logistics", "Slimme logistiek", "Smart logistics", 21, 19, 515, 2, 3),
        ("sustainable-materials", "Duurzame grondstoffen, materialen en chemie",
         "Sustainable resources, materials and chemistry", 26, None, 690, 4, 4),
        ("unassigned", "Niet toegewezen", "Unassigned", 12, 15, 300, 0, 0),
    ]  # fmt: skip
    domains = [
        {
            "core_domain_code": code, "position": position, "name_nl": dutch, "name_en": english,
            "activities_count": activities, "companies_count": companies, "planned_activities_count": planned,
            "plan_provenance": None if planned is None else "illustrative",
            "reports_received_count": received, "reports_due_count": due,
        }
        for position, (code, dutch, english, activities, planned, companies, received, due) in enumerate(names, 1)
    ]  # fmt: skip
    return {
        "scorecard": nine() if scorecard is None else scorecard,
        "domains": domains,
        "partners": [partner("Agoria"), partner("Fedustria", "missing"), partner("VIL", "missing"),
                     partner("FLEGA", "quarantined"), partner("Voka", rejected=3)],
        "thresholds": [
            {"threshold_code": code, "value": value}
            for code, value in [("band_on_track", 0.05), ("band_slightly", 0.15), ("on_track", 0.95),
                                ("reported_share", 0.8), ("slightly_behind", 0.6)]
        ],
        "sample": [{"payloads_count": 12}],
        "chart": quarter_ends(),
        "trend": trend_of("exports_eur", 50e9, 51e9, 49e9, 53e9, 54e9, 52e9, 55e9, 58e9)
        + trend_of("fdi_jobs", 1500, 1400, None, 1200, 1000, 900, 1100, 790)
        + trend_of("budget_used", 200, 200, 200) + trend_of("activities", 4, 5),
        "previous": [],
        "shown_before": [],
    } | given  # fmt: skip


def partner(name: str, state: str = "received", rejected: int = 0) -> dict[str, Any]:
    """A row of mart.partner_report."""
    return {
        "partner_code": name.lower(), "partner_name": name, "state": state, "due_date": "2026-10-15",
        "rejected_row_count": rejected,
    }  # fmt: skip


def trend_of(code: str, *values: float | None, last: int = 2026 * 4 + 2) -> list[dict[str, Any]]:
    """Values of quarters up to the second of 2026, oldest first; None is a row that is not there."""
    return [
        {"kpi_code": code, "quarter": last - len(values) + at, "value": value}
        for at, value in enumerate(values, 1)
        if value is not None
    ]


def quarter_ends(planned: float | None = 1.02) -> list[dict[str, Any]]:
    """Year-to-date exports of 2023-Q1 to 2026-Q2; the plan as a multiple of the value."""
    return [
        {
            "year": year, "quarter": quarter, "ytd_value": (quarter * (96 + 4 * (year - 2023)) + quarter**2) * 1e9,
            "planned_value": planned and planned * (quarter * (96 + 4 * (year - 2023)) + quarter**2) * 1e9,
        }
        for year in range(2023, 2027)
        for quarter in range(1, 5)
        if (year, quarter) <= (2026, 2)
    ]  # fmt: skip
