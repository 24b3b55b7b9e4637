"""What each audience gets, in each language: every mail as it leaves is held against the rules for mails."""

from __future__ import annotations

import csv
import email
import io
import re
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zipfile import ZipFile

import pytest
from pypdf import PdfReader

from include.periods import parse_as_of
from include.reports.content.report_model import build_report_model
from include.reports.delivery.message import build_message
from include.reports.language.catalog import LANGUAGES
from include.reports.render.html import Rendered, render, render_run_summary
from include.reports.render.package import package
from include.reports.workflow.rebuild import AUDIENCES
from tests.reports.scorecards import RUN, known_now, nine, partner, rows
from tests.reports.test_mail import SETTINGS, envelope
from tests.reports.test_render import Page

REFERENCE = Path(__file__).parents[2] / "include" / "sources" / "reference"
with (REFERENCE / "partner.csv").open(encoding="utf-8", newline="") as lines:
    NAMES = sorted({row["name"] for row in csv.DictReader(lines)})
STATES = ("received", "missing", "quarantined")
# Each partner with a number of rejected rows that no other figure has.
PARTNERS = [partner(name, STATES[at % 3], rejected=9000 + 37 * at) for at, name in enumerate(NAMES)]
BEFORE = {
    "as_of": "2026-07-15T07:00:00+00:00", "report_code": "KPI-2026-Q2",
    "scorecard": [row | {"period": "2026-Q2", "status_code": "on_track"} for row in nine()],
}  # fmt: skip
AGAIN = [known_now(row, (row["value"] or 0) * 1.25, period="2026-Q2") for row in nine()]
GIVEN = rows(partners=PARTNERS, previous=[BEFORE], shown_before=AGAIN)
PAGE_URL = "https://airflow.example.org/kpi/"
MAILS: dict[tuple[str, str], Rendered] = {}
EVERY = pytest.mark.parametrize(("audience", "language"), list(product(AUDIENCES, LANGUAGES)))


def mail_to(audience: str, language: str = "nl") -> Rendered:
    if (audience, language) not in MAILS:
        MAILS[audience, language] = package(
            build_report_model(GIVEN, RUN, audience, language, SETTINGS.reply_to, PAGE_URL)
        )
    return MAILS[audience, language]


