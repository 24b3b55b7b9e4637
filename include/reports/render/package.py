"""Package what one variant sends: mail, workbook and PDF; or a summary of the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from include.reports.render.html import Rendered, render, render_run_summary
from include.reports.render.pdf import render_pdf
from include.reports.render.xlsx import render_workbook


def package(model: Mapping[str, Any]) -> Rendered:
    """Render everything that one variant sends; the same model gives the same bytes."""
    report = model["report"]
    if report["audience"] == "engineer":
        return render_run_summary(model)
    name = f"{report['code']}-v{report['version']}-{report['language']}"
    files = {f"{name}.xlsx": render_workbook(model)}
    pdf = render_pdf(model)
    if pdf is not None:
        files[f"{name}.pdf"] = pdf
    return render(model, files)
