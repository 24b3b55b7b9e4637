"""The files of one clone: all below var/, unless `os_user` places them elsewhere."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class LauncherError(Exception):
    """A command cannot go on; the message tells the person at the keyboard what to do."""


@dataclass(frozen=True)
class WorkDir:
    """The folders and small files below `var`."""

    var: Path = ROOT / "var"

    @property
    def mail(self) -> Path:
        """Caught mails, one .eml file each."""
        return self.var / "mail"

    @property
    def landing(self) -> Path:
        """Root of the landing zone."""
        return self.var / "landing"

    @property
    def partner_folder(self) -> Path:
        """Reports of the sample partners that hand in by folder."""
        return self.var / "partners"

    @property
    def airflow(self) -> Path:
        """AIRFLOW_HOME; task logs are below its logs/."""
        return self.var / "airflow"

    @property
    def log(self) -> Path:
        """One log file per process."""
        return self.var / "log"

    @property
    def run(self) -> Path:
        """Process records, the platform's ports, secrets."""
        return self.var / "run"

    @property
    def postgres(self) -> Path:
        """Home of the embedded server."""
        return self.var / "postgres"

    @property
    def borrowed(self) -> Path:
        """Mark that a single command has started the server for itself."""
        return self.run / "borrowed"

    def mark_borrowed(self) -> None:
        """Mark the server as started for one command; the caller holds the lock."""
        self.run.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.borrowed.touch()

    def unmark_borrowed(self) -> None:
        """Remove the mark: the server is up for every command, or down."""
        self.borrowed.unlink(missing_ok=True)

    def create_folders(self) -> None:
        """Create the folders; run/ holds secrets and is for its owner only."""
        for folder in (self.mail, self.landing, self.partner_folder, self.airflow, self.log, self.postgres):
            folder.mkdir(parents=True, exist_ok=True)
        self.run.mkdir(mode=0o700, exist_ok=True)

    def secret(self, name: str) -> str:
        """Return a secret, made on first use: 32 random bytes in URL-safe base64, like a Fernet key."""
        file = self.run / f"{name}.secret"
        if not file.exists():
            write_private(file, base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
        return file.read_text()

    def read_platform(self) -> dict[str, Any] | None:
        """Read the ports of the platform that `make up` left running; None when there is none."""
        file = self.run / "platform.json"
        found: dict[str, Any] | None = json.loads(file.read_text()) if file.exists() else None
        return found

    def write_platform(self, facts: dict[str, Any] | None) -> None:
        """Record the platform that stays up; None removes the record."""
        file = self.run / "platform.json"
        if facts is None:
            file.unlink(missing_ok=True)
        else:
            write_private(file, json.dumps(facts))

    @contextmanager
    def locked(self, wait_seconds: float) -> Iterator[None]:
        """Hold the clone's lock: one command at a time starts or stops processes.

        Raises:
            LauncherError: another command still holds it after wait_seconds.
        """
        self.var.mkdir(parents=True, exist_ok=True)
        with (self.var / "lock").open("a+") as file:
            _flock(file.fileno(), wait_seconds, self.var)
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield


def _flock(descriptor: int, wait_seconds: float, var: Path) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                holder = (var / "lock").read_text() or "unknown"
                message = f"Another command (process {holder}) is at work in this clone."
                raise LauncherError(f"{message} Wait for it or stop it, then try again.") from None
            time.sleep(0.1)


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read, in one step."""
    pending = file.with_name(f"{file.name}.new")
    pending.unlink(missing_ok=True)
    descriptor = os.open(pending, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    pending.replace(file)
