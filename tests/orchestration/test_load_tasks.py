"""What the four tasks make of what a step says: hand on, skip, or fail for good; and what they tell downstream."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import accelerates_load_tasks as tasks
import psycopg
import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from include.pipeline import load_steps

JANUARY = datetime(2026, 1, 20, 8, tzinfo=UTC)
SOURCE = "fit_fdi_annual"


class Run:
    """A run of the DAG of a source, task by task, as Airflow would call them."""

    def __init__(self, loader: Any) -> None:
        self.loader = loader
        self.outlet = tasks.asset_of(SOURCE)
        self.events = {self.outlet: SimpleNamespace(extra=None)}

    def context(self) -> dict[str, Any]:
        return {
            "dag_run": SimpleNamespace(conf=None, run_after=JANUARY, run_id="run"),
            "task": SimpleNamespace(outlets=[self.outlet]),
            "outlet_events": self.events,
        }

    def __call__(self) -> dict[str, int]:
        batches = tasks.extract.function([SOURCE])
        return tasks.merge.function(tasks.check.function(tasks.stage.function(batches)))


@pytest.fixture
def run(loader: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """A run against the fresh warehouse and the sample world."""
    run = Run(loader)
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", loader.loader_dsn)
    monkeypatch.setenv("ACCELERATES_LANDING", loader.root)
    monkeypatch.setattr(tasks, "get_current_context", run.context)
    monkeypatch.setattr(tasks, "endpoint", loader.endpoint)
    return run


def test_a_load_tells_its_asset_by_which_clock(run: Run) -> None:
    assert run()["inserted"] > 0
    assert run.events[run.outlet].extra == {"clock": JANUARY.isoformat()}


def test_what_is_not_new_is_skipped_from_the_first_task(run: Run) -> None:
    run()
    with pytest.raises(AirflowSkipException, match="nothing new"):
        tasks.extract.function([SOURCE])


def test_a_load_that_changes_nothing_does_not_start_the_report(run: Run) -> None:
    run()
    with psycopg.connect(run.loader.dsn, autocommit=True) as conn:
        conn.execute("update ops.batch set state = 'quarantined'")
    run.events[run.outlet].extra = None
    staged = tasks.check.function(tasks.stage.function(tasks.extract.function([SOURCE])))
    with pytest.raises(AirflowSkipException, match="nothing changed"):
        tasks.merge.function(staged)
    assert run.events[run.outlet].extra is None


@pytest.mark.parametrize("written", [{"inserted": 1, "closed": 0}, {"inserted": 0, "closed": 1}], ids=str)
def test_a_withdrawal_alone_is_a_change(run: Run, monkeypatch: pytest.MonkeyPatch, written: dict[str, int]) -> None:
    monkeypatch.setattr(load_steps, "merge", lambda dsn, batches: written)
    assert tasks.merge.function([1]) == written
    assert run.events[run.outlet].extra == {"clock": JANUARY.isoformat()}


@pytest.mark.parametrize("step", ["stage", "check"])
@pytest.mark.usefixtures("run")
def test_where_every_batch_waits_for_a_partner_the_rest_is_skipped(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    monkeypatch.setattr(load_steps, step, lambda *_: [])
    with pytest.raises(AirflowSkipException, match="every batch is quarantined"):
        getattr(tasks, step).function([1])


def test_a_bad_payload_fails_for_good_under_its_name(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "endpoint", lambda source, given: run.loader.endpoint(source, "renamed-column"))
    with pytest.raises(AirflowFailException, match=r"^LayoutChanged: fit_fdi_annual"):
        run()
