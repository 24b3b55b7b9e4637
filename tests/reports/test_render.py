"""The mail as rendered: complete, safe, small, the same every time, in words of its language."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from include.reports.content.report_model import build_report_model
from include.reports.language import catalog
from include.reports.render.html import Rendered, render
from tests.reports.scorecards import RUN, kpi, nine, partner, quarter_ends, rows

INCLUDE = Path(catalog.__file__).parents[2]
LANGUAGES = pytest.mark.parametrize("language", catalog.LANGUAGES)


def render_report(language: str, given: dict[str, Any] | None = None, audience: str = "management") -> Rendered:
    return render(build_report_model(given or rows(), RUN, audience, language, "team@example.org"))


class Page(HTMLParser):
    """Tags and attributes of a page, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


@LANGUAGES
def test_the_same_context_gives_the_same_bytes(language):
    context = build_report_model(rows(), RUN, "management", language, "team@example.org")
    assert render(context) == render(json.loads(json.dumps(context)))


@LANGUAGES
def test_sizes_stay_within_what_mail_clients_take(language):
    rendered = render_report(language)
    assert len(rendered.subject) <= 70
    assert len(rendered.html.encode()) <= 60_000
    assert all(len(png) <= 12_000 for png in rendered.images.values())


@LANGUAGES
def test_nothing_that_mail_clients_drop_is_used(language):
    html = render_report(language).html
    forbidden = r"<(script|svg|form|link|iframe|object|canvas)\b|display:\s*(flex|grid)|position:|@import|@font-face"
    assert re.findall(forbidden + r"|url\(|data:|\son\w+=|background-image|javascript:", html, re.IGNORECASE) == []


@LANGUAGES
def test_the_page_can_be_read_aloud(language):
    page = Page(render_report(language).html)
    assert page.named("html")[0]["lang"] == language
    assert len(page.named("h1")) == 1
    assert all(image["alt"] for image in page.named("img"))
    assert all(head["scope"] in ("col", "row") for head in page.named("th"))
    data = [table for table in page.named("table") if table.get("role") != "presentation"]
    assert len(data) == 1
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))


@LANGUAGES
def test_the_look_survives_without_the_style_element(language):
    html = re.sub(r"<style.*?</style>", "", render_report(language).html, flags=re.DOTALL)
    heading = Page(html).named("h1")[0]["style"]
    assert heading
    assert "font-size: 24px" in heading
    assert "prefers-color-scheme: dark" in render_report(language).html


@LANGUAGES
def test_every_image_is_shown_and_every_image_shown_is_there(language):
    rendered = render_report(language)
    assert re.findall(r'src="cid:([^"]+)"', rendered.html) == list(rendered.images)
    assert all(png.startswith(b"\x89PNG") and b"tEXt" not in png for png in rendered.images.values())


@LANGUAGES
def test_the_text_part_is_complete_and_narrow(language):
    rendered = render_report(language)
    assert max(len(line) for line in rendered.text.splitlines()) <= 72
    assert not re.search("[\N{NO-BREAK SPACE}\N{SOFT HYPHEN}\0]", rendered.text)
    flat = " ".join(rendered.text.split())
    context = build_report_model(rows(), RUN, "management", language, "team@example.org")
    said = [context["headline"], *context["summary"], *context["attention"]]
    names = [member[f"name_{language}"] for member in [*nine(), *rows()["domains"]]]
    assert [text for text in [*said, *names] if text.replace("\N{NO-BREAK SPACE}", " ") not in flat] == []


@LANGUAGES
def test_every_figure_in_the_text_stands_in_the_html_too(language):
    rendered = render_report(language)
    html = unescape(rendered.html).replace("\N{NO-BREAK SPACE}", " ")
    amounts = re.findall(r"€ ?[\d.,]+\d|\d[\d.,]*%", rendered.text)
    assert len(amounts) > 40
    assert [amount for amount in amounts if amount not in html] == []


@LANGUAGES
def test_sample_figures_are_called_so(language):
    assert "sample data" in render_report(language).html
    assert "sample data" in render_report(language).text
    assert "sample data" not in render_report(language, rows(sample=[{"payloads_count": 0}])).html


@pytest.mark.parametrize(
    ("language", "words"), [("nl", "illustratief doel, niet officieel"), ("en", "illustrative target, not official")]
)
def test_an_illustrative_target_is_called_so_and_a_published_one_not(language, words):
    assert render_report(language).text.count(words.split(", ")[-1]) >= 9
    assert words not in render_report(language, rows([kpi(target_provenance="published")])).text


def test_a_missing_figure_is_said_in_words_and_never_zero():
    text = render_report("nl", rows([kpi(value=None, status_code="no_verdict", status_reason="no_data")])).text
    assert "geen cijfer [○ Nog geen oordeel]" in text
    assert not re.search(r"\b(None|nan|null)\b", text)


