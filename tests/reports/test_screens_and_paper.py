"""How much the mail asks of its reader: three screens at most.

Pictures are kept in var/screenshots. Skipped where there is no Chromium.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from include.reports.artifacts import Rendered
from include.reports.catalog import LANGUAGES
from include.reports.context import compose
from include.reports.render import render
from tests.reports.scorecards import RUN, again, nine, rows, trend_of
from tests.reports.test_layout import CHROMIUM, PAGE_URL, PICTURES, browser, page, shown

REFERENCE = Path(__file__).parents[2] / "include" / "reference"
SCREENS_PX = 3 * 1080
NAMED = (
    "kpi_code", "name_nl", "name_en", "source_name", "unit_code", "decimals", "measure_code", "direction_code",
)  # fmt: skip
__all__ = ["browser", "page"]
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


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
    known = [again(row, row["value"] and row["value"] * (1.01 if at == 0 else 1)) for at, row in enumerate(before)]
    later = {} if is_first else {"previous": [then], "again": known}
    made = compose(rows(kpis, trend=trends, **later), RUN, "management", language, "kpi-team@example.org", PAGE_URL)
    return render(made, {"KPI.pdf": b"", "KPI.xlsx": b""})


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_what_changed_it_is_three_screens_long_too(page: Page, language: str) -> None:
    page.set_viewport_size({"width": 600, "height": 1080})
    page.set_content(shown(sample(language, is_first=False)))
    changes = page.locator("ul").nth(1).locator("li").all_inner_texts()
    assert [change[:4] for change in changes] == {"nl": ["Herz", "Nieu"], "en": ["Revi", "New "]}[language]
    assert page.evaluate("document.documentElement.scrollHeight") <= SCREENS_PX


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mail_is_three_screens_long_at_most_and_leaves_nothing_out(page: Page, language: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.set_viewport_size({"width": 600, "height": 1080})
    page.set_content(shown(sample(language)))
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
