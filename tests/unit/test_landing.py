"""Landing keeps the bytes of a payload once, whole, under the name of their hash, or not at all."""

from __future__ import annotations

import hashlib
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include import landing
from include.errors import PayloadTooLarge


def objects(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


@given(st.lists(st.binary(max_size=50), max_size=10))
def test_what_is_kept_is_what_came_whatever_the_blocks(tmp_path_factory, blocks: list[bytes]) -> None:
    root, body = tmp_path_factory.mktemp("landing"), b"".join(blocks)
    kept = landing.store(root.as_uri(), "fit", blocks, max_bytes=1000)
    assert (kept.sha256, kept.bytes_count) == (hashlib.sha256(body).hexdigest(), len(body))
    with landing.open(root.as_uri(), kept.location) as stream:
        assert stream.read() == body


def test_the_same_bytes_land_on_the_same_object_and_do_not_touch_it(tmp_path: Path) -> None:
    first = landing.store(tmp_path.as_uri(), "fit", [b"abc"], max_bytes=10)
    (written,) = objects(tmp_path)
    before = written.stat()
    assert landing.store(tmp_path.as_uri(), "nbb", [b"a", b"bc"], max_bytes=10) == first
    assert objects(tmp_path) == [written]
    assert written.stat().st_mtime_ns == before.st_mtime_ns


def test_one_byte_over_the_limit_and_nothing_is_kept(tmp_path: Path) -> None:
    landing.store(tmp_path.as_uri(), "fit", [b"12345"], max_bytes=5)
    with pytest.raises(PayloadTooLarge, match="fit: expected at most 5 bytes"):
        landing.store(tmp_path.as_uri(), "fit", [b"12345", b"6"], max_bytes=5)
    assert len(objects(tmp_path)) == 1


def test_a_transfer_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def blocks() -> Iterator[bytes]:
        yield b"half of "
        raise ConnectionError("broke off")

    with pytest.raises(ConnectionError):
        landing.store(tmp_path.as_uri(), "fit", blocks(), max_bytes=100)
    assert objects(tmp_path) == []


def test_a_payload_larger_than_memory_is_meant_to_hold_is_kept_whole(tmp_path: Path) -> None:
    block = bytes(1 << 20)
    kept = landing.store(tmp_path.as_uri(), "nbb", (block for _ in range(20)), max_bytes=1 << 30)
    assert kept.bytes_count == 20 << 20
    assert (tmp_path / kept.location).stat().st_size == 20 << 20


def test_a_disk_that_is_full_half_way_leaves_no_half_object_under_the_name(tmp_path: Path) -> None:
    body = bytes(3 << 20)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            landing.store(tmp_path.as_uri(), "nbb", [body], max_bytes=1 << 30)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    kept = landing.store(tmp_path.as_uri(), "nbb", [body], max_bytes=1 << 30)
    assert (tmp_path / kept.location).read_bytes() == body
