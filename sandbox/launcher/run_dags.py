"""Running the DAGs as the days of the sample world would have: each publication on its own day, then the report.

The runs of one DAG follow each other in the order of their clocks; different DAGs go side by side. A day of the past
that was run is not run again. Today is run afresh each time, which proves that nothing is loaded or mailed twice.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.launcher.airflow_api import Api
from sandbox.launcher.console import Step, Steps
from sandbox.launcher.failures import describe
from sandbox.launcher.workdir import LocalFailure, State

FIRST, REPORT = "reference", "kpi_report"
# Each question costs the API server some 20 ms that tasks wait for.
POLL_S = 1.0
RUN_LIMIT_S = 900.0
PAUSE_S = 2.0


@dataclass(frozen=True)
class Run:
    """One run of a DAG for a clock."""

    dag_id: str
    clock: datetime
    run_id: str
    began: float = field(default_factory=time.monotonic)


class Play:
    """Triggers runs through the REST API and watches them to their end."""

    def __init__(self, api: Api, state: State, steps: Steps, today: datetime) -> None:
        self.done: list[Run] = []
        self.skipped = 0
        self._asked: dict[str, float] = {}
        self._api, self._state, self._steps, self._today = api, state, steps, today

    def whole(self, publications: Sequence[tuple[str, datetime]]) -> None:
        """Every publication, the report, then every other DAG of the folder. Raises LocalFailure for a failed task."""
        present = {dag["dag_id"] for dag in self._api.dags()}
        named = {dag_id for dag_id, _ in publications} | {REPORT}
        if missing := named - present:
            raise LocalFailure(
                f"The DAG folder lacks {', '.join(sorted(missing))}; it has {', '.join(sorted(present))}."
            )
        stages = [
            [item for item in publications if item[0] == FIRST],
            [item for item in publications if item[0] != FIRST],
            [(REPORT, self._today)],
            [(dag_id, self._today) for dag_id in sorted(present - named)],
        ]
        for stage in stages:
            self.stage(stage)

    def stage(self, wanted: Iterable[tuple[str, datetime]]) -> None:
        """Runs DAGs side by side, the runs of one DAG in order of their clocks."""
        waiting: dict[str, list[datetime]] = {}
        for dag_id, clock in sorted(wanted, key=lambda item: item[1]):
            waiting.setdefault(dag_id, []).append(clock)
        earlier = {dag_id: self._api.runs(dag_id) for dag_id in waiting}
        for dag_id, clocks in waiting.items():
            fresh = [clock for clock in clocks if clock >= self._today or not _succeeded(earlier[dag_id], clock)]
            self.skipped += len(clocks) - len(fresh)
            waiting[dag_id] = fresh
        with self._steps.step("DAG runs", total=sum(map(len, waiting.values()))) as step:
            self._drive(waiting, earlier, step)
            step.detail = ", ".join(waiting)

    def _drive(
        self, waiting: Mapping[str, list[datetime]], earlier: Mapping[str, list[dict[str, Any]]], step: Step
    ) -> None:
        active: dict[str, Run] = {}
        while active or any(waiting.values()):
            for dag_id, clocks in waiting.items():
                if clocks and dag_id not in active:
                    active[dag_id] = self._trigger(dag_id, clocks.pop(0), earlier[dag_id])
            time.sleep(POLL_S)
            self._approve()
            for run in list(active.values()):
                if self._is_over(run):
                    del active[run.dag_id]
                    self.done.append(run)
                    step.advance()

    def _trigger(self, dag_id: str, clock: datetime, earlier: Sequence[dict[str, Any]]) -> Run:
        for past in earlier:
            if past["state"] in ("queued", "running"):
                self._api.give_up(dag_id, past["dag_run_id"])
        run = Run(dag_id, clock, _next_id(earlier, clock))
        self._api.trigger(dag_id, run.run_id, clock)
        return run

    def _is_over(self, run: Run) -> bool:
        state = self._api.run(run.dag_id, run.run_id)["state"]
        elapsed = time.monotonic() - run.began
        if state == "success":
            self._steps.line(f"  {run.dag_id} {run.clock:%Y-%m-%d}", elapsed, f"run {run.run_id}")
            return True
        if state == "failed" or elapsed > RUN_LIMIT_S:
            raise LocalFailure(describe(self._api, self._state, run.dag_id, run.run_id, state))
        return False

    def _approve(self) -> None:
        """The sample world has nobody who approves; on a server a person does."""
        for question in self._api.questions():
            task = question["task_instance"]
            name = f"{task['dag_id']}.{task['task_id']}"
            # Airflow 3.3.2 fails a task that is answered before its scheduler has seen it pause.
            asked = self._asked.setdefault(task["id"], time.monotonic())
            if time.monotonic() - asked < PAUSE_S:
                continue
            self._api.answer(question, "Approve" if "Approve" in question["options"] else question["options"][0])
            self._steps.say(f"            {name} waits for a person: sample data, approved automatically")


def _prefix(clock: datetime) -> str:
    return f"sample__{clock:%Y-%m-%d}"


def _of_clock(earlier: Sequence[dict[str, Any]], clock: datetime) -> list[dict[str, Any]]:
    prefix = _prefix(clock)
    return [run for run in earlier if run["dag_run_id"].partition("__n")[0] == prefix]


def _succeeded(earlier: Sequence[dict[str, Any]], clock: datetime) -> bool:
    return any(run["state"] == "success" for run in _of_clock(earlier, clock))


def _next_id(earlier: Sequence[dict[str, Any]], clock: datetime) -> str:
    """sample__2026-10-15, then sample__2026-10-15__n2 and so on: the first try of a day has the plain name."""
    count = len(_of_clock(earlier, clock))
    return _prefix(clock) if count == 0 else f"{_prefix(clock)}__n{count + 1}"
