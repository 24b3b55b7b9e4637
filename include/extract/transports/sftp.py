"""Trust in an SFTP server: exactly the host key that the connection names, and no first use."""

from __future__ import annotations

from paramiko import MissingHostKeyPolicy, PKey, SSHClient


class Pinned(MissingHostKeyPolicy):
    """Accepts one host key.

    Args:
        expected: 'ssh-ed25519 AAAA...', as a line of known_hosts without the host.
    """

    def __init__(self, expected: str) -> None:
        self._expected = tuple(expected.split()[:2])

    def missing_host_key(self, client: SSHClient, hostname: str, key: PKey) -> None:
        """Called before any credential is sent; raises PermissionError on another key."""
        if (key.get_name(), key.get_base64()) != self._expected:
            raise PermissionError("the server shows another host key than the connection's host_key")
