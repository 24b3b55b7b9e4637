"""The colours of the report stand in one module."""

from __future__ import annotations

import re
from pathlib import Path

from include.reports.render import theme

REPORTS = Path(theme.__file__).parents[1]


def test_no_other_file_of_the_report_names_a_colour() -> None:
    files = [path for path in sorted(REPORTS.rglob("*")) if path.suffix in {".py", ".css", ".html", ".txt"}]
    assert len(files) > 30
    colour = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(")
    found = {path.name for path in files if colour.search(path.read_text(encoding="utf-8"))}
    assert found == {"theme.py"}


def test_every_status_has_a_shape_and_a_colour_in_both_appearances() -> None:
    for _, name in theme.STATUS_SHAPES.values():
        assert isinstance(getattr(theme.LIGHT, name), theme.StatusColour)
        assert isinstance(getattr(theme.DARK, name), theme.StatusColour)
