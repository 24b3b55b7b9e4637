"""Partners are written to after every load, whatever became of it, and a failed load still makes the run red."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag

DAGS = Path(__file__).parents[2] / "dags"


@pytest.fixture(scope="module")
def dag() -> Any:
    return DagBag(str(DAGS / "partner_reports.py")).dags["partner_reports"]


def test_letters_are_written_after_every_contract_even_when_one_failed(dag: Any) -> None:
    notify = dag.get_task("notify")
    assert notify.trigger_rule == "all_done"
    assert "report.merge" in notify.upstream_task_ids
    assert dag.get_task("post").upstream_task_ids == {"notify"}


def test_letters_go_out_beside_one_that_could_not_be_written(dag: Any) -> None:
    assert dag.get_task("post").trigger_rule == "none_skipped"


def test_a_failed_load_or_answer_is_the_state_of_the_run_although_letters_went_out(dag: Any) -> None:
    leaves = {task.task_id for task in dag.leaves}
    assert leaves == {"post", "all_loaded"}
    last = dag.get_task("all_loaded")
    assert (last.trigger_rule, last.upstream_task_ids) == ("none_failed", {"report.merge", "notify"})
