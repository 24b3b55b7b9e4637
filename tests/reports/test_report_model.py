"""The report is read from the marts, as of its moment and nothing later."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from include.reports.delivery import artifacts, recipients
from include.reports.delivery.settings import MailSettings
from include.reports.figures.read_marts import chart_quarters
from include.reports.issue import report_run
from include.reports.render.html import Rendered, render
from include.reports.workflow import issue_steps
from include.reports.workflow.rebuild import read_and_build

REFERENCE = Path(__file__).parents[2] / "include" / "sources" / "reference"
TABLES = (
    "kpi", "kpi_target", "kpi_plan", "objective", "status_threshold", "core_domain", "partner", "contract", "recipient",
)  # fmt: skip
CLOCK = datetime(2026, 10, 15, 7, 0, tzinfo=UTC)
Project = Callable[..., None]


@pytest.fixture
def payload(conn: psycopg.Connection) -> int:
    """A payload of the sample world."""
    row = conn.execute(
        """insert into landing.payload (source_code, scope, sha256, bytes_count, media_type, url, location, fetched_at,
           parser_version, is_sample) values ('fit_fdi_project', '{}', repeat('0', 64), 1, 'text/csv', '', '',
           '2026-10-01', '1', true) returning payload_id"""
    ).fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def reference(conn: psycopg.Connection, payload: int) -> None:
    """The project's own reference rows, known since 2020."""
    for table in TABLES:
        with (REFERENCE / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                values = row | {"known_from": "2020-01-01", "payload_id": str(payload)}
                names, marks = map(sql.Identifier, values), [sql.Placeholder()] * len(values)
                statement = sql.SQL("insert into core.{} ({}) values ({})").format(
                    sql.Identifier(table), sql.SQL(", ").join(names), sql.SQL(", ").join(marks)
                )
                conn.execute(statement, list(values.values()))


@pytest.fixture
def project(conn: psycopg.Connection, payload: int, reference: None) -> Project:
    """Adds an announced project of 2026."""

    def project(code: str, jobs: int, known_from: str = "2026-10-01", day: str = "2026-08-01") -> None:
        conn.execute(
            """insert into core.fdi_project (project_code, year, announced_date, country_code, mode_code,
               core_domain_code, jobs_count, capex_eur, known_from, payload_id)
               values (%s, %s, %s, 'US', 'greenfield', 'food', %s, 1000000, %s, %s)""",
            (code, int(day[:4]), day, jobs, known_from, payload),
        )

    return project


def jobs_of(context):
    return next(kpi for group in context["objectives"] for kpi in group["kpis"] if kpi["kpi_code"] == "fdi_jobs")


def test_a_figure_learned_after_the_moment_is_not_in_the_report(conn, project):
    project("A", 100, day="2026-02-01")
    project("B", 200)
    run = report_run.pin_issue(conn, "2026-Q3", CLOCK)
    before = read_and_build(conn, run, "management", "nl")
    project("C", 4000, known_from=(CLOCK + timedelta(hours=1)).isoformat())
    assert read_and_build(conn, run, "management", "nl") == before
    assert jobs_of(before)["value"] == 300
    assert jobs_of(before)["period"] == "2026-Q3"


def test_the_context_is_json_with_the_indicators_by_objective(conn, project):
    project("A", 100, day="2026-02-01")
    context = read_and_build(conn, report_run.pin_issue(conn, "2026-Q3", CLOCK), "management", "en")
    assert json.loads(json.dumps(context)) == context
    assert [len(group["kpis"]) for group in context["objectives"]] == [2, 1, 1, 2, 1]
    assert [domain["name"] for domain in context["domains"]][:2] == ["Life sciences and health", "Food"]
    assert context["partners"]["missing_count"] == context["partners"]["due_count"] == 21
    assert context["is_sample"]


def test_a_report_from_the_marts_renders_for_everyone_who_gets_it(conn, project):
    project("A", 100, day="2026-02-01")
    project("B", 200)
    run = report_run.pin_issue(conn, "2026-Q3", CLOCK)
    variants = recipients.query_variants(conn, run)
    assert variants == [
        ("engineer", "en"), ("management", "en"), ("management", "nl"), ("minister", "nl"), ("partner", "en"),
        ("partner", "nl"), ("partner:agoria", "nl"),
    ]  # fmt: skip
    for audience, language in variants:
        rendered = render(read_and_build(conn, run, audience, language))
        assert artifacts.store_artifact(conn, run, audience, language, rendered) == rendered
        assert "sample data" in rendered.text
        assert ("Voka" in rendered.text) == (audience in ("management", "engineer"))


def parted(conn, dsn, project, monkeypatch) -> dict[tuple[str, str], set[str]]:
    """Of each variant the parts in which what an issue makes differs from the same report built by itself."""
    project("A", 100, day="2026-02-01")
    run, settings = report_run.pin_issue(conn, "2026-Q3", CLOCK), MailSettings(page_url="https://example.org/kpi/")
    made = {}

    def keep_context(context):
        made[context["report"]["audience"], context["report"]["language"]] = context
        return Rendered(subject=context["subject"], html="", text="", images={})

    # Everything after the context is drawn from it alone.
    monkeypatch.setattr(issue_steps, issue_steps.package.__name__, keep_context)
    issue_steps.render_issue(dsn, run.report_run_id, settings)
    built = {variant: read_and_build(conn, run, *variant, settings) for variant in recipients.query_variants(conn, run)}
    assert made.keys() == built.keys()
    return {
        variant: {
            name for name in context.keys() | made[variant].keys() if context.get(name) != made[variant].get(name)
        }
        for variant, context in built.items()
    }


def test_what_an_issue_makes_is_the_report_that_can_be_built_of_it(conn, dsn, project, monkeypatch):
    found = parted(conn, dsn, project, monkeypatch)
    assert {audience for audience, _ in found} == {"engineer", "management", "minister", "partner", "partner:agoria"}
    assert {
        variant: parts - {"partner_section"} for variant, parts in found.items() if parts - {"partner_section"}
    } == {}
    assert [variant for variant, parts in found.items() if parts and ":" not in variant[0]] == []


@pytest.mark.xfail(
    strict=True, reason="a partner's own section is empty in the mail that leaves; a later issue mends it"
)
def test_a_partners_own_mail_has_its_own_section_as_the_built_report_has(conn, dsn, project, monkeypatch):
    found = parted(conn, dsn, project, monkeypatch)
    assert {variant: parts for variant, parts in found.items() if ":" in variant[0]} == {
        ("partner:agoria", "nl"): set()
    }


def test_what_is_kept_first_stays(conn, project):
    project("A", 100, day="2026-02-01")
    run = report_run.pin_issue(conn, "2026-Q3", CLOCK)
    first = render(read_and_build(conn, run, "management", "nl"))
    second = render(read_and_build(conn, run, "management", "en"))
    artifacts.store_artifact(conn, run, "management", "nl", first)
    assert artifacts.store_artifact(conn, run, "management", "nl", second) == first


def test_a_stale_source_is_a_reason_to_hold_and_says_what_to_do(conn, project):
    project("A", 100, day="2026-02-01")
    reasons = issue_steps.reasons_to_hold(conn, report_run.pin_issue(conn, "2026-Q3", CLOCK))
    assert (
        "nbb_goods_trade: expected data no older than 105 days; got data until never. "
        "Run its ingest, then this report again."
    ) in reasons
    assert not [reason for reason in reasons if reason.startswith("scorecard")]


def test_a_newest_delivery_in_quarantine_is_a_reason_to_hold_until_a_later_one_is_loaded(conn, project):
    project("A", 100, day="2026-02-01")
    (source,) = conn.execute("select source_code from core.kpi where kpi_code = 'fdi_jobs'").fetchone()
    batch = """
        with payload as (
            insert into landing.payload (source_code, scope, sha256, bytes_count, media_type, url, location, fetched_at,
                parser_version)
            values (%s, '{"file": "annual"}', repeat(%s, 64), 1, '', '', '', now(), '1')
            returning payload_id
        )
        insert into ops.batch (payload_id, clock, state, error, error_class)
        select payload_id, %s, %s, 'A third of the years is missing.', 'CheckFailed' from payload"""
    held = f"{source}: expected its newest delivery to be loaded; got one in quarantine: A third of the years"
    conn.execute(batch, (source, "1", CLOCK - timedelta(hours=2), "quarantined"))
    run = report_run.pin_issue(conn, "2026-Q3", CLOCK)
    assert [reason for reason in issue_steps.reasons_to_hold(conn, run) if reason.startswith(held)]
    conn.execute(batch, (source, "2", CLOCK - timedelta(hours=1), "loaded"))
    assert not [reason for reason in issue_steps.reasons_to_hold(conn, run) if "quarantine" in reason]


def test_an_empty_warehouse_still_gives_a_context(conn):
    context = read_and_build(conn, report_run.pin_issue(conn, "2026-Q3", CLOCK), "management", "nl")
    assert context["headline"] == "Nog geen oordeel over de indicatoren"
    assert render(context).images == {}


def test_quarters_are_differences_of_year_to_date_values():
    ends = [
        {"year": 2025, "quarter": 1, "ytd_value": 10.0, "planned_value": None},
        {"year": 2025, "quarter": 2, "ytd_value": 25.0, "planned_value": None},
        {"year": 2026, "quarter": 1, "ytd_value": 12.0, "planned_value": 11.0},
        {"year": 2026, "quarter": 3, "ytd_value": 50.0, "planned_value": 40.0},
    ]
    assert chart_quarters(ends) == [
        {"period": "2025-Q1", "value": 10.0, "planned_value": None, "last_year_value": None},
        {"period": "2025-Q2", "value": 15.0, "planned_value": None, "last_year_value": None},
        {"period": "2026-Q1", "value": 12.0, "planned_value": 11.0, "last_year_value": 10.0},
    ]


def test_a_partners_own_part_is_read_from_its_own_rows_for_the_same_part_of_both_years(
    conn: psycopg.Connection, payload: int, reference: None
) -> None:
    known = {"known_from": "2026-10-10", "payload_id": payload}
    conn.execute(
        """insert into core.partner_report (contract_code, period, is_nil, template_version, activity_count,
           rejected_row_count, known_from, payload_id)
           values ('agoria-2022', '2026-Q3', false, '1', 2, 3, %(known_from)s, %(payload_id)s)""",
        known,
    )
    for contract, code, day, companies in (
        ("agoria-2022", "A1", "2026-02-03", 10), ("agoria-2022", "A2", "2026-08-03", 20),
        ("agoria-2022", "B1", "2025-09-03", 5), ("agoria-2022", "B2", "2025-11-03", 700),
        ("fevia-2022", "A1", "2026-08-03", 900),
    ):  # fmt: skip
        conn.execute(
            """insert into core.partner_activity (contract_code, activity_code, report_period, activity_type_code,
               status_code, title, start_date, end_date, mode_code, market_codes, core_domain_code, companies_count,
               budget_used_eur, known_from, payload_id)
               values (%(contract)s, %(code)s, to_char(%(day)s::date, 'YYYY-"Q"Q'), 'seminar', 'held', %(code)s,
               %(day)s, %(day)s, 'onsite', '{VN}', 'food', %(companies)s, 500, %(known_from)s, %(payload_id)s)""",
            {"contract": contract, "code": code, "day": day, "companies": companies, **known},
        )
    run = report_run.pin_issue(conn, "2026-Q3", CLOCK)
    own = read_and_build(conn, run, "partner:agoria", "nl")["partner_section"]
    assert (own["partner_name"], own["state"], own["rejected_row_count"]) == ("Agoria", "received", 3)
    assert (own["activities_count"], own["companies_count"], own["budget_used_eur"]) == ([2, 1], [30, 5], [1000, 500])
    assert (own["due_date"], own["next_due_date"]) == ("2026-10-15", "2027-01-15")
    others = ("partner", "management", "partner:nobody")
    assert [read_and_build(conn, run, audience, "nl")["partner_section"] for audience in others] == [None, None, None]