def all_text(mail: Rendered) -> str:
    """Every word of a mail and of the files that go with it, on one line."""
    parts = [mail.subject, mail.html, mail.text]
    for name, content in mail.attachments.items():
        if name.endswith(".pdf"):
            parts += [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
        else:
            with ZipFile(io.BytesIO(content)) as book:
                parts += [book.read(part).decode("utf-8", "replace") for part in book.namelist()]
    return " ".join(" ".join(parts).split())


@EVERY
def test_every_mail_keeps_to_the_sizes(audience, language):
    mail = mail_to(audience, language)
    assert len(mail.subject) <= 70
    assert len(mail.html.encode()) <= 60_000
    assert all(len(png) <= 12_000 for png in mail.images.values())
    assert len(build_message(mail, envelope(), SETTINGS)) <= 500_000


@EVERY
def test_every_text_part_is_narrow_and_its_lines_are_whole(audience, language):
    text = mail_to(audience, language).text
    # An address is one word, alone on its line.
    assert max(len(line) for line in text.splitlines() if not re.fullmatch(r"https://\S+", line)) <= 72
    assert "\n\n\n\n" not in text
    # A heading stands on a line of its own above its rule; two sentences never touch.
    assert not re.search(r"[^\n-]-{70}|-{72}[^\n]", text)
    assert re.findall(r"[a-z][.:;!?][A-Z][a-z]|[^\s*]\* ", text) == []


@EVERY
def test_every_link_is_absolute_and_safe_and_no_number_has_a_hyphen_for_a_minus(audience, language):
    mail = mail_to(audience, language)
    page = Page(mail.html)
    links = [link["href"] for link in page.named("a")]
    assert [link for link in links if not re.match(r"https://|mailto:", str(link))] == []
    assert re.findall(r"(?<![\w-])-\d", page.text) == []
    if mail.html:
        assert page.named("table")
        assert all(table.get("role") == "presentation" or table["class"] == "data" for table in page.named("table"))


@EVERY
def test_money_is_written_as_its_readers_do(audience, language):
    text = Page(mail_to(audience, language).html).text
    wrong = {"nl": r"€[^\N{NO-BREAK SPACE}]|\d,\d{3}\b|€ ", "en": r"€\s|\d\.\d{3}\b(?!%)"}[language]
    assert re.findall(wrong, text) == []


def test_a_partner_reads_no_other_partners_name_or_figure_in_the_mail_or_its_files():
    assert len(NAMES) >= 21
    for language in LANGUAGES:
        text = all_text(mail_to("partner", language))
        assert [name for name in NAMES if re.search(rf"\b{re.escape(name)}\b", text)] == []
        figures = [str(row["rejected_row_count"]) for row in PARTNERS]
        assert [figure for figure in figures if re.search(rf"\b{figure[0]}[.,]?{figure[1:]}\b", text)] == []
    # The same search finds them where they may be read.
    assert [name for name in NAMES if re.search(rf"\b{re.escape(name)}\b", all_text(mail_to("management")))]


def test_the_minister_reads_up_to_the_scorecard():
    mail, full = mail_to("minister"), mail_to("management")
    for text in ("Partneractiviteiten per kerndomein", "Staafgrafiek", "cid:"):
        assert text in full.html
        assert text not in mail.html
    for text in ("Wat aandacht vraagt", "Wat er veranderd is", "Scorebord", "Over deze cijfers", "Gebruikt budget"):
        assert text in mail.html
    assert mail.images == {}
    assert len(mail.html) < len(full.html)


@pytest.mark.parametrize(("language", "words"), [("nl", "Open het volledige rapport"), ("en", "Open the full report")])
@pytest.mark.parametrize("audience", AUDIENCES)
def test_whoever_may_sign_in_gets_one_button_to_the_page_as_of_the_same_moment(audience, language, words):
    mail = mail_to(audience, language)
    page = Page(mail.html)
    links = [str(link["href"]) for link in page.named("a") if str(link["href"]).startswith(PAGE_URL)]
    listed = [line for line in mail.text.splitlines() if line.startswith(PAGE_URL)]
    if audience == "partner":
        assert (links, listed, words in mail.text + page.text, PAGE_URL in all_text(mail)) == ([], [], False, False)
        return
    assert links == (listed if mail.html else [])
    assert page.text.count(words) == len(links)
    (address,) = map(urlsplit, listed)
    asked = dict(parse_qsl(address.query))
    assert (address.path, asked["language"]) == ("/kpi/", language)
    assert parse_as_of(asked["as_of"]) == RUN.as_of
    assert f"\n{words}:\n{PAGE_URL}" in mail.text


@EVERY
def test_without_an_address_of_the_page_there_is_no_button(audience, language):
    draw = render_run_summary if audience == "engineer" else render
    mail = draw(build_report_model(GIVEN, RUN, audience, language, SETTINGS.reply_to))
    assert [text for text in ("Open het vol", "Open the full", "/kpi/") if text in mail.html + mail.text] == []


def test_a_partner_with_a_variant_of_its_own_gets_no_button_either():
    mail = render(
        build_report_model(GIVEN | {"partner_section": [OWN]}, RUN, "partner:fevia", "nl", SETTINGS.reply_to, PAGE_URL)
    )
    assert PAGE_URL not in all_text(mail)


def test_engineers_get_a_summary_of_the_run_as_plain_text():
    mail = mail_to("engineer", "en")
    assert (mail.html, mail.images, mail.attachments) == ("", {}, {})
    assert email.message_from_bytes(build_message(mail, envelope(), SETTINGS)).get_content_type() == "text/plain"
    flat = " ".join(mail.text.split())
    for row in nine():
        assert f"* {row['kpi_code']}: {row['status_code']}" in flat
    assert "companies_reached: no_verdict (no_data), no figure" in flat
    assert "As of 2026-10-15T07:00:00+00:00" in flat
    assert f"Partner reports: {len(NAMES)} due, {sum(row['state'] == 'missing' for row in PARTNERS)} missing" in flat


@pytest.mark.parametrize("odd", [{"scorecard": []}, {"domains": [], "partners": [], "thresholds": []}, {"chart": []}])
@EVERY
def test_odd_states_are_complete_for_every_audience(audience, language, odd: dict[str, Any]):
    mail = package(build_report_model(rows(**odd), RUN, audience, language, SETTINGS.reply_to))
    assert not re.search(r"\b(None|nan|inf)\b|%\(", mail.text + Page(mail.html).text)
    assert re.findall(r"<(ul|ol|tbody)[^>]*>\s*</\1>|<h\d[^>]*>\s*</h\d>", mail.html) == []


OWN = {
    "partner_name": "Fevia Vlaanderen", "state": "received", "due_date": "2026-10-15", "is_on_time": True,
    "handed_in_at": "2026-10-12T22:30:00+00:00", "rejected_row_count": 1234, "next_due_date": "2027-01-15",
    "activities_count": [12, 9], "companies_count": [1240, None], "budget_used_eur": [34500, 28000],
}  # fmt: skip


def flat(mail: Rendered) -> str:
    return " ".join(mail.text.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_partner_reads_of_itself_first_and_of_no_other(language):
    mail = package(
        build_report_model(GIVEN | {"partner_section": [OWN]}, RUN, "partner:fevia", language, SETTINGS.reply_to)
    )
    heads = {"nl": ("Uw organisatie: Fevia Vlaanderen", "Wat aandacht vraagt"),
             "en": ("Your organisation: Fevia Vlaanderen", "What needs attention")}[language]  # fmt: skip
    for text in (flat(mail), " ".join(Page(mail.html).text.split())):
        assert text.index(heads[0]) < text.index(heads[1])
    said = {
        "nl": ["op 13 oktober 2026, binnen de termijn van 15 oktober 2026", "1.234 rijen ervan zijn afgekeurd",
               "doorgingen: 12 (zelfde periode vorig jaar: 9)", "1.240 (zelfde periode vorig jaar: geen cijfer)",
               "€ 34.500 (zelfde periode vorig jaar: € 28.000)", "verwachten wij tegen 15 januari 2027"],
        "en": ["came on 13 October 2026, in time for 15 October 2026", "1,234 rows of it were rejected",
               "1 January: 12 (same period last year: 9)", "1,240 (same period last year: no figure)",
               "€34,500 (same period last year: €28,000)", "due on 15 January 2027"],
    }[language]  # fmt: skip
    everywhere = all_text(mail).replace("\N{NO-BREAK SPACE}", " ")
    assert [one for one in said if one not in flat(mail) or everywhere.count(one) < 3] == []
    others = [name for name in NAMES if name != OWN["partner_name"]]
    assert [name for name in others if re.search(rf"\b{re.escape(name)}\b", everywhere)] == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"state": "missing", "handed_in_at": None, "is_on_time": None, "rejected_row_count": None},
         "hebben wij niet ontvangen; de termijn is 15 oktober 2026."),
        ({"state": "quarantined", "rejected_row_count": None}, "maar niet leesbaar, en telt dus niet mee."),
        ({"is_on_time": False}, "is ontvangen op 13 oktober 2026, na de termijn van 15 oktober 2026."),
        ({"rejected_row_count": 1}, "1 rij ervan is afgekeurd en telt niet mee"),
        ({"rejected_row_count": 0}, "Elke rij ervan is aanvaard."),
    ],
)  # fmt: skip
def test_each_standing_of_a_partners_report_is_said(given: dict[str, Any], words: str):
    mail = package(
        build_report_model(GIVEN | {"partner_section": [OWN | given]}, RUN, "partner:fevia", "nl", SETTINGS.reply_to)
    )
    assert words in flat(mail)


