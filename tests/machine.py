"""What a test needs of the machine, Chromium or Pango; where it is missing the test is skipped and names it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

from include.reports.render import fonts

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NEEDS_CHROMIUM = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: chromium, in a folder of PATH")
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that knows the report's fonts only: its pictures are the same on every machine."""
    with fonts.only_ours(), sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield running
        running.close()


def require_pango() -> None:
    """Skip the test where the libraries that draw the PDF are missing."""
    try:
        import weasyprint  # noqa: F401
    except OSError:
        pytest.skip("needs Pango: libpangoft2-1.0-0, which draws the PDF")
