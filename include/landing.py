"""Landing: the bytes of every payload, untouched and for ever, under the name of their hash.

The root is any URL that universal_pathlib reads: file:///srv/landing, s3://bucket/landing, gs://...
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO, cast

from upath import UPath

from include.errors import PayloadTooLarge

BLOCK_BYTES = 1 << 20
# Smaller bodies stay in memory until their hash, and so their name, is known.
SPOOL_BYTES = 8 << 20


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """An object in landing.

    Args:
        sha256: hash of the bytes, in hex.
        bytes_count: their number.
        location: path below the landing root.
    """

    sha256: str
    bytes_count: int
    location: str


def store(root: str, source_code: str, blocks: Iterable[bytes], max_bytes: int) -> StoredObject:
    """Write a stream to landing, once: the same bytes have the same name.

    Memory does not grow with the payload.

    Raises:
        PayloadTooLarge: more than max_bytes came; nothing is stored.
    """
    with tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES) as spool:
        digest, count = hashlib.sha256(), 0
        for block in blocks:
            count += len(block)
            if count > max_bytes:
                raise PayloadTooLarge(
                    source=source_code,
                    expected=f"at most {max_bytes:,} bytes",
                    got=f"more, after {count:,} bytes",
                    todo="Ask for fewer periods or codes, or raise max_bytes of the source.",
                )
            digest.update(block)
            spool.write(block)
        spool.seek(0)
        stored = StoredObject(sha256=digest.hexdigest(), bytes_count=count, location=_location(digest.hexdigest()))
        _write(UPath(root) / stored.location, cast("BinaryIO", spool))
        return stored


def open(root: str, location: str) -> BinaryIO:
    """Open the bytes of a payload as a stream, from landing, without the network."""
    return cast("BinaryIO", (UPath(root) / location).open("rb"))


def delete(root: str, location: str) -> None:
    """Remove an object for good, if it is still there. For include.warehouse.retention only."""
    (UPath(root) / location).unlink(missing_ok=True)


def _location(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


def _write(target: UPath, stream: BinaryIO) -> None:
    """Write beside the target and rename, so that a killed writer leaves no half object."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(prefix="part") as unique:
        part = target.with_name(target.name + "." + unique.name.rsplit("/", 1)[-1])
    with part.open("wb") as out:
        while block := stream.read(BLOCK_BYTES):
            out.write(block)
    part.rename(target)