def test_numbers_of_a_thousand_and_more_are_grouped_in_every_sentence():
    rejected = sum(row["rejected_row_count"] for row in PARTNERS)
    assert f"{rejected:,} rows in the reports were rejected" in flat(mail_to("management", "en"))
    assert f"{rejected:,}".replace(",", ".") + " rijen in de verslagen" in flat(mail_to("management"))


def test_provisional_and_revised_figures_are_said_in_words_and_counted():
    assert "2 cijfers zijn voorlopig (p). 1 cijfer is herzien (r)." in flat(mail_to("management"))


def test_a_mail_names_the_gravest_changes_and_the_rest_is_in_its_text_and_files():
    mail = mail_to("management", "en")
    section = mail.html.split("What changed since")[1].split("<h2")[0]
    assert section.count("<li") == 6
    more = re.search(r"And (\d+) more changes, in the workbook", section)
    assert more
    text = mail.text.split("What changed since")[1].split("\nScorecard\n")[0]
    assert text.count("\n* ") == 6 + int(more[1])


def test_a_budget_is_over_or_under_also_where_its_verdict_changed():
    text = flat(mail_to("management"))
    assert "Gebruikt budget: ver onder plan, vorige keer: op schema." in text
    assert "Gebruikt budget: ver achter" not in text
