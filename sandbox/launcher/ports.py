"""Free ports on loopback: the usual port when it is free, else a port that the system gives."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from pathlib import Path
from typing import IO

LOOPBACK = "127.0.0.1"
USUAL = {"postgres": 5439, "api": 8080, "worker_log": 8793, "triggerer_log": 8794, "mail": 1025, "sample": 8081}


class PortClaims:
    """Ports claimed by this process.

    A lock per port keeps a second clone off until the server listens.
    """

    def __init__(self) -> None:
        self._locks: list[IO[str]] = []

    def __enter__(self) -> PortClaims:
        return self

    def __exit__(self, *_: object) -> None:
        for lock in self._locks:
            lock.close()

    def claim(self, usual: int | None = None) -> int:
        """Claim the usual port when it is free, else a free port that the system gives."""
        for candidate in (usual or _any_port(), *(_any_port() for _ in range(50))):
            if self._lock(candidate) and is_port_free(candidate):
                return candidate
        raise OSError("No free port on 127.0.0.1 in 50 tries. Stop servers that are no longer needed.")

    def _lock(self, port: int) -> bool:
        folder = Path(tempfile.gettempdir(), f"accelerates-ports-{os.getuid()}")
        folder.mkdir(mode=0o700, exist_ok=True)
        lock = (folder / str(port)).open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        self._locks.append(lock)
        return True


def is_port_free(port: int) -> bool:
    """Check whether a server could listen there now."""
    with socket.socket() as probe:
        # As servers do: a port whose last connection has just closed counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def is_port_listening(port: int) -> bool:
    """Check whether a server accepts connections there."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex((LOOPBACK, port)) == 0


def _any_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
