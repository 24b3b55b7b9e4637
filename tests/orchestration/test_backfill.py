"""From landing, without the network: an emptied warehouse answers as of every past moment as it did before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import accelerates_ritual as tasks
import psycopg
import pytest
from airflow.sdk.exceptions import AirflowSkipException

from include.exchange import Endpoint

SOURCE = "fit_fdi_annual"
CLOCKS = ("2022-01-18T09:00:00+01:00", "2024-01-22T09:00:00+01:00", "2026-01-20T09:00:00+01:00")
MOMENTS = ("2022-01-17", "2022-01-19", "2024-01-21", "2024-01-23", "2026-02-01")
LOADED = "core.observation, core.series, ops.slice, ops.merge, ops.check_result, ops.rejected_row, ops.batch"


class Run:
    """A run of the DAG of a source whose host is away."""

    def __init__(self) -> None:
        self.conf: dict[str, Any] = {"from_landing": {}}

    def context(self) -> dict[str, Any]:
        run = SimpleNamespace(conf=self.conf, run_after=datetime(2026, 10, 15, tzinfo=UTC), run_id="backfill")
        return {"dag_run": run, "task": SimpleNamespace(outlets=[]), "outlet_events": {}}

    def __call__(self) -> dict[str, int]:
        return tasks.merge.function(tasks.check.function(tasks.stage.function(tasks.extract.function([SOURCE]))))


@pytest.fixture
def run(ritual: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Three publications are loaded; from then on nobody answers."""
    for clock in CLOCKS:
        ritual(SOURCE, clock)
    run = Run()
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", ritual.loader)
    monkeypatch.setenv("ACCELERATES_LANDING", ritual.root)
    monkeypatch.setattr(tasks, "get_current_context", run.context)
    monkeypatch.setattr(tasks, "endpoint", lambda *_: Endpoint(host="http://127.0.0.1:1"))
    return run


def answers(dsn: str) -> list[list[tuple[object, ...]]]:
    with psycopg.connect(dsn) as conn:
        said = []
        for moment in MOMENTS:
            conn.execute("select set_config('warehouse.as_of', %s, false)", (moment,))
            said.append(conn.execute("select * from mart.fdi_annual order by 1, 2").fetchall())
        return said


def empty(dsn: str) -> None:
    with psycopg.connect(dsn) as conn:
        conn.execute(f"truncate {LOADED} cascade")


def test_every_past_moment_answers_as_before(run: Run, ritual: Any) -> None:
    before = answers(ritual.dsn)
    assert [len(rows) for rows in before] == sorted(len(rows) for rows in before)
    empty(ritual.dsn)
    assert answers(ritual.dsn)[-1] == []
    assert run()["inserted"] > 0
    assert answers(ritual.dsn) == before


def test_what_is_loaded_already_is_not_loaded_again(run: Run) -> None:
    with pytest.raises(AirflowSkipException, match="nothing of it is missing"):
        run()


def test_only_a_scope_that_is_named_is_loaded(run: Run, ritual: Any) -> None:
    empty(ritual.dsn)
    run.conf = {"from_landing": {"file": "another.csv"}}
    with pytest.raises(AirflowSkipException, match="nothing of it is missing"):
        run()
    run.conf = {"from_landing": {"file": "fdi-annual.csv"}}
    assert run()["inserted"] > 0


def test_what_was_received_after_the_runs_clock_is_left_alone(run: Run, ritual: Any) -> None:
    before = answers(ritual.dsn)
    empty(ritual.dsn)
    run.conf = {"from_landing": {}, "clock": "2024-01-22T09:00:00+01:00"}
    run()
    assert answers(ritual.dsn)[:4] == before[:4]
    assert answers(ritual.dsn)[4] == before[3]


def test_without_it_the_source_is_asked_and_is_away(run: Run) -> None:
    run.conf = {}
    with pytest.raises(Exception, match=r"expected an answer from http://127\.0\.0\.1:1"):
        run()
