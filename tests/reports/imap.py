"""A small IMAP server on loopback: as much of RFC 3501 as reading a mailbox takes, with real sockets and real flags."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Session(socketserver.StreamRequestHandler):
    """One login after the other; every mail has a number and is seen or not."""

    def handle(self) -> None:
        self._say("* OK ready")
        while line := self.rfile.readline().decode().strip():
            tag, command, *rest = line.split(" ", 2)
            answer = getattr(self, f"do_{command.lower()}", None)
            if answer is None:
                self._say(f"{tag} BAD {command}")
                continue
            answer(rest[0] if rest else "")
            self._say(f"{tag} OK done")
            if command == "LOGOUT":
                return

    def do_capability(self, _: str) -> None:
        self._say("* CAPABILITY IMAP4rev1")

    def do_login(self, _: str) -> None:
        """Anybody."""

    def do_select(self, _: str) -> None:
        self._say(f"* {len(self.server.mails)} EXISTS")  # type: ignore[attr-defined]

    def do_search(self, what: str) -> None:
        assert what == "UNSEEN"
        unseen = sorted(set(self.server.mails) - self.server.seen)  # type: ignore[attr-defined]
        self._say("* SEARCH " + " ".join(map(str, unseen)))

    def do_fetch(self, what: str) -> None:
        number = int(what.split()[0])
        raw = self.server.mails[number]  # type: ignore[attr-defined]
        self._say(f"* {number} FETCH (BODY[] {{{len(raw)}}}")
        self.wfile.write(raw + b")\r\n")

    def do_store(self, what: str) -> None:
        found = re.fullmatch(r"(\d+) \+FLAGS \(?\\Seen\)?", what)
        assert found
        self.server.seen.add(int(found[1]))  # type: ignore[attr-defined]

    def do_logout(self, _: str) -> None:
        self._say("* BYE")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def mailbox(*mails: bytes) -> Iterator[int]:
    """The port of a server with these mails, none of them seen."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session) as server:
        server.daemon_threads = True
        server.mails, server.seen = dict(enumerate(mails, 1)), set()  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
