"""Where one clone keeps its state: below var/, and nothing outside it but what `privilege` must place elsewhere."""

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


class LocalFailure(Exception):
    """Something that the person at the keyboard must do or know; the message says what."""


@dataclass(frozen=True)
class State:
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
        """A file that is there while a command holds the server up for itself alone."""
        return self.run / "borrowed"

    def borrow(self) -> None:
        """Say that the server is up for one command; whoever does so holds the lock."""
        self.run.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.borrowed.touch()

    def give_back(self) -> None:
        """Say that the server is up for all, or down."""
        self.borrowed.unlink(missing_ok=True)

    def prepare(self) -> None:
        """Creates the folders; run/ holds secrets and is for its owner only."""
        for folder in (self.mail, self.landing, self.partner_folder, self.airflow, self.log, self.postgres):
            folder.mkdir(parents=True, exist_ok=True)
        self.run.mkdir(mode=0o700, exist_ok=True)

    def secret(self, name: str) -> str:
        """A secret made on first use and kept; 32 random bytes in URL-safe base64, as Fernet keys are written."""
        file = self.run / f"{name}.secret"
        if not file.exists():
            write_private(file, base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
        return file.read_text()

    def platform(self) -> dict[str, Any] | None:
        """What `make up` wrote down about the platform that stays, or None."""
        file = self.run / "platform.json"
        found: dict[str, Any] | None = json.loads(file.read_text()) if file.exists() else None
        return found

    def remember_platform(self, facts: dict[str, Any] | None) -> None:
        """Writes down the platform that stays up; None forgets it."""
        file = self.run / "platform.json"
        if facts is None:
            file.unlink(missing_ok=True)
        else:
            write_private(file, json.dumps(facts))

    @contextmanager
    def locked(self, patience_s: float) -> Iterator[None]:
        """One command at a time starts or stops things in a clone. Raises LocalFailure when the other takes longer."""
        self.var.mkdir(parents=True, exist_ok=True)
        with (self.var / "lock").open("a+") as file:
            _flock(file.fileno(), patience_s, self.var)
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield


def _flock(descriptor: int, patience_s: float, var: Path) -> None:
    deadline = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                holder = (var / "lock").read_text() or "unknown"
                message = f"Another command (process {holder}) is at work in this clone."
                raise LocalFailure(f"{message} Wait for it or stop it, then try again.") from None
            time.sleep(0.1)


def write_private(file: Path, text: str) -> None:
    """Writes a file that only its owner can read, whole or not at all."""
    pending = file.with_name(f"{file.name}.new")
    pending.unlink(missing_ok=True)
    descriptor = os.open(pending, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    pending.replace(file)
