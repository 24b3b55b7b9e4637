"""From landing, without the network: an emptied warehouse answers as of every past moment as it did before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, BinaryIO

import accelerates_load_tasks as tasks
import psycopg
import pytest
from airflow.sdk.exceptions import AirflowSkipException

from include import ledger, register
from include.periods import clock_from
from include.pipeline import load_steps
from include.register import source_of
from include.sources.source import Endpoint, Scope

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
def run(loader: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Three publications are loaded; from then on nobody answers."""
    loader.after(*((SOURCE, clock) for clock in CLOCKS))
    run = Run()
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", loader.loader_dsn)
    monkeypatch.setenv("ACCELERATES_LANDING", loader.root)
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


def test_every_past_moment_answers_as_before(run: Run, loader: Any) -> None:
    before = answers(loader.dsn)
    assert [len(rows) for rows in before] == sorted(len(rows) for rows in before)
    empty(loader.dsn)
    assert answers(loader.dsn)[-1] == []
    assert run()["inserted"] > 0
    assert answers(loader.dsn) == before


def test_what_is_loaded_already_is_not_loaded_again(run: Run) -> None:
    with pytest.raises(AirflowSkipException, match="nothing of it is missing"):
        run()


def test_only_a_scope_that_is_named_is_loaded(run: Run, loader: Any) -> None:
    empty(loader.dsn)
    run.conf = {"from_landing": {"file": "another.csv"}}
    with pytest.raises(AirflowSkipException, match="nothing of it is missing"):
        run()
    run.conf = {"from_landing": {"file": "fdi-annual.csv"}}
    assert run()["inserted"] > 0


def test_what_was_received_after_the_runs_clock_is_left_alone(run: Run, loader: Any) -> None:
    before = answers(loader.dsn)
    empty(loader.dsn)
    run.conf = {"from_landing": {}, "clock": "2024-01-22T09:00:00+01:00"}
    run()
    assert answers(loader.dsn)[:4] == before[:4]
    assert answers(loader.dsn)[4] == before[3]


def test_without_it_the_source_is_asked_and_is_away(run: Run) -> None:
    run.conf = {}
    with pytest.raises(Exception, match=r"expected an answer from http://127\.0\.0\.1:1"):
        run()


def test_a_source_that_goes_back_to_what_it_said_before_is_told_in_three_versions(
    loader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The oldest publication has fewer years: that they are gone is what is tested here, not refused.
    monkeypatch.setitem(register._BY_CODE, SOURCE, replace(source_of(SOURCE), max_lost_share=1.0))
    first, second, third = (*CLOCKS[:2], "2024-02-01T09:00:00+01:00")
    loader(SOURCE, first)
    loader(SOURCE, second)
    with psycopg.connect(loader.dsn) as conn:
        oldest = conn.execute(
            "select min(payload_id) from landing.payload where source_code = %s", (SOURCE,)
        ).fetchone()
        assert oldest is not None
        again = ledger.open_batch(conn, oldest[0], clock_from(third), "again")
    assert again is not None
    load_steps.merge(loader.dsn, load_steps.check(loader.dsn, load_steps.stage(loader.dsn, loader.root, [again])))
    with psycopg.connect(loader.dsn) as conn:
        said = []
        for moment in (first, second, third):
            conn.execute("select set_config('warehouse.as_of', %s, false)", (moment,))
            rows = conn.execute("select * from mart.fdi_annual order by 1, 2").fetchall()
            said.append([row[:3] for row in rows])
    assert said[0] == said[2]
    assert said[0] != said[1]


def test_a_newer_reader_reads_anew_what_stands_in_the_warehouse_and_what_was_known_stays(
    run: Run, loader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = answers(loader.dsn)

    def mended(stream: BinaryIO, scope: Scope) -> Iterator[bytes]:
        yield stream.read().replace(b",278,", b",279,")

    monkeypatch.setitem(register._BY_CODE, SOURCE, replace(source_of(SOURCE), parser_version="2", reader=mended))
    written = run()
    # Of the newest publication only what is read otherwise, on the run's clock.
    assert (written["inserted"], written["closed"]) == (1, 1)
    assert answers(loader.dsn) == before
    with pytest.raises(AirflowSkipException, match="nothing of it is missing"):
        run()
