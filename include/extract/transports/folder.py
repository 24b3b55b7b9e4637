"""A folder: files on a disk, on object storage or behind SFTP, by universal_pathlib.

Object storage has no empty folders: a folder exists as soon as an object is in it, even only the empty object `sim/`.
Of s3:// the connection's login is the access key and its password the secret key; `endpoint_url` in the extra names a
store that is not Amazon's, `anon` a bucket that is open to all. Without keys the machine's own would be tried, and
those are for our landing, not for partners.

SFTP needs the server's host key in the connection's extra (`host_key`, as in known_hosts: 'ssh-ed25519 AAAA...').
Without it the first server that answers to the name would be handed the password.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from upath import UPath

from include.errors import SourceError, SourceRefused, SourceUnavailable
from include.extract.http import BLOCK_BYTES, NoReply, Reply
from include.sources.source import Endpoint

if TYPE_CHECKING:
    from paramiko import MissingHostKeyPolicy, PKey, SSHClient

    from include.sources.source import Request, Source

Errors = tuple[type[Exception], ...]
TIMEOUT_SECONDS = 30.0
S3_SCHEMES = ("s3:", "s3a:")
SFTP_SCHEMES = ("sftp:", "ssh:")
NO_KEYS = "a connection without access key (login) and secret key (password)"
# The standard library knows no workbooks on a bare machine.
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {".xlsx": XLSX, ".csv": "text/csv", ".json": "application/json"}


@contextmanager
def read_file(
    source: Source, endpoint: Endpoint, request: Request, clock: datetime, etag: str | None
) -> Iterator[Reply | NoReply]:
    """Read the file at the request's path; yields it, or 'absent'.

    Raises:
        SourceUnavailable: the storage does not answer.
        SourceRefused: no access, or the folder itself does not exist, which does not mean that it is empty.
    """
    with _open_folder(source, endpoint) as root:
        file = root / request.path.lstrip("/")
        with _translated_errors(source, endpoint):
            is_there = file.is_file()
            if not is_there and not file.parent.is_dir():
                raise _refused(source, endpoint, f"no folder {request.path.rpartition('/')[0]!r}")
            released_at = _modified_at(file) if is_there else None
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
def _open_folder(source: Source, endpoint: Endpoint) -> Iterator[UPath]:
    """Connect to the root of the folder, and close it again: no session to a partner stays open."""
    with _translated_errors(source, endpoint):
        root = UPath(endpoint.host, **_storage_options(source, endpoint))
        client: Any = getattr(root.fs, "client", None)
        if client is not None:
            # The other time limits are those of the login; this one ends a server that stops in the middle of a file.
            root.fs.ftp.get_channel().settimeout(TIMEOUT_SECONDS)
    try:
        yield root
    finally:
        if client is not None:
            client.close()


def _storage_options(source: Source, endpoint: Endpoint) -> dict[str, object]:
    options = dict(endpoint.options)
    if endpoint.host.startswith(S3_SCHEMES):
        return s3_options(options)
    if not endpoint.host.startswith(SFTP_SCHEMES):
        return options
    host_key = str(options.pop("host_key", ""))
    if not host_key:
        raise _refused(source, endpoint, "a connection without the server's host_key in its extra")
    return {
        "timeout": TIMEOUT_SECONDS, "auth_timeout": TIMEOUT_SECONDS, "allow_agent": False, "look_for_keys": False,
        **options, "host_key_policy": _pinned_host_key(host_key), "skip_instance_cache": True,
    }  # fmt: skip


def s3_options(options: Mapping[str, object]) -> dict[str, object]:
    """Build the options of s3fs from those of the connection.

    Raises:
        PermissionError: the connection has no keys.
    """
    rest = dict(options)
    key, secret, url = (rest.pop(name, None) for name in ("username", "password", "endpoint_url"))
    rest.pop("port", None)
    if not (key and secret):
        raise PermissionError(NO_KEYS)
    limits = {"connect_timeout": TIMEOUT_SECONDS, "read_timeout": TIMEOUT_SECONDS, "retries": {"max_attempts": 2}}
    return {
        **rest,
        "key": key,
        "secret": secret,
        "client_kwargs": {"endpoint_url": url} if url else {},
        "config_kwargs": limits,
        # A file that came a minute ago must be seen, and no other partner's key may come from a cache.
        "use_listings_cache": False,
        "skip_instance_cache": True,
    }


def _pinned_host_key(expected: str) -> MissingHostKeyPolicy:
    """Accept one host key and no other, not even on first use.

    Args:
        expected: 'ssh-ed25519 AAAA...', as a line of known_hosts without the host.
    """
    # paramiko takes a tenth of a second to import, and only these feeds need it.
    from paramiko import MissingHostKeyPolicy

    class PinnedHostKey(MissingHostKeyPolicy):
        def missing_host_key(self, client: SSHClient, hostname: str, key: PKey) -> None:
            """Raise PermissionError on another key; called before any credential is sent."""
            if (key.get_name(), key.get_base64()) != tuple(expected.split()[:2]):
                raise PermissionError("the server shows another host key than the connection's host_key")

    return PinnedHostKey()


def _modified_at(file: UPath) -> datetime | None:
    """When the file was put there; None where the storage does not say."""
    seconds = file.stat().st_mtime
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _blocks(source: Source, endpoint: Endpoint, file: UPath) -> Iterator[bytes]:
    with _translated_errors(source, endpoint), file.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            yield block


@contextmanager
def _translated_errors(source: Source, endpoint: Endpoint) -> Iterator[None]:
    """Translate the errors of storage and SSH into ours, without password, key or login."""
    from paramiko import AuthenticationException, SFTPError, SSHException

    refusals: Errors = (PermissionError, ImportError, ValueError)
    outages: Errors = (OSError, EOFError, SFTPError, SSHException)
    if endpoint.host.startswith(S3_SCHEMES):
        refusals, outages = refusals + _s3_refusals(), outages + _s3_outages()
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


def _s3_refusals() -> Errors:
    """Errors of the S3 client before it asked; no retry helps."""
    from botocore.exceptions import NoCredentialsError, ParamValidationError

    return NoCredentialsError, ParamValidationError


def _s3_outages() -> Errors:
    """Errors that may be over at the next try; s3fs raises the others as those of a disk."""
    from botocore.exceptions import BotoCoreError, ClientError

    return BotoCoreError, ClientError


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0][:200]


def _refused(source: Source, endpoint: Endpoint, got: str) -> SourceRefused:
    return SourceRefused(
        source=source.code,
        expected=f"a folder at {endpoint.host}",
        got=got,
        todo="Mend the connection of this contract's feed (host, login, key, host_key) or its path; see SourceRefused.",
    )
