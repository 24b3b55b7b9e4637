"""The night's work is done as the role that loads: with every retention rule of the reference, and nothing refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag

from include.warehouse.roles import LOADER
from sandbox.launcher.airflow import airflow_connections

ROOT = Path(__file__).parents[2]
CLOCK = datetime(2026, 10, 15, 7, tzinfo=UTC)


def test_what_is_kept_no_longer_is_deleted_as_the_role_that_loads(
    loader: Any, server: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ports, workdir = {"sample": 1, "mail": 1}, SimpleNamespace(partner_folder=tmp_path)
    assert airflow_connections(server, ports, workdir)["WAREHOUSE"]["login"] == LOADER  # type: ignore[arg-type]
    loader("reference_retention_rule", CLOCK.isoformat())
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", loader.loader_dsn)
    monkeypatch.setenv("ACCELERATES_LANDING", loader.root)
    task = DagBag(str(ROOT / "dags" / "housekeeping.py")).dags["housekeeping"].get_task("retire")
    context = {"dag_run": SimpleNamespace(conf={"clock": CLOCK.isoformat()}, run_after=CLOCK)}
    monkeypatch.setitem(task.python_callable.__globals__, "get_current_context", lambda: context)
    assert task.python_callable() == {rule.stem: 0 for rule in (ROOT / "sql" / "retention").glob("*.sql")}
