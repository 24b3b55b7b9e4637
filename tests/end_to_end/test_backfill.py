"""`airflow backfill` from the source, through the real scheduler: each past day asks the question of that day."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator

import psycopg
import pytest

from sandbox.launcher import airflow, lifecycle
from sandbox.launcher.console import StepPrinter
from sandbox.launcher.lifecycle import Platform
from sandbox.launcher.postgres import Server
from sandbox.launcher.workdir import WorkDir

DAG, FIRST, LAST = "ingest_fit_fdi_annual", "2022-01-18", "2022-01-19"
LIMIT_S = 180.0


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Airflow, the sample world and an empty warehouse."""
    workdir = WorkDir(tmp_path_factory.mktemp("backfill") / "var")
    try:
        yield lifecycle.start_platform(workdir, StepPrinter())
    finally:
        lifecycle.stop_platform(workdir)
        Server(workdir.postgres).remove()


def backfilled(platform: Platform) -> list[dict[str, str]]:
    """The runs of the backfill once all have ended."""
    environment = airflow.build_environment(platform.workdir, platform.server, platform.ports)
    days = ("--from-date", FIRST, "--to-date", f"{LAST}T23:00")
    words = airflow.airflow_command("backfill", "create", "--dag-id", DAG, *days, "--max-active-runs", "1")
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        runs = platform.api.list_runs(DAG)
        if runs and all(run["state"] in ("success", "failed") for run in runs):
            return runs
        time.sleep(1)
    raise AssertionError(f"not over after {LIMIT_S} s: {[run['state'] for run in platform.api.list_runs(DAG)]}")


def test_a_backfill_loads_what_was_published_on_each_day(platform: Platform) -> None:
    runs = backfilled(platform)
    assert [run["state"] for run in runs] == ["success", "success"]
    with psycopg.connect(platform.server.dsn("warehouse")) as conn:
        clocks = conn.execute(
            """select clock at time zone 'Europe/Brussels', outcome from ops.request
            where source_code = %s order by 1""",
            (DAG.removeprefix("ingest_"),),
        ).fetchall()
        newest = conn.execute("select max(period) from core.observation").fetchone()
    assert [(f"{clock:%Y-%m-%d %H:%M}", outcome) for clock, outcome in clocks] == [
        (f"{FIRST} 08:00", "new"),
        (f"{LAST} 08:00", "unchanged"),
    ]
    assert newest == ("2021",)