def test_a_revised_provisional_figure_is_marked_and_the_old_one_given():
    text = render_report("nl").text
    assert "€ 231,4 miljard (p) (r) [▲ Licht achter]" in text
    assert "drie maanden geleden was dit € 232,6 miljard" in text


def test_a_partner_reads_no_other_partners_name():
    rendered = render_report("nl", audience="partner")
    assert not re.search("Fedustria|VIL|FLEGA|Voka|Agoria", rendered.html + rendered.text)
    assert "2 partners hebben nog niet gerapporteerd." in rendered.text
    assert "Fedustria, VIL" in render_report("nl").html


@LANGUAGES
def test_text_of_partners_is_shown_and_never_run(language):
    name = "<img src=x onerror=alert(1)>\"'{{ 7 * 7 }}%(count)s\r\nBcc: x@example.org\N{RIGHT-TO-LEFT OVERRIDE}"
    rendered = render_report(language, rows(partners=[partner(name, "missing")]))
    assert "<img src=x" not in rendered.html
    assert "&lt;img src=x" in rendered.html
    assert len(Page(rendered.html).named("img")) == 1
    assert "{{ 7 * 7 }}%(count)s Bcc: x@example.org" in " ".join(rendered.text.split())
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in rendered.html + rendered.text


def test_a_link_that_is_no_web_address_is_no_link():
    html = render_report("nl", rows([kpi(source_url="javascript:alert(1)")])).html
    assert "javascript" not in html


ODD = {
    "no figures at all": rows([]),
    "no chart": rows(chart=[]),
    "no plan in the chart": rows(chart=quarter_ends(planned=None)),
    "one quarter in the chart": rows(chart=quarter_ends(None)[:1]),
    "no domains, partners or thresholds": rows(domains=[], partners=[], thresholds=[]),
    "everything late": rows(partners=[partner(f"Partner {number}", "missing") for number in range(21)]),
    "a negative value": rows([kpi(value=-100, status_code="moving_away")]),
    "three times the target": rows([kpi(value=16200, status_code="reached")]),
    "a value of zero": rows([kpi(value=0, status_code="well_behind")]),
    "a target of zero": rows([kpi(target_value=0)]),
    "no target and no plan": rows([kpi(target_value=None, target_year=None, planned_value=None, target_provenance=None,
                                       status_code="no_verdict", status_reason="no_plan")]),
    "a first year": rows([kpi(last_year_value=None)]),
    "very long names": rows([kpi(name_nl="Lang " * 40, name_en="Long " * 40)]),
    "year boundary": rows([kpi(period="2025-Q4", period_end_date="2025-12-31", period_start_date="2025-01-01")]),
}  # fmt: skip


@LANGUAGES
@pytest.mark.parametrize("state", ODD)
def test_odd_states_are_rendered_without_nonsense(language, state):
    rendered = render_report(language, ODD[state])
    assert not re.search(r"\b(None|nan|inf|null)\b|%\(", rendered.text + Page(rendered.html).text)


def texts_in_code() -> set[str | tuple[str, str]]:
    """Every text that the report or a message to a partner marks for translation."""
    keywords = {
        "gettext": None, "translate": None, "phrase": None, "_": None, "ngettext": (1, 2), "plural": (1, 2),
    }  # fmt: skip
    methods = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
    folders = (INCLUDE / "reports", INCLUDE / "partner_feedback")
    return {message[2] for folder in folders for message in extract_from_dir(folder, methods, keywords=keywords)}


def entries(language: str) -> dict[str | tuple[str, str], Any]:
    file = Path(catalog.__file__).parent / "locale" / language / "LC_MESSAGES" / "messages.po"
    with file.open("rb") as lines:
        return {entry.id: entry.string for entry in read_po(lines) if entry.id and not entry.context}


def test_every_text_is_translated_and_every_translation_is_used():
    assert entries("nl").keys() == texts_in_code()


def test_the_english_catalogue_holds_only_what_differs_from_its_key():
    english = entries("en")
    assert english.keys() <= texts_in_code()
    assert [key for key, text in english.items() if key == text] == []
    assert len(english) < 10


def test_a_text_without_translation_is_an_error_that_says_where():
    with pytest.raises(catalog.UntranslatedText, match="expected a translation of 'Good morning' in nl"):
        catalog.catalog("nl").gettext("Good morning")


@pytest.mark.parametrize("entry", ['msgid "A"\nmsgstr ""', '#, fuzzy\nmsgid "A"\nmsgstr "B"',
                                   'msgid "A"\nmsgid_plural "B"\nmsgstr[0] "C"\nmsgstr[1] ""'])  # fmt: skip
def test_a_catalogue_with_a_gap_or_a_doubt_is_refused(tmp_path, entry):
    file = tmp_path / "messages.po"
    file.write_text(f'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n{entry}\n')
    with file.open("rb") as lines, pytest.raises(catalog.UntranslatedText):
        catalog.Catalog(read_po(lines, locale="nl"))
