"""Child processes, recorded with their identity, so that a later command stops only these.

A record in var/run holds the process id and the moment that the process began: an id alone may belong to another
program by then. On Linux, processes that a killed parent left behind (tasks run in process groups of their own) are
found by a mark in their environment.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sandbox.launcher.workdir import LauncherError, write_private

MARK = "ACCELERATES_PLATFORM"


@dataclass(frozen=True)
class Process:
    """One process, leader of its own session; its output goes to `log`."""

    name: str
    pid: int
    began: str
    log: str

    def is_alive(self) -> bool:
        """Check whether this very process still runs."""
        with suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)
        return read_start(self.pid) == self.began

    def last_lines(self, count: int = 20) -> str:
        """Read the end of its log."""
        return "\n".join(Path(self.log).read_text(errors="replace").splitlines()[-count:])


def start_process(name: str, command: Sequence[str], environment: Mapping[str, str], run: Path, log: Path) -> Process:
    """Start a command in a session of its own and record it in the folder `run`."""
    file = log / f"{name}.log"
    with file.open("ab") as output:
        child = subprocess.Popen(
            command,
            env={**environment, MARK: str(run)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    process = Process(name, child.pid, read_start(child.pid) or "", str(file))
    write_private(run / f"{name}.process.json", json.dumps(vars(process)))
    # Later commands use the record, not this object; without this, its destructor would warn.
    child.returncode = 0
    return process


def list_processes(run: Path) -> list[Process]:
    """List the processes that were started from here and not stopped since, dead or alive."""
    return [Process(**json.loads(file.read_text())) for file in sorted(run.glob("*.process.json"))]


def check_alive(processes: Sequence[Process]) -> None:
    """Check that all processes are alive.

    Raises:
        LauncherError: a process has stopped; the message shows the end of its log.
    """
    for process in processes:
        if not process.is_alive():
            raise LauncherError(
                f"{process.name} has stopped. Its log is {process.log}; it ends:\n{process.last_lines()}"
            )


def stop_processes(processes: Sequence[Process], run: Path, wait_seconds: float = 15.0) -> None:
    """Ask processes to end, and kill their groups when they have not ended after wait_seconds."""
    alive = [process for process in processes if process.is_alive()]
    for process in alive:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGTERM)
    deadline = time.monotonic() + wait_seconds
    while any(process.is_alive() for process in alive) and time.monotonic() < deadline:
        time.sleep(0.05)
    for process in alive:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    while any(process.is_alive() for process in alive):
        time.sleep(0.02)
    for process in processes:
        (run / f"{process.name}.process.json").unlink(missing_ok=True)


def kill_marked(run: Path) -> int:
    """Kill the processes that still carry the mark of this clone; returns how many.

    Without /proc it does nothing.
    """
    found = [pid for pid in _pids() if _has_mark(pid, str(run))]
    for pid in found:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    return len(found)


def read_start(pid: int) -> str | None:
    """Read when a process began, as text unique to it even if its id is used again.

    Returns None when there is no process.
    """
    stat, boot = Path(f"/proc/{pid}/stat"), Path("/proc/sys/kernel/random/boot_id")
    if not boot.exists():
        listed = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], check=False, capture_output=True, text=True)
        return listed.stdout.strip() or None
    try:
        # The command's name, in brackets, may hold spaces; the fields after it count from the state, 'Z' for a zombie.
        fields = stat.read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else f"{boot.read_text().strip()} {fields[19]}"


def read_command(pid: int) -> str | None:
    """Read the command line of a process; None when there is no process."""
    command_line = Path(f"/proc/{pid}/cmdline")
    if read_start(pid) is None:
        return None
    if command_line.exists():
        return command_line.read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], check=False, capture_output=True, text=True).stdout


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if entry.name.isdigit()]


def _has_mark(pid: int, run: str) -> bool:
    try:
        return f"{MARK}={run}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
