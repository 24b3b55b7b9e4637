"""mart.evidence: the rows behind a figure add up to it, and lead back to the bytes."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import namedtuple_row

from include.ledger import ROOT, code_version
from include.reports.workflow import print_evidence as command

CATALOGUE = Path(__file__).parents[2] / "include" / "sources" / "reference" / "kpi.csv"
SUMS = {
    "exports_eur": "2026-07", "exports_core_domains_eur": "2026-07", "exports_engineering_eur": "2026-07",
    "exports_food_eur": "2026-06", "exports_materials_eur": "2026-07", "exports_life_sciences_eur": "2026-07",
    "fdi_projects": "2026-Q1", "fdi_jobs": "2026-Q2", "fdi_capex": "2026-Q2", "activities": "2026-Q1",
    "b2b_meetings": "2026-Q1", "budget_used": "2026-Q3", "confirmed_exports_eur": "2026-Q1",
    "fdi_stock_belgium_eur": "2024", "exporters_count": "2024",
}  # fmt: skip


def evidence(conn: psycopg.Connection, kpi: str, period: str) -> list[Any]:
    with conn.cursor(row_factory=namedtuple_row) as cursor:
        return cursor.execute("select * from mart.evidence(%s, %s)", (kpi, period)).fetchall()


def figure(conn: psycopg.Connection, kpi: str, period: str) -> Any:
    row = conn.execute("select value from mart.kpi_value where kpi_code = %s and period = %s", (kpi, period)).fetchone()
    return row and row[0]


def test_evidence_adds_up_to_the_figure(full, subtests: pytest.Subtests) -> None:
    for kpi, period in SUMS.items():
        with subtests.test(kpi=kpi, period=period), full.conn.transaction(force_rollback=True):
            full.activity("agoria", "met", "2026-03-11", b2b_meetings_count=7, budget_used_eur=None)
            rows, value = evidence(full.conn, kpi, period), figure(full.conn, kpi, period)
            assert value
            assert (
                sum((row.value or 0) * (1 if row.weight_share is None else row.weight_share) for row in rows) == value
            )


@pytest.mark.parametrize(("kpi", "period"), [("report_completeness", "2026-Q3"), ("report_timeliness", "2026-Q3")])
def test_a_share_of_reports_is_the_mean_of_its_evidence_missing_ones_too(full, kpi: str, period: str) -> None:
    full.contract("voka")
    values = [row.value for row in evidence(full.conn, kpi, period)]
    assert len(values) == 3
    assert sum(values) / len(values) == pytest.approx(figure(full.conn, kpi, period))


def test_every_kpi_of_the_catalogue_with_a_figure_has_evidence_and_its_way_back(full) -> None:
    with CATALOGUE.open(encoding="utf-8") as lines:
        codes = [row["kpi_code"] for row in csv.DictReader(lines)]
    figures = full.conn.execute("select kpi_code, max(period) from mart.kpi_value group by kpi_code").fetchall()
    assert {code for code, _ in figures} == set(codes)
    for code, period in figures:
        rows = evidence(full.conn, code, period)
        assert rows, f"{code} has a figure of {period} and no evidence"
        assert all(row.sha256 and row.source_code and row.fetched_at and row.parser_version for row in rows)


def test_a_kpi_that_nobody_knows_is_an_error_that_names_the_known_ones(full) -> None:
    with pytest.raises(
        psycopg.errors.InvalidParameterValue, match=r"no KPI 'nonsense'; there are: activities, .*unassigned_share"
    ):
        evidence(full.conn, "nonsense", "2026-07")


def test_a_period_without_figure_has_no_evidence(full, subtests: pytest.Subtests) -> None:
    for period in ["2026-11", "2026-Q3", "nonsense", ""]:
        with subtests.test(period=period):
            assert evidence(full.conn, "exports_eur", period) == []


def test_totals_of_countries_are_no_evidence_of_a_sum_over_countries(full) -> None:
    assert not [row.item for row in evidence(full.conn, "exports_eur", "2026-07") if ".A1." in f".{row.item}."]


def test_twelve_months_are_listed_where_the_figure_covers_them(full) -> None:
    rows = evidence(full.conn, "market_spread", "2026-07")
    assert sorted({row.period for row in rows}) == sorted(
        [f"2025-{month:02d}" for month in range(8, 13)] + [f"2026-{month:02d}" for month in range(1, 8)]
    )
    union = [row for row in evidence(full.conn, "eu_export_share", "2026-07") if row.item.startswith("ESTAT")]
    assert len(union) == 12


def test_a_correction_stands_beside_what_was_published(full) -> None:
    full.row("correction", dataset_code="BE2:DF_EXTTRADEVLNAT_Overview", series_key="VL.DE.VI.X.COM.VAL.M",
             period="2026-07", expected_value=107, corrected_value=170, reason="r", evidence_url="u", decided_by="d",
             decided_on="2026-10-01")  # fmt: skip
    rows = evidence(full.conn, "exports_eur", "2026-07")
    assert [(row.value, row.published_value) for row in rows if row.is_corrected] == [(170, 107)]
    assert [row.correction_reason for row in rows if row.is_corrected] == ["r"]
    assert sum(row.value for row in rows) == figure(full.conn, "exports_eur", "2026-07")


def test_a_version_of_the_past_shows_what_was_known_then(full) -> None:
    full.conn.execute("update core.observation set known_to = '2026-10-14' where period = '2026-07'")
    full.trade("DE", "2026-07", 1, known_from="2026-10-14")
    assert [row.value for row in evidence(full.conn, "exports_eur", "2026-07")] == [1]
    full.as_of("2026-10-13 09:00+02")
    assert 107 in [row.value for row in evidence(full.conn, "exports_eur", "2026-07")]
    full.as_of("2019-10-13 09:00+02")
    assert evidence(full.conn, "exports_eur", "2026-07") == []


def test_what_was_first_published_is_evidence_of_how_far_figures_move(full) -> None:
    full.conn.execute("update core.observation set known_to = '2026-10-14' where period = '2026-07'")
    full.trade("A1", "2026-07", 120, known_from="2026-10-14")
    values = [row.value for row in evidence(full.conn, "revision_size", "2026-07") if row.period == "2026-07"]
    assert sorted(values) == [107, 120]


def test_the_checks_of_the_batch_that_brought_the_rows_are_counted(full) -> None:
    full.payload_id = full.payload("fit_fdi_project", {})
    full.conn.execute("insert into ops.batch (payload_id, clock, state) values (%s, '2026-10-15 08:00+02', 'loaded'),"
                      " (%s, '2026-10-14 08:00+02', 'quarantined')", [full.payload_id] * 2)  # fmt: skip
    full.conn.execute(
        """insert into ops.check_result (batch_id, expectation, severity, is_success, checked_at)
        select batch_id, name, 'warning', name <> 'c', now()
        from ops.batch, (values ('a'), ('b'), ('c')) as result (name) where payload_id = %s""",
        (full.payload_id,),
    )
    full.project("checked", "2026-03-11")
    rows = {row.item: row for row in evidence(full.conn, "fdi_projects", "2026-Q1")}
    row = rows["checked"]
    assert (row.source_code, row.checks_passed_count, row.checks_failed_count) == ("fit_fdi_project", 2, 1)
    assert rows["agoria1"].batch_id is None


def test_an_analyst_may_ask_for_evidence(full) -> None:
    full.conn.execute("set role analyst")
    full.conn.execute("set default_transaction_read_only = on")
    assert evidence(full.conn, "fdi_jobs", "2026-Q1")
    assert evidence(full.conn, "exports_eur", "2026-07")


def test_bytes_that_were_read_twice_lead_to_the_reading_that_wrote_the_row(full) -> None:
    full.payload_id = full.payload("fit_fdi_project", {})
    for day, parser, code in (("2026-10-13", "1", "old"), ("2026-10-14", "2", "new")):
        full.conn.execute(
            """with batch as (
                insert into ops.batch (payload_id, clock, known_from, state, parser_version, code_version)
                values (%s, %s, %s, 'loaded', %s, %s) returning batch_id)
            insert into ops.merge
            (batch_id, target, known_from, inserted_row_count, closed_row_count, unchanged_row_count)
            select batch_id, 'core.fdi_project', %s, 1, 0, 0 from batch""",
            (full.payload_id, day, day, parser, code, day),
        )
        full.project(f"of {day}", "2026-03-11", known_from=day)
    rows = {row.item: row for row in evidence(full.conn, "fdi_projects", "2026-Q1")}
    assert [(rows[f"of 2026-10-{day}"].parser_version, rows[f"of 2026-10-{day}"].code_version) for day in (13, 14)] == [
        ("1", "old"),
        ("2", "new"),
    ]


def test_the_version_of_the_code_is_that_of_the_same_files_and_changes_with_one(tmp_path: Path) -> None:
    for part in ("include", "sql"):
        (tmp_path / part).mkdir()
        (tmp_path / part / "a.sql").write_text("select 1")
    first = code_version(tmp_path)
    (tmp_path / "sql" / "a.sql").write_text("select 2")
    code_version.cache_clear()
    assert len({first, code_version(tmp_path), code_version(ROOT)}) == 3


def test_the_tree_leads_from_the_figure_over_payloads_and_their_checks_to_the_rows(full) -> None:
    full.row("correction", dataset_code="BE2:DF_EXTTRADEVLNAT_Overview", series_key="VL.DE.VI.X.COM.VAL.M",
             period="2026-07", expected_value=107, corrected_value=170, reason="a digit fell out", evidence_url="u",
             decided_by="d", decided_on="2026-10-01")  # fmt: skip
    lines = list(command.build_tree(full.conn, "exports_eur", "2026-07"))
    text = "\n".join(lines)
    assert lines[0] == f"exports_eur 2026-07: {figure(full.conn, 'exports_eur', '2026-07'):,} EUR"
    for row in evidence(full.conn, "exports_eur", "2026-07"):
        assert f"{row.source_code}: payload {row.sha256}" in text
        assert f"observation {row.item} {row.period}: {row.value} EUR" in text
    assert ": 170 EUR (corrected: published 107 EUR; a digit fell out)" in text
    assert lines[-1].lstrip().startswith("└─ observation")


def test_the_tree_names_the_checks_that_did_not_hold_and_the_code(full) -> None:
    full.payload_id = full.payload("fit_fdi_project", {})
    full.conn.execute(
        """with batch as (
            insert into ops.batch (payload_id, clock, known_from, state, code_version)
            values (%s, '2026-10-14', '2026-10-14', 'loaded', 'c0de') returning batch_id)
        insert into ops.check_result
        (batch_id, expectation, column_name, severity, is_success, unexpected_count, checked_at)
        select batch_id, 'expect_sense', 'jobs', 'warning', false, 3, now() from batch""",
        (full.payload_id,),
    )
    full.project("odd", "2026-03-11")
    text = "\n".join(command.build_tree(full.conn, "fdi_projects", "2026-Q1"))
    assert "0 checks held, 1 did not; parser 1, code c0de" in text
    assert "did not hold (warning): expect_sense of jobs, 3 rows" in text


def test_a_long_payload_shows_its_largest_rows_and_how_many_more(full) -> None:
    for number in range(15):
        full.project(f"p{number}", "2026-03-11", jobs_count=1000 + number)
    lines = list(command.build_tree(full.conn, "fdi_jobs", "2026-Q1"))
    assert "project p14 2026-Q1: 1,014" in lines[7]
    assert len([line for line in lines if " project " in line]) == command.ROWS_SHOWN
    assert lines[-1].strip() == "└─ and 7 more: select * from mart.evidence(...)"


def test_without_a_period_it_is_the_newest_and_one_without_figure_names_those_that_there_are(full) -> None:
    assert next(command.build_tree(full.conn, "exports_eur", "")).startswith("exports_eur 2026-07: ")
    with pytest.raises(LookupError, match="exports_eur has no figure of its own of 2031-01; the newest are: 2026-07"):
        list(command.build_tree(full.conn, "exports_eur", "2031-01"))
