"""A real SFTP server on loopback for the tests of folder feeds: one user, one folder, read only."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import paramiko

USER, PASSWORD = "agency", "correct horse battery"


@dataclass(frozen=True)
class Address:
    """Where it listens, and its host key as a line of known_hosts without the host."""

    port: int
    host_key: str


class _Door(paramiko.ServerInterface):
    def __init__(self, key: paramiko.PKey | None) -> None:
        self.key = key

    def check_auth_password(self, username: str, password: str) -> int:
        is_right = self.key is None and (username, password) == (USER, PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if is_right else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        is_right = self.key is not None and username == USER and key.asbytes() == self.key.asbytes()
        return paramiko.AUTH_SUCCESSFUL if is_right else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "publickey" if self.key else "password"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class _Handle(paramiko.SFTPHandle):
    """A file that is open for reading; paramiko reads from `readfile`."""


class _Files(paramiko.SFTPServerInterface):
    root = Path()

    def _real(self, path: str) -> Path:
        return self.root / self.canonicalize(path).lstrip("/")

    def list_folder(self, path: str):
        return [paramiko.SFTPAttributes.from_stat(item.stat(), item.name) for item in self._real(path).iterdir()]

    def stat(self, path: str):
        try:
            return paramiko.SFTPAttributes.from_stat(self._real(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    lstat = stat

    def open(self, path: str, flags: int, attr: object):
        if flags & (os.O_WRONLY | os.O_RDWR):
            return paramiko.SFTP_PERMISSION_DENIED
        handle = _Handle(flags)
        handle.readfile = self._real(path).open("rb")
        return handle


@contextmanager
def serving(folder: Path, key: paramiko.PKey | None = None) -> Iterator[Address]:
    """Serves a folder; with `key` that key is asked for, else the password."""
    host_key = paramiko.RSAKey.generate(2048)
    files = type("Files", (_Files,), {"root": folder})
    listener = socket.create_server(("127.0.0.1", 0))
    transports: list[paramiko.Transport] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                transport = paramiko.Transport(listener.accept()[0])
                transport.add_server_key(host_key)
                transport.set_subsystem_handler("sftp", paramiko.SFTPServer, files)
                transports.append(transport)
                with suppress(paramiko.SSHException, EOFError):
                    transport.start_server(server=_Door(key))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield Address(listener.getsockname()[1], f"{host_key.get_name()} {host_key.get_base64()}")
    finally:
        # Closing alone would leave the thread its one last accept.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for transport in transports:
            transport.close()
