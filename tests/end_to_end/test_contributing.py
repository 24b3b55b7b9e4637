"""CONTRIBUTING.md is followed to the letter, in a copy, as somebody new would."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w+) (file|append|edit|run)(?:=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LEFT_BEHIND = shutil.ignore_patterns(".*", "var", "__pycache__", "bench", "tests", "requirements*")
# What the page promises to be true at the end; run in the copy, beside the tests that the page itself adds.
PROMISES = """
import csv
import io
from pathlib import Path

import psycopg
from airflow.dag_processing.dagbag import DagBag

from include.extract import contract_feeds
from include.partners.workbook_reader import read_workbook
from include.periods import clock_from
from include.register import PARTNERS, STATISTICS

ROOT = Path(__file__).parents[2]
TODAY = "2026-10-15T09:00:00+02:00"


def test_the_sources_have_their_dags_and_release_patterns():
    bag = DagBag(str(ROOT / "dags"))
    assert bag.import_errors == {}
    assert {"ingest_eurostat_regional_gdp", "ingest_airport_cargo"} <= set(bag.dags)
    with (ROOT / "include" / "sources" / "reference" / "release_calendar.csv").open(encoding="utf-8") as file:
        written = [row["source_code"] for row in csv.DictReader(file)]
    assert sorted(written) == sorted(source.code for source in (*STATISTICS, *PARTNERS))


def test_the_kpi_is_on_the_scorecard_and_the_partner_owes_reports(loader):
    loader.reference()
    loader("fit_fdi_project", TODAY)
    with psycopg.connect(loader.dsn) as conn:
        conn.execute("select set_config('warehouse.as_of', %s, false)", (TODAY,))
        shown = conn.execute(
            "select period, value > 0, planned_value, status_code <> 'no_verdict' from mart.scorecard"
            " where kpi_code = 'fdi_projects_greenfield'"
        ).fetchone()
        assert shown == ("2026-Q3", True, 131, True)
        owed = conn.execute(
            "select period, state from mart.partner_report where contract_code = 'flanders-drones-2026' order by 1"
        ).fetchall()
        assert owed == [(f"2026-Q{quarter}", "missing") for quarter in (1, 2, 3)]
        assert conn.execute("select * from mart.network_gap").fetchall() == []
    running = contract_feeds.read_contract_feeds(loader.dsn, clock_from(TODAY))
    assert "flanders-drones" in {contract["feed_path"] for contract in running}


def test_the_partners_workbook_is_its_own():
    payload = io.BytesIO((ROOT / "2026-Q3.xlsx").read_bytes())
    try:
        list(read_workbook(payload, contract_code="flanders-drones-2026", period="2026-Q3"))
    except Exception as error:
        assert type(error).__name__ == "EmptyReply", error
"""
# What guards the house, as far as the examples touch it.
GUARDS = ("unit/test_layers.py", "warehouse/test_marts_house.py", "sources/test_what_was_added.py")


@pytest.fixture(scope="module")
def steps() -> list[tuple[str, str, str]]:
    found = BLOCK.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert len(found) > 15, "the page has no blocks to follow"
    return [(verb, name, body) for _, verb, name, body in found]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str]]) -> Iterator[Path]:
    """The project with every step of the page applied."""
    root = tmp_path_factory.mktemp("contributing") / "project"
    shutil.copytree(ROOT, root, ignore=LEFT_BEHIND)
    for name in ("conftest.py", "sources/spoiling.py", "warehouse/conftest.py", *GUARDS[:2]):
        (root / "tests" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "tests" / name, root / "tests" / name)
    for verb, name, body in steps:
        _apply(root, verb, name, body)
    (root / "tests" / GUARDS[2]).write_text(PROMISES, encoding="utf-8")
    yield root
    shutil.rmtree(root, ignore_errors=True)


def test_after_every_step_the_source_the_kpi_and_the_partner_are_there(copy: Path, steps: list) -> None:
    added = [name for verb, name, _ in steps if verb == "file" and name.startswith("tests/")]
    assert len(added) == 3
    done = _run(copy, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *added,
                *(f"tests/{name}" for name in GUARDS))  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:]


def test_what_the_page_adds_is_in_the_houses_style(copy: Path, steps: list) -> None:
    written = sorted({name for verb, name, _ in steps if verb == "file" and name.endswith(".py")})
    for words in (["ruff", "check", "--no-cache"], ["ruff", "format", "--check", "--no-cache"], ["mypy"]):
        names = [name for name in written if words != ["mypy"] or name.startswith("include/")]
        checked = _run(copy, sys.executable, "-m", *words, *names)
        assert checked.returncode == 0, checked.stdout


def _apply(root: Path, verb: str, name: str, body: str) -> None:
    path = root / name
    if verb == "run":
        done = _run(root, "sh", "-ec", body)
        assert done.returncode == 0, done.stdout
    elif verb == "file":
        assert not path.exists(), f"{name} is there already; the example needs another name"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
    elif verb == "append":
        path.write_text(path.read_text(encoding="utf-8") + body, encoding="utf-8")
    else:
        lines = body.splitlines()
        old, new = ("\n".join(line[1:] for line in lines if line[0] == sign) for sign in "-+")
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name}: expected {old!r} once; got it {text.count(old)} times. Mend the page."
        path.write_text(text.replace(old, new), encoding="utf-8")


def _run(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        words, cwd=root, env=environment, text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
