"""make replay: a warehouse of its own beside the live one, which make sql asks by name."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from sandbox.launcher.console import StepPrinter
from sandbox.launcher.postgres import Server
from sandbox.launcher.warehouse_commands import print_answer, replay_snapshots
from sandbox.launcher.workdir import LauncherError, WorkDir

MAP = """
dataset = "TEST:SMALL"
files = 'of_(?P<date>.{10})\\.csv'
key = ["code"]
period = "period"
value = "value"
"""


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two snapshots and their map, named by the environment as make does."""
    for day, value in (("2026-03-01", 1), ("2026-03-13", 2)):
        (tmp_path / f"of_{day}.csv").write_text(f"code,period,value\nA,2025,{value}\n")
    (tmp_path / "map.toml").write_text(MAP)
    monkeypatch.setenv("ACCELERATES_DIR", str(tmp_path))
    monkeypatch.setenv("ACCELERATES_MAP", str(tmp_path / "map.toml"))
    return tmp_path


def test_the_first_command_makes_the_server_and_a_question_names_the_database(given, capsys) -> None:
    workdir = WorkDir(given / "var")
    replay_snapshots(workdir, StepPrinter())
    said = capsys.readouterr().out
    assert "2026-03-13  of_2026-03-13.csv  1 inserted, 1 closed, 1 unchanged" in said
    assert "make sql DB=replay_test_small" in said
    output = io.StringIO()
    question = "set warehouse.as_of = '2026-03-05'; select value from mart.observation"
    print_answer(workdir, question, output, database="replay_test_small")
    assert output.getvalue() == "value\n1\n"
    assert Server(workdir.postgres).port is None
    Server(workdir.postgres).remove()


def test_without_a_folder_or_a_map_it_says_how_to_ask(given, monkeypatch) -> None:
    monkeypatch.setenv("ACCELERATES_MAP", "")
    with pytest.raises(LauncherError, match="make replay DIR="):
        replay_snapshots(WorkDir(given / "var"), StepPrinter())
