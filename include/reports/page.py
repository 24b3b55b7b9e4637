"""The scorecard as a page: the mail's own HTML, read at a moment, with its chart inside and its languages to choose."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import datetime
from html import escape
from threading import Lock
from urllib.parse import urlencode

import psycopg

from include.periods import ZONE
from include.reports import context, figures, moments, problems
from include.reports.artifacts import Rendered
from include.reports.catalog import LANGUAGES, catalog
from include.reports.render import render
from include.reports.runs import ReportRun, reading

PATIENCE_S = 10
_NAMES = {"nl": "Nederlands", "en": "English"}
# matplotlib's settings belong to the process, and a server answers several readers at once.
_DRAWING = Lock()


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
    with psycopg.connect(dsn, connect_timeout=PATIENCE_S, options=f"-c statement_timeout={PATIENCE_S}s") as conn:
        conn.read_only = True
        run = moments.issue_at(conn, moment)
        rows = figures.read(conn, run)
        with reading(conn, run) as cursor:
            broken = problems.section(problems.read(cursor), language)
    with _DRAWING:
        drawn = render(context.compose(rows, run, "management", language, contact))
    bar = _bar(run, language)
    html = re.sub(r"<body[^>]*>", lambda body: f"{body[0]}\n{bar}", _with_images(drawn), count=1)
    return html.replace("</body>", f"{broken}\n</body>", 1)


def away(language: str) -> str:
    """The page for when the warehouse does not answer: what is the matter and what to do."""
    translate = catalog(language).gettext
    title = escape(translate("The warehouse does not answer, so there are no figures now."))
    todo = translate("Try again in a few minutes. If it stays so, tell the engineers: the API server's log says why.")
    return (
        f'<!doctype html>\n<html lang="{language}">\n<meta charset="utf-8">\n'
        f'<meta name="color-scheme" content="light dark">\n<title>{title}</title>\n'
        f'<body style="margin: 24px; font-family: sans-serif">\n<h1>{title}</h1>\n<p>{escape(todo)}</p>\n'
    )


def _picker(run: ReportRun, language: str) -> str:
    """A form for another day: the figures as they were known at its end."""
    day, translate = run.as_of.astimezone(ZONE).date().isoformat(), catalog(language).gettext
    known, show = escape(translate("As known on")), escape(translate("Show"))
    return (
        f'<form method="get" style="display: inline"><input type="hidden" name="language" value="{language}">'
        f'<label>{known} <input type="date" name="as_of" value="{day}" required></label> '
        f"<button>{show}</button></form>"
    )


def _with_images(drawn: Rendered) -> str:
    html = drawn.html
    for cid, png in drawn.images.items():
        html = html.replace(f'src="cid:{cid}"', f'src="data:image/png;base64,{b64encode(png).decode()}"')
    return html


def _bar(run: ReportRun, language: str) -> str:
    """As of when, and the other language as of the same moment."""
    as_of = run.as_of.astimezone(ZONE).isoformat()
    parts = [f'<time datetime="{as_of}">{as_of}</time>']
    if not run.is_sent:
        parts.append(escape(catalog(language).gettext("Not sent as a report.")))
    for code in LANGUAGES:
        link = escape("?" + urlencode({"language": code, "as_of": as_of}))
        element = "strong" if code == language else f'a href="{link}"'
        parts.append(f'<{element} lang="{code}">{_NAMES[code]}</{element.split()[0]}>')
    parts.append(_picker(run, language))
    style = "margin: 0; padding: 12px 16px; text-align: center; font: 14px sans-serif; color: #52606d"
    return f'<nav class="small" style="{style}">{" · ".join(parts)}</nav>'
