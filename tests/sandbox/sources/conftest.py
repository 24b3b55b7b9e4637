"""The world's server, started once for these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.sources.server import serving


@pytest.fixture(scope="session")
def world_url() -> Iterator[str]:
    with serving() as url:
        yield url
