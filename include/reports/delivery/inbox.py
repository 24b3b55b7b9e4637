"""The mailbox that bounces come to, read by IMAP: each mail that is new is judged once, and stays there."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

from include.errors import SourceUnavailable


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """A mailbox.

    Args:
        host: name of the server.
        port: its port.
        user: login.
        password: of the login.
        tls: False for a server on loopback only.
        timeout: seconds to wait for each answer.
    """

    host: str
    port: int = 993
    user: str
    password: str = field(repr=False)
    tls: bool = True
    timeout: float = 60

    def judge_new(self, judge: Callable[[bytes], bool]) -> tuple[int, int]:
        """Give each unseen mail to `judge`, then mark it as seen; returns how many were, and were not, what it seeks.

        A mail is marked only after it was judged: what a crash interrupts is judged again.

        Raises:
            SourceUnavailable: the server does not answer, or lets us not in.
        """
        counts = {True: 0, False: 0}
        try:
            with self._opened() as server:
                server.select("INBOX")
                for number in server.search(None, "UNSEEN")[1][0].split():
                    # PEEK, or the server would mark it before we know what it is.
                    parts = server.fetch(number, "(BODY.PEEK[])")[1]
                    raw = next(part[1] for part in parts if isinstance(part, tuple))
                    counts[judge(raw)] += 1
                    server.store(number, "+FLAGS", "\\Seen")
        except (imaplib.IMAP4.error, OSError) as error:
            raise SourceUnavailable(
                source="bounces",
                expected=f"an IMAP server at {self.host}:{self.port}",
                got=f"{type(error).__name__}: {error}",
                todo="Mend the connection `bounces`; mails go out meanwhile.",
            ) from error
        return counts[True], counts[False]

    def _opened(self) -> imaplib.IMAP4:
        if self.tls:
            trusted = ssl.create_default_context()
            server: imaplib.IMAP4 = imaplib.IMAP4_SSL(self.host, self.port, ssl_context=trusted, timeout=self.timeout)
        else:
            server = imaplib.IMAP4(self.host, self.port, timeout=self.timeout)
        server.login(self.user, self.password)
        return server
