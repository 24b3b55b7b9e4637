"""The commands of a server need nothing of the sandbox: each is run where `sandbox` cannot be imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMANDS = (
    "include.warehouse.setup",
    "include.warehouse.run_query",
    "include.warehouse.export",
    "include.reports.workflow.print_evidence",
    "include.reports.workflow.write_report",
    "include.pipeline.replay_folder",
    "plugins.accelerates_preimport",
    "plugins.accelerates_server_setup",
)
CURRENT_ROLE = "select current_user as role, current_setting('transaction_read_only') as read_only"


@pytest.fixture
def production(tmp_path: Path) -> Path:
    """A folder with what the image holds: the product, without the sandbox."""
    for part in ("include", "plugins", "dags", "sql"):
        (tmp_path / part).symlink_to(ROOT / part)
    return tmp_path


def run(production: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.defpath, "PYTHONPATH": str(production), **variables}
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, cwd=production, env=environment, capture_output=True, text=True, check=False)


def test_every_command_can_be_imported_and_the_sandbox_cannot(production: Path) -> None:
    (production / "check.py").write_text("".join(f"import {module}\n" for module in COMMANDS))
    done = run(production, "check")
    assert done.returncode == 0, done.stderr
    assert "No module named 'sandbox'" in run(production, "sandbox.launcher").stderr


def test_a_query_is_answered_as_the_role_of_its_address(production: Path, as_role) -> None:
    done = run(production, "include.warehouse.run_query", CURRENT_ROLE, WAREHOUSE_URL=as_role("analyst"))
    assert (done.stdout, done.stderr) == ("role,read_only\nanalyst,on\n", "")


def test_a_refused_query_ends_with_status_1_and_postgresqls_words(production: Path, as_role) -> None:
    done = run(production, "include.warehouse.run_query", "select * from ops.outbox", WAREHOUSE_URL=as_role("analyst"))
    assert done.returncode == 1
    assert done.stderr.startswith("permission denied")
    assert done.stdout == ""


def test_without_an_address_it_says_which_variable_is_missing(production: Path) -> None:
    done = run(production, "include.warehouse.run_query", "select 1")
    assert (done.returncode, done.stderr.split(":")[0]) == (1, "WAREHOUSE_URL is not set")


def test_marts_are_exported_as_of_a_day(production: Path, as_role) -> None:
    words = ("--folder", str(production / "out"), "--as-of", "2026-03-31")
    done = run(production, "include.warehouse.export", *words, WAREHOUSE_URL=as_role("analyst"))
    assert done.returncode == 0, done.stderr
    assert "2026-03-31T21:59:59.999999+00:00" in (production / "out" / "datapackage.json").read_text()


def test_evidence_of_a_figure_that_is_not_there_says_so(production: Path, as_role) -> None:
    words = ("include.reports.workflow.print_evidence", "exports_eur", "2026-07")
    done = run(production, *words, WAREHOUSE_URL=as_role("analyst"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "exports_eur" in done.stderr


def test_a_report_for_nobody_is_refused_by_name(production: Path, as_role) -> None:
    words = ("--folder", str(production / "out"), "--as-of", "2026-03-31", "--audience", "nobody")
    done = run(production, "include.reports.workflow.write_report", *words, WAREHOUSE_REPORTS_URL=as_role("reporter"))
    assert done.returncode == 1
    assert done.stderr.startswith("AUDIENCE: expected management")
