"""Building .venv: when it counts as built."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox.launcher import environment


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose environment takes no time to build."""

    def create(root: Path) -> None:
        shutil.rmtree(root / ".venv", ignore_errors=True)
        python = root / ".venv" / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.symlink_to(sys.executable)
        note(root, "new")

    for name in ("requirements.txt", "requirements-sandbox.txt", "requirements-test.txt"):
        (tmp_path / name).write_text("uv==1 \\\n    --hash=sha256:0\n")
    monkeypatch.setattr(environment, "_create", create)
    monkeypatch.setattr(environment, "_install", note)
    return tmp_path


def note(root: Path, word: str) -> None:
    with (root / "steps").open("a") as file:
        file.write(f"{word} ")


def steps(root: Path, purpose: str = "run") -> str:
    """What one more call does."""
    (root / "steps").write_text("")
    environment.ensure(root, purpose)
    return (root / "steps").read_text().strip()


def test_it_is_built_once(root: Path) -> None:
    assert steps(root) == "new run"
    assert steps(root) == ""


def test_the_tests_set_is_added_not_built_anew(root: Path) -> None:
    steps(root)
    assert steps(root, "test") == "test"
    assert steps(root, "test") == ""
    assert steps(root) == ""


def test_the_first_call_may_be_the_tests(root: Path) -> None:
    assert steps(root, "test") == "new run test"
    assert steps(root) == ""


def interrupt(root: Path, purpose: str) -> None:
    """Begin an installation that does not come to the end of one set."""

    def install(root: Path, name: str) -> None:
        if name == purpose:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(environment, "_install", install)
        with pytest.raises(KeyboardInterrupt):
            environment.ensure(root, purpose)


def test_a_half_built_one_is_built_anew(root: Path) -> None:
    interrupt(root, "run")
    assert steps(root) == "new run"


def test_a_half_added_tests_set_is_built_anew_and_does_not_hinder_a_run(root: Path) -> None:
    steps(root)
    interrupt(root, "test")
    assert steps(root) == ""
    assert steps(root, "test") == "new run test"


@pytest.mark.parametrize(
    ("changed", "of_run", "of_test"),
    [
        ("requirements.txt", "new run", "test"),
        ("requirements-sandbox.txt", "new run", "test"),
        ("requirements-test.txt", "", "new run test"),
    ],
)
def test_other_requirements_build_it_anew(root: Path, changed: str, of_run: str, of_test: str) -> None:
    steps(root, "test")
    (root / changed).write_text("uv==2\n")
    assert steps(root) == of_run
    assert steps(root, "test") == of_test


def test_one_whose_python_is_gone_is_built_anew(root: Path) -> None:
    steps(root)
    (root / ".venv" / "bin" / "python").unlink()
    assert steps(root) == "new run"


def test_two_calls_at_once_build_it_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = threading.Event()

    def install(root: Path, name: str) -> None:
        started.set()
        time.sleep(0.3)
        note(root, name)

    monkeypatch.setattr(environment, "_install", install)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(environment.ensure, root)
        assert started.wait(5)
        second = pool.submit(environment.ensure, root, "test")
        assert first.result() is second.result() is None
    assert (root / "steps").read_text() == "new run test "


def test_a_failed_command_is_shown_with_advice() -> None:
    with pytest.raises(environment.EnvironmentFailure, match=r"(?s)no luck.*status 3.*Try again"):
        environment._run([sys.executable, "-c", "print('no luck'); raise SystemExit(3)"], "Try again.")
