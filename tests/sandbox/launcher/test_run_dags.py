"""What a failed task's log is made into."""

from __future__ import annotations

import json
from pathlib import Path

from sandbox.launcher.run_dags import find_task_log, read_last_errors
from sandbox.launcher.workdir import WorkDir

TASK = {"dag_id": "d", "dag_run_id": "r", "task_id": "t", "map_index": 3, "try_number": 2}


def test_the_log_of_the_last_try_of_a_mapped_task(tmp_path: Path) -> None:
    folder = tmp_path / "airflow" / "logs" / "dag_id=d" / "run_id=r" / "task_id=t" / "map_index=3"
    folder.mkdir(parents=True)
    (folder / "attempt=1.log").touch()
    assert find_task_log(TASK, WorkDir(tmp_path)) == folder / "attempt=1.log"


def test_a_task_that_left_no_log(tmp_path: Path) -> None:
    assert find_task_log(TASK, WorkDir(tmp_path)) is None


def test_errors_are_picked_from_the_log(tmp_path: Path) -> None:
    log = tmp_path / "attempt=1.log"
    detail = [{"exc_type": "ValueError", "exc_value": "expected a workbook, got HTML"}]
    entries = [{"level": "info", "event": "hello"}, {"level": "error", "event": "Task failed", "error_detail": detail}]
    log.write_text("\n".join(map(json.dumps, entries)))
    assert read_last_errors(log) == "Task failed\nValueError: expected a workbook, got HTML"


def test_a_log_without_errors_is_shown_by_its_end(tmp_path: Path) -> None:
    log = tmp_path / "attempt=1.log"
    log.write_text("\n".join(f"line {number}" for number in range(40)))
    assert read_last_errors(log).splitlines()[-1] == "line 39"
