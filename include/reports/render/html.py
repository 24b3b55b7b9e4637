"""Render the report model as a mail, as a page, and as HTML for the PDF.

The same model gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import textwrap
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from include.reports.content import notes
from include.reports.language.catalog import catalog
from include.reports.language.formats import NBSP
from include.reports.language.labels import Words, load_words
from include.reports.render import png_chart, theme
from include.reports.render.view import build_view

TEXT_WIDTH = 72
# When much changed, the mail's HTML shows only the gravest changes; its text, the PDF and the workbook have all.
MAX_CHANGES = 6
CHART_ID = "trend@kpi-report"
_TEMPLATES = Path(__file__).parent / "templates"
_SOFT_HYPHEN = "\N{SOFT HYPHEN}"
_BILLION = 10**9


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """One variant of the report: subject, HTML, text, PNG by content id, files by name.

    A mail without HTML is its text.
    """

    subject: str
    html: str
    text: str
    images: Mapping[str, bytes]
    attachments: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """Hash all parts, in hex."""
        parts = [self.subject, self.html, self.text, files_to_json(self.images)]
        # Reports stored before mails had attachments keep their hash.
        parts += [files_to_json(self.attachments)] * bool(self.attachments)
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def files_to_json(files: Mapping[str, bytes]) -> str:
    """Write files by name as JSON, their bytes in base64."""
    return json.dumps({name: b64encode(content).decode() for name, content in sorted(files.items())})


def render(model: Mapping[str, Any], attachments: Mapping[str, bytes] | None = None) -> Rendered:
    """Render the mail of a report model.

    Args:
        model: the report as data, from `include.reports.content.report_model`.
        attachments: the files of the mail, by name; None where nothing is attached anyway.

    Raises:
        UntranslatedText: a text has no translation in the model's language.
        jinja2.UndefinedError: the model lacks a value that a template prints.
    """
    language, words = _language_of(model)
    values = build_view(model, words) | {"chart_id": CHART_ID, "max_changes": MAX_CHANGES}
    values["attached"] = notes.write_attached(attachments, words)
    html = _environment(language, is_html=True).get_template("report.html").render(values)
    text = _environment(language, is_html=False).get_template("report.txt").render(values)
    images = {CHART_ID: _chart_png(model["chart"], words)} if model["chart"] else {}
    return Rendered(
        subject=model["subject"],
        html=_inline_styles(html),
        text=_plain_text(text),
        images=images,
        attachments=attachments or {},
    )


def render_run_summary(model: Mapping[str, Any]) -> Rendered:
    """Render the plain text that engineers get: how the run went, with the codes of the figures."""
    language, words = _language_of(model)
    kpis = [kpi for objective in model["objectives"] for kpi in objective["kpis"]]
    values = build_view(model, words) | {"kpis": kpis, "partners": model["partners"]}
    text = _environment(language, is_html=False).get_template("run.txt").render(values)
    return Rendered(subject=model["subject"], html="", text=_plain_text(text), images={})


def render_printed(model: Mapping[str, Any]) -> tuple[str, str]:
    """Render the HTML of the PDF and its style sheet, which never turns dark as the mail's does."""
    language, words = _language_of(model)
    chart = b64encode(_chart_png(model["chart"], words)).decode() if model["chart"] else ""
    environment = _environment(language, is_html=True)
    html = environment.get_template("pages.html").render(build_view(model, words) | {"png": chart})
    return html, environment.get_template("pages.css").render()


def render_page(template: str, language: str, values: Mapping[str, Any]) -> str:
    """Render a page for a browser, with inline styles as in the mail."""
    return _inline_styles(_environment(language, is_html=True).get_template(template).render(values))


def _language_of(model: Mapping[str, Any]) -> tuple[str, Words]:
    language = model["report"]["language"]
    return language, load_words(language)


@cache
def _environment(language: str, *, is_html: bool) -> Environment:
    """Make one environment for HTML and one for text: line breaks are layout in text only."""
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
    environment.globals |= {"light": theme.LIGHT, "dark": theme.DARK}
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        catalog(language).gettext, catalog(language).ngettext, newstyle=True
    )
    return environment


def _wrapped(text: str, indent: str = "", first: str | None = None) -> str:
    """Wrap a paragraph of the text part at 72 columns; amounts keep together."""
    return textwrap.fill(
        " ".join(part for part in text.replace(NBSP, "\0").split()),
        TEXT_WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _plain_text(text: str) -> str:
    written = text.replace("\0", " ").replace(NBSP, " ").replace(_SOFT_HYPHEN, "")
    # A part that is left out leaves no gap.
    return re.sub(r"\n{4,}", "\n\n\n", written)


@cache
def _inliner() -> css_inline.CSSInliner:
    # Styles for dark mode and phones stay in a <style> of their own; the rest is inline and survives without it.
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)


def _inline_styles(html: str) -> str:
    return _inliner().inline(html).rstrip() + "\n"


def _chart_png(chart: Mapping[str, Any], words: Words) -> bytes:
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
