"""How much the mail asks of its reader: three screens at most, three sheets, and it may be printed in grey.

Pictures are kept in var/screenshots. Skipped where there is no Chromium.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader

from include.reports.content.report_model import build_report_model
from include.reports.language.catalog import LANGUAGES
from include.reports.render.html import Rendered, render
from tests.machine import NEEDS_CHROMIUM
from tests.reports.scorecards import RUN, known_now, nine, rows, trend_of
from tests.reports.test_layout import PAGE_URL, PICTURES, browser, contrast, page, visible_html

REFERENCE = Path(__file__).parents[2] / "include" / "sources" / "reference"
SCREENS_PX = 3 * 1080
NAMED = (
    "kpi_code", "name_nl", "name_en", "source_name", "unit_code", "decimals", "measure_code", "direction_code",
)  # fmt: skip
# Of each text the darkest and the lightest that stands beside it, once colours are greys of the same lightness.
GREYS = """() => {
    const parts = colour => colour.match(/[\\d.]+/g).map(Number);
    const grey = colour => {
        const [red, green, blue] = parts(colour);
        const light = Math.round(0.2126 * red + 0.7152 * green + 0.0722 * blue);
        return "#" + light.toString(16).padStart(2, "0").repeat(3);
    };
    const behind = element => {
        for (let at = element; at; at = at.parentElement) {
            const colour = getComputedStyle(at).backgroundColor;
            if ((parts(colour)[3] ?? 1) > 0) return colour;
        }
        return "rgb(255, 255, 255)";
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    while (texts.nextNode()) {
        const text = texts.currentNode.textContent.trim(), element = texts.currentNode.parentElement;
        if (text && element.getClientRects().length)
            found.push([text.slice(0, 40), grey(getComputedStyle(element).color), grey(behind(element))]);
    }
    return found;
}"""
BROKEN = """pattern => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    while (texts.nextNode())
        for (const match of texts.currentNode.textContent.matchAll(new RegExp(pattern, "g"))) {
            const range = document.createRange();
            range.setStart(texts.currentNode, match.index);
            range.setEnd(texts.currentNode, match.index + match[0].length);
            found.push([match[0], range.getClientRects().length]);
        }
    return found;
}"""
__all__ = ["browser", "page"]
pytestmark = NEEDS_CHROMIUM


def headline() -> list[dict[str, Any]]:
    """The KPIs that the mail shows, named as they are, with figures that were made up."""
    with (REFERENCE / "kpi.csv").open(encoding="utf-8", newline="") as lines:
        named = [row for row in csv.DictReader(lines) if row["is_headline"] == "true"]
    shapes = {row["kpi_code"]: row for row in nine()}
    return [shapes[row["kpi_code"]] | {name: row[name] for name in NAMED} | {"decimals": int(row["decimals"])}
            for row in named]  # fmt: skip


def sample(language: str, *, is_first: bool = True) -> Rendered:
    """The mail of a quarter in which every KPI has a trend; in a later one all periods are new and exports revised."""
    kpis = headline()
    trends = [row for kpi in kpis for row in trend_of(kpi["kpi_code"], 5, 6, 4, 7, 5, 6, 4, 8)]
    before = [row | {"period": "2026-Q2", "period_end_date": "2026-06-30"} for row in kpis]
    then = {"as_of": "2026-07-15T07:00:00+00:00", "report_code": "KPI-2026-Q2", "scorecard": before}
    known = [known_now(row, row["value"] and row["value"] * (1.01 if at == 0 else 1)) for at, row in enumerate(before)]
    later = {} if is_first else {"previous": [then], "shown_before": known}
    made = build_report_model(
        rows(kpis, trend=trends, **later), RUN, "management", language, "kpi-team@example.org", PAGE_URL
    )
    return render(made, {"KPI.pdf": b"", "KPI.xlsx": b""})


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_what_changed_it_is_three_screens_long_too(page: Page, language: str) -> None:
    page.set_viewport_size({"width": 600, "height": 1080})
    page.set_content(visible_html(sample(language, is_first=False)))
    changes = page.locator("ul").nth(1).locator("li").all_inner_texts()
    assert [change[:4] for change in changes] == {"nl": ["Herz", "Nieu"], "en": ["Revi", "New "]}[language]
    assert page.evaluate("document.documentElement.scrollHeight") <= SCREENS_PX


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mail_is_three_screens_long_at_most_and_leaves_nothing_out(page: Page, language: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.set_viewport_size({"width": 600, "height": 1080})
    page.set_content(visible_html(sample(language)))
    page.screenshot(path=PICTURES / f"mail_sample_{language}_600.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollHeight") <= SCREENS_PX
    said = {
        "nl": ("Gepland tot nu: ", "Zelfde periode vorig jaar: ", "Doel voor 2026: ", "Trend, 8 ", "bekend sinds "),
        "en": ("Planned by now: ", "Same period last year: ", "Target for 2026: ", "Trend, 8 ", "known since "),
    }[language]
    blocks = page.locator(".kpi").all()
    assert 5 <= len(blocks) <= 7
    for block, kpi in zip(blocks, headline(), strict=True):
        text = block.inner_text()
        told = (kpi[f"name_{language}"], kpi["source_name"], *(said if kpi["known_from"] else said[:-1]))
        assert [part for part in told if part not in text] == []
        assert block.locator(".tag").count() == 1
        assert block.locator(".value").inner_text()
        assert block.locator(".bar").count() == (kpi["value"] is not None)
    assert page.locator("img.figure").count() == 1
    assert page.locator("table.data tr").count() == 1 + 5


@pytest.mark.parametrize("width", [320, 375])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_quarter_stays_on_one_line(page: Page, language: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.set_content(visible_html(sample(language)))
    found = page.evaluate(BROKEN, r"[KQ]\d\s\d{4}")
    assert len(found) == len(headline())
    assert [text for text, lines in found if lines != 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_grey_every_text_can_be_read_and_a_status_has_its_shape_and_word(page: Page, language: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.set_viewport_size({"width": 720, "height": 1000})
    page.emulate_media(media="print")
    page.set_content(visible_html(sample(language)))
    page.add_style_tag(content=":root { filter: grayscale(1) }")
    page.screenshot(path=PICTURES / f"mail_grey_print_{language}.png", full_page=True)
    greys = page.evaluate(GREYS)
    assert len(greys) > 80
    assert [(text, ink, paper) for text, ink, paper in greys if contrast(ink, paper) < 4.5] == []
    tags = [tag.inner_text() for tag in page.locator(".tag").all()]
    assert len(tags) == len(headline())
    assert [tag for tag in tags if not re.fullmatch(r"[✔●▲■▼○]\s\w.+", tag)] == []
    # One shape never stands for two words that mean different things.
    shapes = {(tag[0], tag[2:]) for tag in tags}
    assert len({shape for shape, _ in shapes}) >= 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_printed_it_takes_three_sheets_and_its_bars_also_where_backgrounds_are_left_out(
    page: Page, language: str
) -> None:
    page.set_content(visible_html(sample(language)))
    sheets = PdfReader(io.BytesIO(page.pdf(format="A4", print_background=False))).pages
    assert len(sheets) <= 3
    drawn = b"".join(sheet.get_contents().get_data() for sheet in sheets)  # type: ignore[union-attr]
    fill = page.evaluate("getComputedStyle(document.querySelector('.fill')).backgroundColor")
    parts = [int(part) / 255 for part in re.findall(r"\d+", fill)[:3]]
    inks = [tuple(map(float, found)) for found in re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) rg", drawn)]
    bars = [ink for ink in inks if ink == pytest.approx(parts, abs=0.001)]
    assert len(bars) >= sum(kpi["value"] is not None for kpi in headline())
