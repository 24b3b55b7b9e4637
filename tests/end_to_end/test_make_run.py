"""The main job, for real: from an empty folder to the report in a mailbox, then once more."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from include.local import processes
from include.local.state import ROOT

pytestmark = pytest.mark.long
PARTS = ("dags", "include", "plugins", "sql")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A clone with state of its own, run by the environment of this one."""
    root = tmp_path_factory.mktemp("clone")
    for part in PARTS:
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    yield root
    command(root, "clean")
    assert not (root / "var").exists()


def command(root: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    environment |= {"PYTHONPATH": str(root), **variables}
    full = [sys.executable, "-m", "include.local", *words]
    return subprocess.run(full, cwd=root, env=environment, capture_output=True, text=True, check=False)


def ask(root: Path, question: str) -> list[str]:
    return command(root, "sql", ACCELERATES_QUESTION=question).stdout.splitlines()[1:]


def mails(root: Path) -> list[Path]:
    return sorted((root / "var" / "mail").glob("*.eml"))


def test_the_report_arrives_once_and_nothing_is_left_running(clone: Path) -> None:
    first = command(clone, "run")
    assert first.returncode == 0, first.stderr
    assert "Scorecard as of 15 October 2026" in first.stdout
    sent = mails(clone)
    assert sent
    subjects = [str(message_from_bytes(mail.read_bytes(), policy=policy.default)["Subject"]) for mail in sent]
    assert all(subjects)
    assert processes.sweep(clone / "var" / "run") == 0

    versions = ask(clone, "select count(*) from core.observation")
    second = command(clone, "run")
    assert second.returncode == 0, second.stderr
    assert "Nothing was loaded twice" in second.stdout
    assert "Nothing was mailed twice" in second.stdout
    assert mails(clone) == sent
    assert ask(clone, "select count(*) from core.observation") == versions
    assert processes.sweep(clone / "var" / "run") == 0
