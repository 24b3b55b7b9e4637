"""The report as PDF/UA: tagged, titled, in its language, on numbered pages that carry the report's id."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from include.reports.render import printed

log = logging.getLogger(__name__)


def pages(context: Mapping[str, Any]) -> bytes | None:
    """The report's PDF, the same bytes for the same context; None where the libraries that draw it are missing."""
    try:
        # Not at the top: it loads Pango, which a machine may not have, and nothing else here needs it.
        from weasyprint import CSS, HTML
        from weasyprint.urls import URLFetcher
    except OSError as error:
        log.warning("No PDF goes with the report: %s", str(error).splitlines()[0])
        return None
    html, style = printed(context)
    report = context["report"]
    identifier = f"{report['code']} v{report['version']} {report['audience']} {report['language']}".encode()
    # The chart is inside the HTML: there is nothing to fetch.
    document = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols={"data"}))
    drawn = document.write_pdf(stylesheets=[CSS(string=style)], pdf_variant="pdf/ua-1", pdf_identifier=identifier)
    assert isinstance(drawn, bytes)
    return drawn
