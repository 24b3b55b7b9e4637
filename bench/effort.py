"""Processor seconds of the server and of this process, which a busy machine does not change."""

from __future__ import annotations

import os
import time
from pathlib import Path

import psycopg

TICKS = os.sysconf("SC_CLK_TCK")


class Effort:
    """Processor time of the server's ended sessions and this process; a session counts once it ended.

    Args:
        pid: the server's first process, on this machine.
    """

    def __init__(self, pid: int) -> None:
        self._stat = Path(f"/proc/{pid}/stat")

    def seconds(self) -> float:
        """Return the processor seconds so far, after a wait for ending sessions; 0 without /proc."""
        if not self._stat.exists():
            return 0.0
        time.sleep(0.3)
        words = self._stat.read_text(encoding="ascii").rpartition(")")[2].split()
        own = os.times()
        # utime and stime of the process, and of its children that have ended.
        return sum(map(int, words[11:15])) / TICKS + own.user + own.system


def of_server(dsn: str) -> Effort:
    """Read the effort of the server behind an address, which runs on this machine."""
    with psycopg.connect(dsn) as conn:
        stat = Path(f"/proc/{conn.info.backend_pid}/stat")
        # A session's parent is the server.
        return Effort(int(stat.read_text(encoding="ascii").rpartition(")")[2].split()[1]) if stat.exists() else 0)
