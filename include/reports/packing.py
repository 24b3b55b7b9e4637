"""The mail and the files that go with it: the figures as a workbook, and the pages to print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from include.reports.artifacts import Rendered
from include.reports.pages import pages
from include.reports.render import render
from include.reports.workbook import workbook


def packed(context: Mapping[str, Any]) -> Rendered:
    """Everything that one variant sends, from one context; the same context gives the same bytes."""
    report = context["report"]
    name = f"{report['code']}-v{report['version']}-{report['language']}"
    files = {f"{name}.xlsx": workbook(context)}
    printed = pages(context)
    if printed is not None:
        files[f"{name}.pdf"] = printed
    return render(context, files)
