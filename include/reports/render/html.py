"""From the report's data to a mail's subject, HTML, plain text and images. The same data give the same bytes."""

from __future__ import annotations

import re
import textwrap
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from include.reports.content import notes
from include.reports.delivery.artifacts import Rendered
from include.reports.language.catalog import catalog
from include.reports.language.formats import NBSP, Formats
from include.reports.language.labels import Words
from include.reports.render import png_chart
from include.reports.render.view import view

WIDTH = 72
# Of a quarter in which much changed the mail shows the gravest; its text, pages and workbook have all.
MOST_CHANGES = 6
CHART_ID = "trend@kpi-report"
_TEMPLATES = Path(__file__).parent / "templates"
_SOFT_HYPHEN = "\N{SOFT HYPHEN}"
_BILLION = 10**9


def render(context: Mapping[str, Any], attached: Mapping[str, bytes] | None = None) -> Rendered:
    """The mail of a context made by `include.reports.content.report_model`.

    Args:
        context: the report as data.
        attached: the files that go with it, by name; None where there is no mail for them to go with.

    Raises:
        UntranslatedText: a text has no translation in the context's language.
        jinja2.UndefinedError: the context lacks what a template prints.
    """
    language = context["report"]["language"]
    words = Words(catalog(language), Formats(language))
    values = view(context, words) | {"chart_id": CHART_ID, "most": MOST_CHANGES}
    values["attached"] = notes.attached(attached, words)
    html = _environment(language, is_html=True).get_template("report.html").render(values)
    text = _environment(language, is_html=False).get_template("report.txt").render(values)
    images = {CHART_ID: _chart(context["chart"], words)} if context["chart"] else {}
    return Rendered(
        subject=context["subject"], html=_inlined(html), text=_plain(text), images=images, attachments=attached or {}
    )


def run_summary(context: Mapping[str, Any]) -> Rendered:
    """What engineers get: plain text on how the run went, by the codes that they know the figures by."""
    language = context["report"]["language"]
    words = Words(catalog(language), Formats(language))
    kpis = [kpi for objective in context["objectives"] for kpi in objective["kpis"]]
    values = view(context, words) | {"kpis": kpis, "partners": context["partners"]}
    text = _environment(language, is_html=False).get_template("run.txt").render(values)
    return Rendered(subject=context["subject"], html="", text=_plain(text), images={})


def printed(context: Mapping[str, Any]) -> tuple[str, str]:
    """The pages of the report as HTML and their own style sheet: never the mail's, which turns dark."""
    language = context["report"]["language"]
    words = Words(catalog(language), Formats(language))
    chart = b64encode(_chart(context["chart"], words)).decode() if context["chart"] else ""
    html = _environment(language, is_html=True).get_template("pages.html").render(view(context, words) | {"png": chart})
    return html, (_TEMPLATES / "pages.css").read_text(encoding="utf-8")


def page(template: str, language: str, values: Mapping[str, Any]) -> str:
    """A page for a browser: its styles inline, as those of the mail whose template it may extend."""
    return _inlined(_environment(language, is_html=True).get_template(template).render(values))


@cache
def _environment(language: str, *, is_html: bool) -> Environment:
    """Two environments, because the text's line breaks are its layout and the HTML's are not."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=is_html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.filters["wrapped"] = _wrapped
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        catalog(language).gettext, catalog(language).ngettext, newstyle=True
    )
    return environment


def _wrapped(text: str, indent: str = "", first: str | None = None) -> str:
    """A paragraph of the text part, at most 72 columns; amounts keep together."""
    return textwrap.fill(
        " ".join(part for part in text.replace(NBSP, "\0").split()),
        WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _plain(text: str) -> str:
    written = text.replace("\0", " ").replace(NBSP, " ").replace(_SOFT_HYPHEN, "")
    # A part that is left out leaves no hole.
    return re.sub(r"\n{4,}", "\n\n\n", written)


@cache
def _inliner() -> css_inline.CSSInliner:
    # Styles for dark mode and phones stay in a <style> of their own; the rest survives without one.
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)


def _inlined(html: str) -> str:
    return _inliner().inline(html).rstrip() + "\n"


def _chart(chart: Mapping[str, Any], words: Words) -> bytes:
    translate = words.catalog.gettext
    labels = png_chart.Labels(
        unit=translate("EUR billion"),
        actual=translate("Actual"),
        planned=translate("Plan"),
        last_year=translate("Last year"),
        tick=lambda value: words.formats.number(value / _BILLION),
        quarter=lambda period: words.formats.quarter(period, short=True),
    )
    return png_chart.trend(chart["points"], labels)
