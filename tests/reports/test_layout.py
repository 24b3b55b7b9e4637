"""The mail in a real browser: it fits every screen and is readable by all, light, dark, and with parts taken away.

Skipped where there is no Chromium.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from include.reports.content.report_model import build_report_model
from include.reports.language.catalog import LANGUAGES
from include.reports.render.html import Rendered, render
from include.reports.workflow.rebuild import AUDIENCES
from tests.machine import NEEDS_CHROMIUM, chromium
from tests.reports.scorecards import RUN, known_now, kpi, nine, partner, rows
from tests.reports.test_render import ODD

WIDTHS = (320, 375, 600)
PICTURES = Path(__file__).parents[2] / "var" / "screenshots"
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
PAGE_URL = "https://airflow.example.org/kpi/"
LONG = "Oplossingsgerichte" * 4
BEFORE = {
    "as_of": "2026-07-15T07:00:00+00:00", "report_code": "KPI-2026-Q2",
    "scorecard": [kpi(period="2026-Q2", period_end_date="2026-06-30", value=3010, status_code="on_track")],
}  # fmt: skip
STATES = {
    "nine": rows(),
    "long names": rows(
        [kpi(name_nl=LONG, name_en=LONG, source_name=LONG, objective_name_nl=LONG, objective_name_en=LONG)],
        partners=[partner(LONG, "missing")],
    ),
    "21 of 21 late": rows(partners=[partner(f"Partner {number}", "missing") for number in range(21)]),
    "large figures": rows([one | {"value": -(10**12), "unit_code": "EUR"} for one in nine()]),
    # A name of today, a hundred signs long, for the partner of a code that stays.
    "a partner renamed": rows(partners=[partner(f"{LONG}, vroeger Agoria", "missing"), partner("Voka", rejected=9999)]),
    "no partners": rows(partners=[]),
    "over the budget": rows([kpi("budget_used", name_nl="Gebruikt budget", name_en="Budget used", unit_code="EUR",
                                 direction_code="band", value=1130000, planned_value=750000, target_value=1000000,
                                 status_code="well_behind")]),
    "the past revised": rows([kpi(revised_from_value=2010, is_provisional=True)], previous=[BEFORE],
                             shown_before=[known_now(BEFORE["scorecard"][0], 3055)]),
    **ODD,
}  # fmt: skip
pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    yield opened
    opened.close()


def render_state(language: str, state: str = "nine", audience: str = "management") -> Rendered:
    return render(build_report_model(STATES[state], RUN, audience, language, "team@example.org", PAGE_URL), {})


def visible_html(mail: Rendered) -> str:
    """The HTML with its images inside, as a mail program shows it."""
    html = mail.html
    for cid, png in mail.images.items():
        html = html.replace(f"cid:{cid}", f"data:image/png;base64,{b64encode(png).decode()}")
    return html


def too_wide(page: Page) -> dict[int, int]:
    """Pixels that stick out, by width of the screen; empty when it fits everywhere."""
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found[width] = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return {width: pixels for width, pixels in found.items() if pixels}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_sticks_out_on_a_phone_or_a_desk_whatever_the_figures(page, language):
    """Every odd state; of each a picture stays in var/screenshots, to look at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    found = {}
    for state in STATES:
        page.set_content(visible_html(render_state(language, state)))
        if wide := too_wide(page):
            found[state] = wide
        page.set_viewport_size({"width": 375, "height": 800})
        page.screenshot(path=PICTURES / f"mail_{state.replace(' ', '_')}_{language}_375.png", full_page=True)
    assert found == {}
    assert len(STATES) > 17


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two colours, #rrggbb."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        return sum(
            weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
            for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True)
        )

    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_bars_and_their_marks_stand_out_by_three_to_one(browser, scheme):
    """What is no text: axe does not look at it."""
    context = browser.new_context(color_scheme=scheme)
    try:
        opened = context.new_page()
        opened.set_content(visible_html(render_state("nl")))
        colours = {}
        for name in ("fill", "rest", "mark", "stripe", "press", "card"):
            found = opened.evaluate(f"getComputedStyle(document.querySelector('.{name}')).backgroundColor")
            colours[name] = "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", found)[:3])
    finally:
        context.close()
    for one, other in (("fill", "rest"), ("mark", "stripe"), ("stripe", "fill"), ("press", "card")):
        assert contrast(colours[one], colours[other]) >= 3, (one, other, colours)


@pytest.mark.parametrize("taken", ["images", "style element"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_still_fits_when_a_mail_program_takes_something_away(page, language, taken):
    mail = render_state(language)
    html = mail.html if taken == "images" else re.sub(r"<style.*?</style>", "", visible_html(mail), flags=re.DOTALL)
    page.set_content(html)
    assert too_wide(page) == {}
    if taken == "images":
        assert page.evaluate("[...document.images].every(image => !image.naturalWidth && image.alt.length > 20)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("audience", [audience for audience in AUDIENCES if audience != "engineer"])
def test_no_rule_of_wcag_is_broken(browser, audience, language, scheme):
    mail = render_state(language, audience=audience)
    context = browser.new_context(color_scheme=scheme, viewport={"width": 600, "height": 900})
    try:
        page = context.new_page()
        page.set_content(visible_html(mail))
        background = page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor")
        assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(27, 33, 41)"}[scheme]
        found: dict[str, Any] = Axe().run(page, options=WCAG).response
    finally:
        context.close()
    assert [(broken["id"], [node["html"] for node in broken["nodes"]]) for broken in found["violations"]] == []
    assert len(found["passes"]) > 5
