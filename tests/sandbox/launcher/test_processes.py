"""Processes: only our own are ever stopped, and none of them is left."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.launcher import processes
from sandbox.launcher.workdir import LauncherError, WorkDir

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); print(1); time.sleep(60)"]


def wait_until(condition: object) -> None:
    deadline = time.monotonic() + 10
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_process_is_recorded_and_stopped(tmp_path: Path) -> None:
    started = processes.start_process("sleeper", SLEEPER, os.environ, tmp_path, tmp_path)
    assert processes.list_processes(tmp_path) == [started]
    assert started.is_alive()
    processes.stop_processes([started], tmp_path)
    assert not started.is_alive()
    assert processes.list_processes(tmp_path) == []


def test_one_that_will_not_end_is_ended_by_force(tmp_path: Path) -> None:
    started = processes.start_process("stubborn", STUBBORN, {**os.environ, "PYTHONUNBUFFERED": "1"}, tmp_path, tmp_path)
    wait_until((tmp_path / "stubborn.log").read_text)
    processes.stop_processes([started], tmp_path, wait_seconds=0.2)
    assert not started.is_alive()


def test_a_stranger_with_the_same_id_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen(SLEEPER) as stranger:
        record = processes.Process("ours", stranger.pid, "another moment", str(tmp_path / "log"))
        processes.stop_processes([record], tmp_path)
        assert stranger.poll() is None
        stranger.kill()


def test_what_a_process_left_behind_in_another_group_is_swept(tmp_path: Path) -> None:
    child = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], process_group=0)"
    code = f"import subprocess, sys; print({child}.pid, flush=True)"
    started = processes.start_process("parent", [sys.executable, "-c", code], os.environ, tmp_path, tmp_path)
    wait_until(lambda: not started.is_alive())
    orphan = int((tmp_path / "parent.log").read_text())
    assert processes.read_start(orphan)
    processes.kill_marked(tmp_path)
    wait_until(lambda: processes.read_start(orphan) is None)


def test_a_dead_one_is_noticed_with_the_end_of_its_log(tmp_path: Path) -> None:
    code = "raise SystemExit('no room at the inn')"
    started = processes.start_process("guest", [sys.executable, "-c", code], os.environ, tmp_path, tmp_path)
    wait_until(lambda: not started.is_alive())
    with pytest.raises(LauncherError, match="no room at the inn"):
        processes.check_alive([replace(started)])


def test_one_command_at_a_time(tmp_path: Path) -> None:
    workdir = WorkDir(tmp_path)
    with workdir.locked(0), pytest.raises(LauncherError, match=f"process {os.getpid()}"), workdir.locked(0):
        pass


def test_secrets_are_kept_and_closed_to_others(tmp_path: Path) -> None:
    workdir = WorkDir(tmp_path / "var")
    workdir.create_folders()
    assert workdir.secret("fernet") == workdir.secret("fernet") != workdir.secret("jwt")
    assert (workdir.run / "fernet.secret").stat().st_mode & 0o777 == 0o600
