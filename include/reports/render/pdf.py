"""Render the report as PDF/UA: tagged, titled, numbered pages that carry its id."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from include.reports.render import fonts
from include.reports.render.html import render_printed

log = logging.getLogger(__name__)
# Both sides of one sheet. A long report is set in smaller type until it fits; below 7.5 points, which nobody reads on
# paper, it takes more pages instead.
MAX_PAGES = 2
SIZES_PT = (9, 8.5, 8, 7.5)


def render_pdf(model: Mapping[str, Any]) -> bytes | None:
    """Render the PDF, the same bytes for the same model; None where Pango or a font is missing."""
    try:
        with fonts.only_ours():
            return _draw(model)
    except OSError as error:
        log.warning("No PDF goes with the report: %s", str(error).partition("\n")[0])
        return None


def _draw(model: Mapping[str, Any]) -> bytes:
    # Not at the top: it loads Pango, which a machine may lack, and nothing else here needs it.
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    html, style = render_printed(model)
    report = model["report"]
    identifier = f"{report['code']} v{report['version']} {report['audience']} {report['language']}".encode()
    loaded = FontConfiguration()
    # The chart is inside the HTML: there is nothing to fetch. Only our own style sheet has files: its fonts.
    source = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols={"data"}))
    files = URLFetcher(allowed_protocols={"file"})
    sheet = CSS(string=style, base_url=f"{fonts.FOLDER.as_uri()}/", url_fetcher=files, font_config=loaded)
    for size in SIZES_PT:
        sheets = [sheet, CSS(string=f"html {{ font-size: {size}pt }}")]
        document = source.render(
            stylesheets=sheets, font_config=loaded, pdf_variant="pdf/ua-1", pdf_identifier=identifier
        )
        if len(document.pages) <= MAX_PAGES:
            break
    pdf = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier)
    assert isinstance(pdf, bytes)
    return pdf
