"""Telling what failed in a run: the task, its log, and the last thing that the log says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sandbox.launcher.airflow_api import Api
from sandbox.launcher.workdir import State

LAST_LINES = 12


def describe(api: Api, state: State, dag_id: str, run_id: str, run_state: str) -> str:
    """A text that names the failed tasks of a run, with the log file and the last errors of each."""
    failed = [task for task in api.task_instances(dag_id, run_id) if task["state"] == "failed"]
    if not failed:
        where = f"The scheduler's log is {state.log / 'scheduler.log'}."
        return f"DAG {dag_id}, run {run_id}: {run_state}, but no task of it failed. {where}"
    return "\n\n".join(_describe_task(task, state) for task in failed)


def _describe_task(task: dict[str, Any], state: State) -> str:
    log = log_file(task, state)
    mapped = f"[{task['map_index']}]" if task["map_index"] >= 0 else ""
    where = f"DAG {task['dag_id']}, run {task['dag_run_id']}"
    head = f"{where}: task {task['task_id']}{mapped} failed at try {task['try_number']}."
    if log is None:
        return f"{head} It left no log; the scheduler's is {state.log / 'scheduler.log'}."
    return f"{head}\nIts log: {log}\n{last_errors(log)}"


def log_file(task: dict[str, Any], state: State) -> Path | None:
    """The log of the last try of a task instance; Airflow's own default layout."""
    folder = (
        state.airflow
        / "logs"
        / f"dag_id={task['dag_id']}"
        / f"run_id={task['dag_run_id']}"
        / f"task_id={task['task_id']}"
    )
    if task["map_index"] >= 0:
        folder /= f"map_index={task['map_index']}"
    return max(folder.glob("attempt=*.log"), key=lambda path: path.stat().st_mtime, default=None)


def last_errors(log: Path) -> str:
    """The errors in a task's log (one JSON object per line), else its last lines."""
    lines = log.read_text(errors="replace").splitlines()
    errors = [text for line in lines if (text := _error(line))]
    return "\n".join((errors or lines)[-LAST_LINES:])


def _error(line: str) -> str | None:
    try:
        entry = json.loads(line)
    except json.JSONDecodeError:
        return None
    if not isinstance(entry, dict) or entry.get("level") not in ("error", "critical"):
        return None
    raised = [f"{detail.get('exc_type')}: {detail.get('exc_value')}" for detail in entry.get("error_detail") or []]
    return "\n".join([str(entry.get("event")), *raised])
