"""A mail catcher: accepts every message on loopback and writes it as .eml."""

from __future__ import annotations

import argparse
import re
import signal
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.launcher.ports import LOOPBACK

# Mails to partners are many, so they and the previews stay out of the folder of the KPI reports.
# Start of a List-Id -> folder.
PARTNER_MAILS = "partners"
_FOLDERS = {"<partner-reports.": PARTNER_MAILS, "<preview.": "previews"}


class Mailbox:
    """Writes a file per recipient: `<UTC time of arrival>-<number>-<recipient>.eml`.

    Mails to partners and previews, recognised by their List-Id, go into folders of their own.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = len(list(folder.rglob("*.eml")))

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Accept the message; the reply shows in the client's log."""
        content = envelope.content or b""
        for recipient in envelope.rcpt_tos:
            self._write(recipient, content if isinstance(content, bytes) else content.encode())
        return f"250 kept as number {self._count}"

    def _write(self, recipient: str, content: bytes) -> None:
        self._count += 1
        arrived = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        safe = re.sub(r"[^\w@.+-]", "_", recipient)
        name = f"{arrived}-{self._count:04d}-{safe}"
        list_id = str(BytesHeaderParser().parsebytes(content).get("List-Id", ""))
        folder = self._folder / next((name for start, name in _FOLDERS.items() if list_id.startswith(start)), "")
        folder.mkdir(exist_ok=True)
        pending = folder / f".{name}.pending"
        pending.write_bytes(content)
        pending.replace(folder / f"{name}.eml")


def start_mailbox(folder: Path, port: int) -> Controller:
    """Start a catcher in a thread; the caller stops it."""
    controller = Controller(
        Mailbox(folder), hostname=LOOPBACK, port=port, enable_SMTPUTF8=True, server_hostname="mailbox"
    )
    controller.start()
    return controller


def main() -> None:
    """Catch mail until a signal comes."""
    parser = argparse.ArgumentParser(description="Catch mail on loopback and keep it as .eml files.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    controller = start_mailbox(options.folder, options.port)
    signal.sigwait(signals)
    controller.stop()


if __name__ == "__main__":
    main()
