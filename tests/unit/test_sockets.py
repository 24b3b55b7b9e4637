"""The guard of tests/conftest.py holds in every test of a run, not only in the first."""

from __future__ import annotations

import socket

import pytest


@pytest.mark.parametrize("time", ["first", "second"])
def test_nothing_but_loopback_is_reached(time: str) -> None:
    with pytest.raises(OSError, match="loopback only"):
        socket.socket().connect(("192.0.2.1", 9))
    with pytest.raises(OSError, match="loopback only"):
        socket.socket().connect_ex(("192.0.2.1", 9))
