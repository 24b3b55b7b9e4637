"""Processor seconds of the server and of this process: what a busy machine does not change."""

from __future__ import annotations

import os
import time
from pathlib import Path

import psycopg

TICKS = os.sysconf("SC_CLK_TCK")


class Effort:
    """What the server's ended sessions and this process have used; a session counts when it has ended.

    Args:
        pid: the server's first process, on this machine.
    """

    def __init__(self, pid: int) -> None:
        self._stat = Path(f"/proc/{pid}/stat")

    def seconds(self) -> float:
        """Processor seconds so far; waits a moment for sessions that are just ending. 0 where /proc is missing."""
        if not self._stat.exists():
            return 0.0
        time.sleep(0.3)
        words = self._stat.read_text(encoding="ascii").rpartition(")")[2].split()
        own = os.times()
        # utime, stime and those of children that were waited for.
        return sum(map(int, words[11:15])) / TICKS + own.user + own.system


def of_server(dsn: str) -> Effort:
    """Read the effort of the server behind an address, which runs on this machine."""
    with psycopg.connect(dsn) as conn:
        stat = Path(f"/proc/{conn.info.backend_pid}/stat")
        # A session's parent is the server.
        return Effort(int(stat.read_text(encoding="ascii").rpartition(")")[2].split()[1]) if stat.exists() else 0)
