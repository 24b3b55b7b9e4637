"""Building .venv: when it counts as built."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sandbox.launcher import environment


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose environment takes no time to build."""

    def build(root: Path) -> None:
        python = root / ".venv" / "bin" / "python"
        python.parent.mkdir(parents=True, exist_ok=True)
        python.unlink(missing_ok=True)
        python.symlink_to(sys.executable)
        (root / "builds").open("a").write("x")

    (tmp_path / "requirements.txt").write_text("uv==1 \\\n    --hash=sha256:0\n")
    monkeypatch.setattr(environment, "_build", build)
    return tmp_path


def builds(root: Path) -> int:
    environment.ensure(root)
    return len((root / "builds").read_text())


def test_it_is_built_once(root: Path) -> None:
    assert builds(root) == 1
    assert builds(root) == 1


def test_a_half_built_one_is_built_anew(root: Path) -> None:
    builds(root)
    environment.stamp_path(root).unlink()
    assert builds(root) == 2


def test_other_requirements_build_it_anew(root: Path) -> None:
    builds(root)
    (root / "requirements.txt").write_text("uv==2\n")
    assert builds(root) == 2


def test_one_whose_python_is_gone_is_built_anew(root: Path) -> None:
    builds(root)
    (root / ".venv" / "bin" / "python").unlink()
    assert builds(root) == 2


def test_a_failed_command_is_shown_with_advice() -> None:
    with pytest.raises(environment.EnvironmentFailure, match=r"(?s)no luck.*status 3.*Try again"):
        environment._run([sys.executable, "-c", "print('no luck'); raise SystemExit(3)"], "Try again.")
