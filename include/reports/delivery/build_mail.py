"""The mail and the files that go with it, a workbook and pages to print; to engineers a summary of the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from include.reports.delivery.artifacts import Rendered
from include.reports.render.html import render, run_summary
from include.reports.render.pdf import pages
from include.reports.render.xlsx import workbook


def packed(context: Mapping[str, Any]) -> Rendered:
    """Everything that one variant sends, from one context; the same context gives the same bytes."""
    report = context["report"]
    if report["audience"] == "engineer":
        return run_summary(context)
    name = f"{report['code']}-v{report['version']}-{report['language']}"
    files = {f"{name}.xlsx": workbook(context)}
    printed = pages(context)
    if printed is not None:
        files[f"{name}.pdf"] = printed
    return render(context, files)
