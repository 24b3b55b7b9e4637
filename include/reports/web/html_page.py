"""Render the scorecard page: the mail's template, with links to the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg

from include.periods import ZONE
from include.reports.content import tables
from include.reports.content.report_model import build_report_model
from include.reports.figures import read_marts
from include.reports.figures.cache import ReportCache
from include.reports.issue.as_of import issue_as_of, page_link
from include.reports.issue.report_run import Connection, ReportRun, cursor_as_of
from include.reports.language.catalog import LANGUAGES
from include.reports.language.labels import Words, load_words
from include.reports.render import html, svg_chart
from include.reports.render.view import build_view, scorecard_row

TIMEOUT_S = 10
_CACHE = ReportCache()
_LANGUAGE_NAMES = {"nl": "Nederlands", "en": "English"}


def render_scorecard_page(dsn: str, language: str, moment: datetime | None, contact: str) -> str:
    """Render the scorecard of management as HTML that needs no other file.

    Args:
        dsn: the warehouse; it is only read, and no query may take longer than 10 seconds.
        language: nl or en.
        moment: as of when; None for the newest issue that is not held, or now when there is none.
        contact: address that readers write to.

    Raises:
        psycopg.Error: the warehouse is away, too slow, or lacks its marts.
    """
    words = load_words(language)
    with open_read_only(dsn) as conn:
        run = issue_as_of(conn, moment)
        cache = _CACHE.for_warehouse(conn)
        rows = read_marts.read_figures(conn, run, open_second=lambda: open_read_only(dsn), cache=cache)
        with cursor_as_of(conn, run) as cursor:
            problems = read_marts.read_open_problems(cursor)
            reports = read_marts.read_partner_reports(cursor, run.period)
    model = build_report_model(rows, run, "management", language, contact)
    values = build_view(model, words) | {
        "bar": page_bar(run, words),
        "open_problems": tables.open_problems_to_text(problems, words),
        "partner_reports": tables.partner_reports_to_text(reports, words),
        "others": [scorecard_row(kpi, words) for kpi in model["others"]],
        "attached": None,
        # The page shows all changes: no KPI has more than nine.
        "max_changes": len(rows["scorecard"]) * 9,
    }
    _link_evidence(
        [*values["others"], *(row for group in values["objectives"] for row in group["rows"])], run, language
    )
    if model["chart"]:
        values["drawing"] = svg_chart.chart_shapes(model["chart"], words)
    return html.render_page("page.html", language, values)


def _link_evidence(rows: Sequence[dict[str, Any]], run: ReportRun, language: str) -> None:
    for row in rows:
        query = {"kpi": row["kpi_code"], "period": row["period"]}
        row["evidence_url"] = page_link("evidence", run, language, **query) if row["period"] else None


@contextmanager
def open_read_only(dsn: str) -> Iterator[Connection]:
    """Connect to the warehouse to read only, with a time limit per query."""
    with psycopg.connect(dsn, connect_timeout=TIMEOUT_S, options=f"-c statement_timeout={TIMEOUT_S}s") as conn:
        conn.read_only = True
        yield conn


def page_bar(run: ReportRun, words: Words, page: str = "", **query: str) -> Mapping[str, Any]:
    """Write the bar above a page: as of when, languages, and links to other days or back."""
    language, as_of = words.formats.language, run.as_of.astimezone(ZONE)
    day = words.catalog.gettext("Figures as known on %(day)s.", day=words.formats.moment(run.as_of))
    return {
        "iso": as_of.isoformat(),
        "label": f"{day[:-1]}, {as_of:%H:%M}",
        "day": as_of.date().isoformat(),
        "remark": None if run.is_sent else words.catalog.gettext("Not sent as a report."),
        "language": language,
        "languages": [
            {
                "code": code,
                "name": _LANGUAGE_NAMES[code],
                "link": None if code == language else page_link(page, run, code, **query),
            }
            for code in LANGUAGES
        ],
        "back": page_link("./", run, language) if page else None,
    }
