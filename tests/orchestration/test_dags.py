"""What holds for every DAG; derived from the register, and worth nothing on an empty bag."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag

from include import warehouse
from include.errors import PipelineError
from include.register import PARTNERS, SOURCES, STATISTICS

ROOT = Path(__file__).parents[2]
DAG_FILES = sorted((ROOT / "dags").glob("*.py"))
RITUAL = ["extract", "stage", "check", "merge"]
# What a parse must not load: seconds each, for every file, every half minute.
HEAVY = {"great_expectations", "matplotlib", "openpyxl", "pandas", "psycopg", "xlsxwriter", "alembic.script"}


@pytest.fixture(scope="session")
def bag() -> DagBag:
    bag = DagBag(str(ROOT / "dags"))
    assert bag.import_errors == {}
    assert bag.dags, "no DAG found: every test below would pass for nothing"
    return bag


@pytest.fixture(scope="session")
def tasks(bag: DagBag) -> dict[str, Any]:
    return {f"{dag_id}.{task.task_id}": task for dag_id, dag in bag.dags.items() for task in dag.tasks}


def test_one_ingest_dag_per_source_of_statistics(bag: DagBag) -> None:
    wanted = {f"ingest_{source.code}" for source in STATISTICS}
    assert {dag_id for dag_id in bag.dags if dag_id.startswith("ingest_")} == wanted
    assert set(bag.dags) == wanted | {"reference", "partner_reports", "kpi_report", "housekeeping", "mails"}


def test_every_dag_says_what_it_is_for_and_who_answers(bag: DagBag) -> None:
    for dag_id, dag in bag.dags.items():
        assert dag.doc_md, f"{dag_id}: no doc_md"
        assert dag.tags, f"{dag_id}: no tags"
        assert {task.owner for task in dag.tasks} == {dag.default_args["owner"]}, f"{dag_id}: no owner"
        assert dag.catchup is False, f"{dag_id}: would catch up"
        assert dag.max_active_runs == 1, f"{dag_id}: two runs would wait for each other's locks"


def test_every_task_says_what_it_does(tasks: dict[str, Any]) -> None:
    silent = [name for name, task in tasks.items() if not task.doc_md and not name.endswith(".approve")]
    assert silent == []


def test_only_asking_a_source_is_tried_again(tasks: dict[str, Any]) -> None:
    """What a retry can mend is the network; a broken promise stays broken."""
    tried_again = {name.rsplit(".", 1)[-1] for name, task in tasks.items() if task.retries}
    assert tried_again == {"extract"}


def test_each_source_goes_through_the_four_steps(bag: DagBag) -> None:
    for dag_id in [f"ingest_{source.code}" for source in STATISTICS] + ["reference"]:
        names = [task.task_id for task in bag.dags[dag_id].topological_sort()]
        assert names == RITUAL
    assert {f"report.{word}" for word in RITUAL} < {task.task_id for task in bag.dags["partner_reports"].tasks}


def test_every_load_publishes_an_asset_and_the_report_waits_for_them(bag: DagBag) -> None:
    outlets = {outlet.name for dag in bag.dags.values() for task in dag.tasks for outlet in task.outlets}
    waited_for = {asset.name for asset in bag.dags["kpi_report"].timetable.asset_condition.objects}
    assert waited_for == {f"warehouse://{source.code}" for source in STATISTICS + PARTNERS}
    assert outlets == waited_for | {"warehouse://reference"}


def test_a_bad_partner_does_not_stop_the_others(bag: DagBag) -> None:
    group = bag.dags["partner_reports"].task_group.children["report"]
    assert "MappedTaskGroup" in type(group).__name__


@pytest.mark.parametrize("path", DAG_FILES, ids=lambda path: path.stem)
def test_a_dag_file_is_short_and_reads_no_clock(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 80
    assert not [word for word in ("now(", "today(", "Variable", "time.time") if word in text]


def test_every_source_of_the_register_is_whole() -> None:
    codes = [source.code for source in SOURCES]
    assert len(set(codes)) == len(codes) > 0
    for source in SOURCES:
        rules = [rule.code for rule in source.rules]
        assert len(set(rules)) == len(rules), f"{source.code}: two row rules of one name"
        assert {rule.column for rule in source.rules} <= set(source.columns.values()), source.code
        for name in ["typed", *(target.query for target in source.targets)]:
            assert warehouse.load_query(source.queries, name).strip(), f"{source.code}: {name} is empty"
        assert source.title
        assert source.owner
        assert source.licence


PARSE = """
import json, socket, sqlite3, sys

def refuse(*_):
    raise AssertionError("parsing a DAG file reached for the network or a database")

from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
sqlite3.connect = sqlite3.dbapi2.connect = refuse
bag = DagBag(sys.argv[1])
assert bag.import_errors == {}, bag.import_errors
told = {dag_id: DagSerialization.to_dict(dag) for dag_id, dag in bag.dags.items()}
print("SERIALIZED" + json.dumps(told, sort_keys=True, default=str))
"""


def test_parsing_asks_nobody_and_gives_the_same_dags_every_time() -> None:
    with ThreadPoolExecutor() as together:
        said = list(together.map(lambda _: _output(PARSE, str(ROOT / "dags")), range(2)))
    first, second = (json.loads(text.partition("SERIALIZED")[2]) for text in said)
    assert first
    assert first == second


LIGHT = """
import runpy, sys
{before}
print("LOADED" + " ".join(sorted(sys.modules)))
"""


def test_reading_the_register_is_light_and_comes_without_airflow() -> None:
    loaded = _loaded("import include.register")
    assert loaded & (HEAVY | {"airflow", "sqlalchemy", "requests"}) == set()


def test_reading_the_dag_files_is_light() -> None:
    """Airflow itself brings SQLAlchemy; what is heavy of ours is imported inside tasks."""
    assert _loaded("\n".join(f"runpy.run_path({str(path)!r})" for path in DAG_FILES)) & HEAVY == set()


def test_the_errors_that_are_not_tried_again_are_all_of_ours_but_one() -> None:
    from accelerates_connections import fail_fast
    from airflow.sdk.exceptions import AirflowFailException

    for kind in _leaves(PipelineError):
        error = kind(source="s", expected="e", got="g", todo="Do it.")
        expected = kind if kind.__name__ == "SourceUnavailable" else AirflowFailException
        with pytest.raises(expected, match=r"s: expected e; got g\. Do it\."), fail_fast():
            raise error


def _leaves(kind: type[PipelineError]) -> list[type[PipelineError]]:
    return [leaf for below in kind.__subclasses__() for leaf in _leaves(below)] or [kind]


def _loaded(program: str) -> set[str]:
    return set(_output(LIGHT.format(before=program)).partition("LOADED")[2].split())


def _output(program: str, *words: str) -> str:
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
