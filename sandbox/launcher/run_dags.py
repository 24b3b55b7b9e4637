"""Run the DAGs of the sample world: each publication on its own day, then the report.

The runs of one DAG follow each other in the order of their clocks; different DAGs run side by side. A past day that was
run is not run again. Today is run again each time, which proves that nothing is loaded or mailed twice.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox.launcher.airflow_api import AirflowApi
from sandbox.launcher.console import Step, StepPrinter
from sandbox.launcher.workdir import LauncherError, WorkDir

FIRST_DAG, REPORT_DAG = "reference", "kpi_report"
# Each poll costs the API server some 20 ms that tasks wait for.
POLL_SECONDS = 1.0
RUN_LIMIT_SECONDS = 900.0
SECONDS_BEFORE_APPROVAL = 2.0
# Lines of a failed task's log that are shown.
LAST_LINES = 12


@dataclass(frozen=True)
class DagRun:
    """One run of a DAG for a clock."""

    dag_id: str
    clock: datetime
    run_id: str
    began: float = field(default_factory=time.monotonic)


class DagRunner:
    """Triggers runs through the REST API and waits for their end."""

    def __init__(self, api: AirflowApi, workdir: WorkDir, printer: StepPrinter, today: datetime) -> None:
        self.done: list[DagRun] = []
        self.skipped = 0
        self._first_seen: dict[str, float] = {}
        self._api, self._workdir, self._printer, self._today = api, workdir, printer, today

    def run_all(self, publications: Sequence[tuple[str, datetime]]) -> None:
        """Run every publication, the report, then every other DAG of the folder.

        Raises:
            LauncherError: a DAG is missing, or a task failed; the message shows the end of its log.
        """
        present = {dag["dag_id"] for dag in self._api.list_dags()}
        named = {dag_id for dag_id, _ in publications} | {REPORT_DAG}
        if missing := named - present:
            raise LauncherError(
                f"The DAG folder lacks {', '.join(sorted(missing))}; it has {', '.join(sorted(present))}."
            )
        stages = [
            [item for item in publications if item[0] == FIRST_DAG],
            [item for item in publications if item[0] != FIRST_DAG],
            [(REPORT_DAG, self._today)],
            [(dag_id, self._today) for dag_id in sorted(present - named)],
        ]
        for stage in stages:
            self.run_stage(stage)

    def run_stage(self, wanted: Iterable[tuple[str, datetime]]) -> None:
        """Run DAGs side by side, the runs of one DAG in order of their clocks."""
        waiting: dict[str, list[datetime]] = {}
        for dag_id, clock in sorted(wanted, key=lambda item: item[1]):
            waiting.setdefault(dag_id, []).append(clock)
        earlier = {dag_id: self._api.list_runs(dag_id) for dag_id in waiting}
        for dag_id, clocks in waiting.items():
            fresh = [clock for clock in clocks if clock >= self._today or not _succeeded(earlier[dag_id], clock)]
            self.skipped += len(clocks) - len(fresh)
            waiting[dag_id] = fresh
        with self._printer.step("DAG runs", total=sum(map(len, waiting.values()))) as step:
            self._run_until_done(waiting, earlier, step)
            step.detail = ", ".join(waiting)

    def _run_until_done(
        self, waiting: Mapping[str, list[datetime]], earlier: Mapping[str, list[dict[str, Any]]], step: Step
    ) -> None:
        active: dict[str, DagRun] = {}
        while active or any(waiting.values()):
            for dag_id, clocks in waiting.items():
                if clocks and dag_id not in active:
                    active[dag_id] = self._trigger(dag_id, clocks.pop(0), earlier[dag_id])
            time.sleep(POLL_SECONDS)
            self._approve_questions()
            # One listing, and only ended runs are read: to read a run, Airflow 3.3.2 loads each of its task instances.
            unfinished = {(run["dag_id"], run["dag_run_id"]) for run in self._api.list_active_runs()}
            for run in list(active.values()):
                if self._is_over(run, (run.dag_id, run.run_id) in unfinished):
                    del active[run.dag_id]
                    self.done.append(run)
                    step.advance()

    def _trigger(self, dag_id: str, clock: datetime, earlier: Sequence[dict[str, Any]]) -> DagRun:
        for past in earlier:
            if past["state"] in ("queued", "running"):
                self._api.fail_run(dag_id, past["dag_run_id"])
        run = DagRun(dag_id, clock, _next_id(earlier, clock))
        self._api.trigger_run(dag_id, run.run_id, clock)
        return run

    def _is_over(self, run: DagRun, is_active: bool) -> bool:
        elapsed = time.monotonic() - run.began
        if is_active and elapsed <= RUN_LIMIT_SECONDS:
            return False
        state = self._api.read_run(run.dag_id, run.run_id)["state"]
        if state == "success":
            self._printer.print_step(f"  {run.dag_id} {run.clock:%Y-%m-%d}", elapsed, f"run {run.run_id}")
            return True
        if state == "failed" or elapsed > RUN_LIMIT_SECONDS:
            raise LauncherError(describe_failure(self._api, self._workdir, run.dag_id, run.run_id, state))
        return False

    def _approve_questions(self) -> None:
        """Approve what a person approves on a server; the sample world has nobody."""
        for question in self._api.list_questions():
            task = question["task_instance"]
            name = f"{task['dag_id']}.{task['task_id']}"
            # Airflow 3.3.2 fails a task whose question is answered before the scheduler has seen it pause.
            first_seen = self._first_seen.setdefault(task["id"], time.monotonic())
            if time.monotonic() - first_seen < SECONDS_BEFORE_APPROVAL:
                continue
            self._api.answer_question(
                question, "Approve" if "Approve" in question["options"] else question["options"][0]
            )
            self._printer.print_text(f"            {name} waits for a person: sample data, approved automatically")


def _run_id_of_day(clock: datetime) -> str:
    return f"sample__{clock:%Y-%m-%d}"


def _runs_of_day(earlier: Sequence[dict[str, Any]], clock: datetime) -> list[dict[str, Any]]:
    prefix = _run_id_of_day(clock)
    return [run for run in earlier if run["dag_run_id"].partition("__n")[0] == prefix]


def _succeeded(earlier: Sequence[dict[str, Any]], clock: datetime) -> bool:
    return any(run["state"] == "success" for run in _runs_of_day(earlier, clock))


def _next_id(earlier: Sequence[dict[str, Any]], clock: datetime) -> str:
    """Name a run: sample__2026-10-15 for a day's first try, then sample__2026-10-15__n2."""
    count = len(_runs_of_day(earlier, clock))
    return _run_id_of_day(clock) if count == 0 else f"{_run_id_of_day(clock)}__n{count + 1}"


