"""A folder: files on a disk, on object storage or behind SFTP, under any URL that universal_pathlib reads.

Object storage has no empty folders: one is there as soon as an object is in it, were it only the empty object `sim/`.

SFTP asks for the server's host key in the connection's extra (`host_key`, as in known_hosts: 'ssh-ed25519 AAAA...').
Without it the first server that answers to the name would be handed the password.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from upath import UPath

from include.errors import SourceError, SourceRefused, SourceUnavailable
from include.extract.http import BLOCK_BYTES
from include.extract.http_types import Nothing, Reply
from include.extract.transports import object_storage
from include.sources.endpoint import Endpoint

if TYPE_CHECKING:
    from include.sources.source import Request, Source

Errors = tuple[type[Exception], ...]
SECONDS = 30.0
# The standard library knows no workbooks on a bare machine.
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {".xlsx": XLSX, ".csv": "text/csv", ".json": "application/json"}


@contextmanager
def asked(
    source: Source, endpoint: Endpoint, request: Request, clock: datetime, etag: str | None
) -> Iterator[Reply | Nothing]:
    """The file at the request's path, or 'absent'. A folder that is not there is refused: it is not an empty one."""
    with _opened(source, endpoint) as root:
        file = root / request.path.lstrip("/")
        with _said_plainly(source, endpoint):
            is_there = file.is_file()
            if not is_there and not file.parent.is_dir():
                raise _refused(source, endpoint, f"no folder {request.path.rpartition('/')[0]!r}")
            released_at = _changed_at(file) if is_there else None
        if not is_there:
            yield "absent"
            return
        yield Reply(
            url=f"{endpoint.host.rstrip('/')}/{request.path.lstrip('/')}",
            media_type=MEDIA_TYPES.get(file.suffix, mimetypes.guess_type(file.name)[0] or "application/octet-stream"),
            etag=None,
            released_at=released_at,
            blocks=_blocks(source, endpoint, file),
        )


@contextmanager
def _opened(source: Source, endpoint: Endpoint) -> Iterator[UPath]:
    """The root of the folder, connected, and closed again: nobody keeps a session to a partner open."""
    with _said_plainly(source, endpoint):
        root = UPath(endpoint.host, **_options(source, endpoint))
        client: Any = getattr(root.fs, "client", None)
        if client is not None:
            # The others of its waits are those of the login; a server that stops in the middle of a file waits here.
            root.fs.ftp.get_channel().settimeout(SECONDS)
    try:
        yield root
    finally:
        if client is not None:
            client.close()


def _options(source: Source, endpoint: Endpoint) -> dict[str, object]:
    options = dict(endpoint.options)
    if endpoint.host.startswith(object_storage.SCHEMES):
        return object_storage.options(options)
    if not endpoint.host.startswith(("sftp:", "ssh:")):
        return options
    host_key = str(options.pop("host_key", ""))
    if not host_key:
        raise _refused(source, endpoint, "a connection without the server's host_key in its extra")
    from include.extract.transports.sftp import Pinned

    return {
        "timeout": SECONDS, "auth_timeout": SECONDS, "allow_agent": False, "look_for_keys": False,
        **options, "host_key_policy": Pinned(host_key), "skip_instance_cache": True,
    }  # fmt: skip


def _changed_at(file: UPath) -> datetime | None:
    """When the file was put there, where the storage says so."""
    seconds = file.stat().st_mtime
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _blocks(source: Source, endpoint: Endpoint, file: UPath) -> Iterator[bytes]:
    with _said_plainly(source, endpoint), file.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            yield block


@contextmanager
def _said_plainly(source: Source, endpoint: Endpoint) -> Iterator[None]:
    """What storage and SSH say, as what it means for the run; never with a password, key or login in it."""
    # SSH takes a tenth of a second to import, and only these feeds need it.
    from paramiko import AuthenticationException, SFTPError, SSHException

    refusals: Errors = (PermissionError, ImportError, ValueError)
    outages: Errors = (OSError, EOFError, SFTPError, SSHException)
    if endpoint.host.startswith(object_storage.SCHEMES):
        refusals, outages = refusals + object_storage.refusals(), outages + object_storage.outages()
    try:
        yield
    except SourceError:
        raise
    except AuthenticationException as error:
        raise _refused(source, endpoint, "a refused login") from error
    except refusals as error:
        raise _refused(source, endpoint, f"{type(error).__name__}: {_first_line(error)}") from error
    except outages as error:
        raise SourceUnavailable(
            source=source.code,
            expected=f"an answer from {endpoint.host}",
            got=type(error).__name__,
            todo="Nothing to do yet: the run tries again. If it goes on, ask the partner.",
        ) from error


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0][:200]


def _refused(source: Source, endpoint: Endpoint, got: str) -> SourceRefused:
    return SourceRefused(
        source=source.code,
        expected=f"a folder at {endpoint.host}",
        got=got,
        todo="Mend the connection of this contract's feed (host, login, key, host_key) or its path; see SourceRefused.",
    )
