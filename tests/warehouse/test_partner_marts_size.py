"""Marts of the partners stay quick with five years of reports and their lists of companies.

A bad plan of partner_reach once took two minutes over these rows, where it now takes a second.
"""

from __future__ import annotations

import pytest

REPORTS = """
insert into core.partner_report (contract_code, period, is_nil, template_version, activity_count, rejected_row_count,
    known_from, payload_id)
select contract_code, year || '-Q' || quarter, false, '1', 4, 0, '2026-01-31', %(payload)s
from core.contract, generate_series(2022, 2026) as year, generate_series(1, 4) as quarter where owes_reports
"""
ACTIVITIES = """
insert into core.partner_activity (contract_code, activity_code, report_period, activity_type_code, status_code, title,
    start_date, end_date, mode_code, market_codes, core_domain_code, companies_count, smes_count, budget_used_eur,
    co_organiser_codes, known_from, payload_id)
select contract_code, period || '-' || n, period, 'seminar', 'held', 'Seminar ' || n, day, day, 'onsite',
    array['VN', 'IN'], 'food', 25, 10, 500, array['voka'], '2026-01-31', %(payload)s
from core.partner_report, generate_series(1, 4) as n, lateral (select core.period_end(period) as day)
"""
COMPANIES = """
insert into core.partner_company (contract_code, report_period, activity_code, company_hash, is_sme,
    is_first_time_exporter, known_from, payload_id)
select contract_code, report_period, activity_code,
    lpad(abs(hashtext(contract_code || n)::bigint)::text, 64, '0'), true, false, '2026-01-31', %(payload)s
from core.partner_activity, generate_series(1, 10) as n
"""


@pytest.fixture
def five_years(given):
    given.reference("objective", "kpi", "kpi_target", "kpi_plan", "status_threshold", "core_domain", "partner",
                    "contract", "contract_budget")  # fmt: skip
    for statement in (REPORTS, ACTIVITIES, COMPANIES):
        given.conn.execute(statement, {"payload": given.payload_id})
    given.conn.execute("analyze")
    given.as_of("2026-10-15 09:00+02")
    given.conn.execute("set statement_timeout = '15s'")
    return given.conn


@pytest.mark.parametrize("mart", ["partner_reach", "partner_quarter", "partner_outcome", "partner_budget", "scorecard"])
def test_it_answers_within_the_patience_of_a_reader(five_years, mart: str) -> None:
    five_years.execute(f"select * from mart.{mart}").fetchall()