def describe_failure(api: AirflowApi, workdir: WorkDir, dag_id: str, run_id: str, run_state: str) -> str:
    """Name the failed tasks of a run, with the log file and the last errors of each."""
    failed = [task for task in api.list_task_instances(dag_id, run_id) if task["state"] == "failed"]
    if not failed:
        where = f"The scheduler's log is {workdir.log / 'scheduler.log'}."
        return f"DAG {dag_id}, run {run_id}: {run_state}, but no task of it failed. {where}"
    return "\n\n".join(_describe_task(task, workdir) for task in failed)


def _describe_task(task: dict[str, Any], workdir: WorkDir) -> str:
    log = find_task_log(task, workdir)
    mapped = f"[{task['map_index']}]" if task["map_index"] >= 0 else ""
    where = f"DAG {task['dag_id']}, run {task['dag_run_id']}"
    head = f"{where}: task {task['task_id']}{mapped} failed at try {task['try_number']}."
    if log is None:
        return f"{head} It left no log; the scheduler's is {workdir.log / 'scheduler.log'}."
    return f"{head}\nIts log: {log}\n{read_last_errors(log)}"


def find_task_log(task: dict[str, Any], workdir: WorkDir) -> Path | None:
    """Find the log of the last try of a task instance, in Airflow's own default layout."""
    folder = (
        workdir.airflow
        / "logs"
        / f"dag_id={task['dag_id']}"
        / f"run_id={task['dag_run_id']}"
        / f"task_id={task['task_id']}"
    )
    if task["map_index"] >= 0:
        folder /= f"map_index={task['map_index']}"
    return max(folder.glob("attempt=*.log"), key=lambda path: path.stat().st_mtime, default=None)


def read_last_errors(log: Path) -> str:
    """Read the errors of a task's log (one JSON object per line), else its last lines."""
    lines = log.read_text(errors="replace").splitlines()
    errors = [text for line in lines if (text := _error_of(line))]
    return "\n".join((errors or lines)[-LAST_LINES:])


def _error_of(line: str) -> str | None:
    try:
        entry = json.loads(line)
    except json.JSONDecodeError:
        return None
    if not isinstance(entry, dict) or entry.get("level") not in ("error", "critical"):
        return None
    raised = [f"{detail.get('exc_type')}: {detail.get('exc_value')}" for detail in entry.get("error_detail") or []]
    return "\n".join([str(entry.get("event")), *raised])
