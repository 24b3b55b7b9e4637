"""An inbox: reports handed in as bytes go through stage, check and merge on a warehouse with a small network in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include import landing
from include.ledger import open_batch
from include.partners.lists import Language
from include.partners.template import write_workbook
from include.periods import clock_from
from include.pipeline import load_steps
from include.warehouse.roles import REPORTER

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CLOCK = "2026-10-15T09:00:00+02:00"
PERIOD = "2026-Q3"
PARTNERS = {"agoria": "Agoria", "voka": "Voka", "bva": "Belgian-Vietnamese Alliance"}
COUNTRIES = ("BE", "VN", "NO", "DE")
DOMAINS = ("food", "engineering-technology", "unassigned")
GOOD: dict[str, object] = {
    "activity_code": "A1",
    "activity_type_code": "outward_mission",
    "status_code": "held",
    "title": "Missie naar Hanoi",
    "start_date": date(2026, 7, 1),
    "end_date": date(2026, 7, 3),
    "mode_code": "onsite",
    "market_codes": ["VN"],
    "core_domain_code": "food",
    "participants_count": 40,
    "companies_count": 2,
    "smes_count": 1,
    "first_time_exporters_count": 1,
    "b2b_meetings_count": 60,
    "leads_count": 11,
    "cost_eur": 4000,
    "budget_used_eur": 1000,
    "own_part_eur": 2000,
    "public_part_eur": 1000,
    "place": "Hanoi",
    "country_code": "VN",
}
COMPANIES: tuple[dict[str, object], ...] = (
    {"activity_code": "A1", "company_number": "0403.170.701", "is_sme": "true", "is_first_time_exporter": "true"},
    {"activity_code": "A1", "company_number": "BE 0202 239 951", "is_sme": "false"},
)
FOLLOW_UP: dict[str, object] = {
    "activity_code": "A1",
    "months_after": "6",
    "deals_count": 2,
    "value_amount": 50000,
    "currency_code": "EUR",
    "is_new_market": "true",
    "confirmed_code": "yes",
    "without_help_code": "up_to_20",
    "satisfaction_score": 8,
}


class Inbox:
    """Reports on their way to a warehouse."""

    GOOD, COMPANIES, FOLLOW_UP, CLOCK, PERIOD = GOOD, COMPANIES, FOLLOW_UP, CLOCK, PERIOD

    def __init__(self, dsn: str, root: Path, reporter: str) -> None:
        self.dsn, self.root, self.reporter = dsn, root.as_uri(), reporter

    def workbook(
        self,
        *rows: Mapping[str, object],
        contract: str = "agoria-2022",
        language: Language = "nl",
        companies: Sequence[Mapping[str, object]] = COMPANIES,
        period: str = PERIOD,
        **more: Any,
    ) -> bytes:
        """A workbook with these changes of the good activity, one row each."""
        owner = {"contract_code": contract, "name": PARTNERS[contract.removesuffix("-2022")]}
        activities = [GOOD | row for row in rows or ({},)]
        return write_workbook(owner, period, language, activities, companies=companies, **more)

    def hand_in(
        self, body: bytes, contract: str = "agoria-2022", clock: str = CLOCK, period: str = PERIOD, kind: str = XLSX
    ) -> int:
        """Bytes to landing, a batch opened; returns its id."""
        kept = landing.store(self.root, "partner_activity", [body], 10**8)
        with psycopg.connect(self.dsn, autocommit=True) as conn:
            row = conn.execute(
                """insert into landing.payload (source_code, scope, sha256, bytes_count, media_type, url, location,
                    fetched_at, released_at, parser_version)
                values ('partner_activity', jsonb_build_object('contract_code', %s::text, 'period', %s::text), %s, %s,
                    %s, '', %s, %s, %s, '2')
                on conflict (source_code, scope, sha256) do update set etag = null returning payload_id""",
                (contract, period, kept.sha256, kept.bytes_count, kind, kept.location, clock, clock),
            ).fetchone()
            assert row is not None
            return open_batch(conn, row[0], clock_from(clock), "test") or 0

    def load(self, body: bytes, **where: str) -> int:
        """A report through the loader; returns the batch's id."""
        batch = self.hand_in(body, **where)
        staged = load_steps.stage(self.dsn, self.root, [batch])
        load_steps.merge(self.dsn, load_steps.check(self.dsn, staged))
        return batch

    def stage(self, body: bytes, **where: str) -> set[str]:
        """The codes of the rules that its rows break."""
        batch = self.hand_in(body, **where)
        load_steps.stage(self.dsn, self.root, [batch])
        return {code for (code,) in self.ask("select reason_code from ops.rejected_row where batch_id = %s", batch)}

    def ask(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the warehouse."""
        with psycopg.connect(self.dsn) as conn:
            return conn.execute(question.encode(), values).fetchall()


@pytest.fixture
def inbox(dsn: str, conn: psycopg.Connection, tmp_path: Path, as_role: Callable[[str], str]) -> Inbox:
    """An inbox on a fresh warehouse that knows three partners."""
    (payload,) = conn.execute(
        """insert into landing.payload (source_code, scope, sha256, bytes_count, media_type, url, location, fetched_at,
            parser_version) values ('test', '{}', repeat('0', 64), 1, '', '', '', '2020-01-01', '1')
        returning payload_id"""
    ).fetchone() or (0,)
    known: dict[str, list[dict[str, object]]] = {
        "partner": [
            {"partner_code": code, "name": name, "name_en": name, "partner_type_code": "x", "theme": "x"}
            for code, name in PARTNERS.items()
        ],
        "contract": [
            {
                "contract_code": f"{code}-2022", "partner_code": code, "start_date": "2026-07-01",
                "end_date": "2026-12-31", "core_domain_code": "food",
                "language_code": "en" if code == "bva" else "nl", "owes_reports": True, "report_due_days": 15,
            }
            for code in PARTNERS
        ],
        "contract_budget": [
            {"contract_code": f"{code}-2022", "year": 2026, "agreed_eur": 20000, "provenance": "test"}
            for code in PARTNERS
        ],
        "partner_contact": [
            {
                "contract_code": f"{code}-2022", "contact_code": "reports", "name": name,
                "email": f"{code}@example.org", "language_code": "en" if code == "bva" else "nl", "is_active": True,
            }
            for code, name in PARTNERS.items()
        ],
        "country": [
            {"country_code": c, "name_nl": c, "name_en": c, "is_aggregate": False}
            for c in COUNTRIES
        ],
        "core_domain": [
            {"core_domain_code": d, "position": i, "name_nl": d, "name_en": d} for i, d in enumerate(DOMAINS)
        ],
        "report_limit": [{"limit_code": "leads_per_meeting", "value": 1, "note": "test"}],
    }  # fmt: skip
    for table, rows in known.items():
        for row in rows:
            values = row | {"known_from": "2020-01-01", "payload_id": payload}
            names, places = ", ".join(values), ", ".join(f"%({name})s" for name in values)
            conn.execute(f"insert into core.{table} ({names}) values ({places})".encode(), values)
    return Inbox(dsn, tmp_path / "landing", as_role(REPORTER))
