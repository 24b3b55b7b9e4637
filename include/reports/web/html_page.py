"""The scorecard as a page: the mail's template and words, read at a moment, with the ways on from each figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg

from include.periods import ZONE
from include.reports.content import data_issues, partner_deliveries, report_model
from include.reports.figures import read_marts
from include.reports.issue.report_run import Connection, ReportRun, reading
from include.reports.language.catalog import LANGUAGES, catalog
from include.reports.language.formats import Formats
from include.reports.language.labels import Words
from include.reports.render import html, svg_chart
from include.reports.render.view import row, view
from include.reports.web import as_of_moment
from include.reports.web.as_of_moment import address
from include.reports.web.cache import Memory

PATIENCE_S = 10
_MEMORY = Memory()
_NAMES = {"nl": "Nederlands", "en": "English"}


def page(dsn: str, language: str, moment: datetime | None, contact: str) -> str:
    """The scorecard of management as HTML that needs no other file.

    Args:
        dsn: the warehouse; it is only read, and no query may take longer than 10 seconds.
        language: nl or en.
        moment: as of when; None for the newest issue that is not held, or now when there is none.
        contact: address that readers write to.

    Raises:
        psycopg.Error: the warehouse is away, too slow, or lacks its marts.
    """
    words = Words(catalog(language), Formats(language))
    with opened(dsn) as conn:
        run = as_of_moment.issue_at(conn, moment)
        rows = read_marts.read(conn, run, beside=lambda: opened(dsn), recall=_MEMORY.of(conn))
        with reading(conn, run) as cursor:
            broken = data_issues.said(data_issues.read(cursor), words)
            reports = partner_deliveries.said(partner_deliveries.read(cursor, run.period), words)
    made = report_model.compose(rows, run, "management", language, contact)
    values = view(made, words) | {
        "bar": bar(run, words),
        "broken": broken,
        "deliveries": reports,
        "others": [row(kpi, words) | {"objective": kpi["objective"]} for kpi in made["others"]],
        "attached": None,
        "most": len(rows["scorecard"]) * 9,
    }
    for one in [*values["others"], *(one for objective in values["objectives"] for one in objective["rows"])]:
        asked = {"kpi": one["code"], "period": one["period"]}
        one["evidence"] = address("evidence", run, language, **asked) if one["period"] else None
    if made["chart"]:
        values["drawn"] = svg_chart.shapes(made["chart"], words) | {"unit": words.catalog.gettext("EUR billion")}
    return html.page("page.html", language, values)


@contextmanager
def opened(dsn: str) -> Iterator[Connection]:
    """The warehouse, to read and not for long."""
    with psycopg.connect(dsn, connect_timeout=PATIENCE_S, options=f"-c statement_timeout={PATIENCE_S}s") as conn:
        conn.read_only = True
        yield conn


def bar(run: ReportRun, words: Words, page: str = "", **asked: str) -> Mapping[str, Any]:
    """What stands above each page: as of when, the other language, and the way to another day or back."""
    here, as_of = words.formats.language, run.as_of.astimezone(ZONE)
    day = words.catalog.gettext("Figures as known on %(day)s.", day=words.formats.moment(run.as_of))
    return {
        "iso": as_of.isoformat(),
        "says": f"{day[:-1]}, {as_of:%H:%M}",
        "day": as_of.date().isoformat(),
        "remark": None if run.is_sent else words.catalog.gettext("Not sent as a report."),
        "language": here,
        "languages": [
            {"code": code, "name": _NAMES[code], "link": None if code == here else address(page, run, code, **asked)}
            for code in LANGUAGES
        ],
        "back": address("./", run, here) if page else None,
    }
