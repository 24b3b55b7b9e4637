"""The table of core domains: five rows in the strategy's order, each beside its plan, wherever the report is read."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader

from include.reports.content.report_model import build_report_model
from include.reports.language.catalog import LANGUAGES
from include.reports.render.package import package
from tests.reports.scorecards import RUN, rows

PLANS = {"nl": ("45", "27", "60", "19", "geen plan"), "en": ("45", "27", "60", "19", "no plan")}
ILLUSTRATIVE = {
    "nl": "Het plan per kerndomein is illustratief, niet officieel.",
    "en": "The plan by core domain is illustrative, not official.",
}
BELOW = {
    "nl": "Niet toegewezen: activiteiten 12, plan 15, bedrijven 300, verslagen binnen geen.",
    "en": "Unassigned: activities 12, plan 15, companies 300, reports in none.",
}


def render_table(language: str, **given: Any) -> Any:
    return package(build_report_model(rows(**given), RUN, "management", language, "team@example.org"))


def flat(text: str) -> str:
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{SOFT HYPHEN}", "").split())


def cells(html: str) -> list[list[str]]:
    """The rows of the mail's one table of data."""
    [table] = re.findall(r'<table class="data".*?</table>', html, flags=re.DOTALL)
    found = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in table.split("<tr>")[1:]]
    return [[flat(unescape(cell)) for cell in row] for row in found]


@pytest.mark.parametrize("language", LANGUAGES)
def test_five_domains_stand_in_their_order_with_plan_and_reports(language: str) -> None:
    given = rows()["domains"]
    head, *body = cells(render_table(language).html)
    assert (len(head), len(body)) == (5, 5)
    assert [row[0] for row in body] == [domain[f"name_{language}"] for domain in given[:5]]
    assert [row[2] for row in body] == list(PLANS[language])
    assert [row[1] for row in body] == ["38", "29", "52", "21", "26"]
    assert body[2][4] == {"nl": "7 van 8", "en": "7 of 8"}[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_mail_text_pages_and_workbook_say_the_same_plan_and_that_it_is_not_official(language: str) -> None:
    mail = render_table(language)
    files = {name.rpartition(".")[2]: content for name, content in mail.attachments.items()}
    places = {"html": flat(unescape(re.sub(r"<[^>]+>", " ", mail.html))), "text": flat(mail.text)}
    if "pdf" in files:
        places["pdf"] = flat("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(files["pdf"])).pages))
    for place, said in places.items():
        assert ILLUSTRATIVE[language] in said, place
        assert BELOW[language] in said, place
    assert re.search(r"Activit\w+ 52 · Plan 60 · ", places["text"])
    assert f"Plan {PLANS[language][-1]} ·" in places["text"]
    if "pdf" in places:
        assert re.search(r"52 60 2[.,]105 7", places["pdf"])
    sheet = openpyxl.load_workbook(io.BytesIO(files["xlsx"])).worksheets[1]
    assert [row[2].value for row in sheet.iter_rows(min_row=2, max_row=6)] == [45, 27, 60, 19, PLANS[language][-1]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_published_plan_is_not_called_illustrative(language: str) -> None:
    published = [domain | {"plan_provenance": "published"} for domain in rows()["domains"]]
    assert ILLUSTRATIVE[language] not in flat(render_table(language, domains=published).text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_any_plan_it_is_said_in_every_row_and_is_never_zero(language: str) -> None:
    none = [domain | {"planned_activities_count": None, "plan_provenance": None} for domain in rows()["domains"]]
    mail = render_table(language, domains=none)
    assert {row[2] for row in cells(mail.html)[1:]} == {PLANS[language][-1]}
    assert ILLUSTRATIVE[language] not in flat(mail.text)
