"""The trend of an indicator: whole quarters, gaps said as such, one question, the same signs every time."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest

from include.reports.content.report_model import build_report_model
from include.reports.figures import read_marts
from include.reports.issue import report_run
from include.reports.language.catalog import LANGUAGES, catalog
from include.reports.language.formats import Formats
from include.reports.language.labels import Words
from include.reports.render import view
from include.reports.render.html import render
from include.reports.workflow.rebuild import read_and_build
from tests.reports.scorecards import RUN, kpi, rows, trend_of
from tests.reports.test_render import Page

CLOCK = datetime(2026, 10, 15, 7, tzinfo=UTC)
EXPORTS = """
    with payload as (select max(payload_id) as payload_id from landing.payload),
    series as (
        insert into core.series (
            series_id, dataset_code, series_key, dimensions, freq_code, unit_code, concept_code, price_basis_code,
            definition_code, known_from, payload_id
        )
        select core.series_id(dataset, key), dataset, key,
            '{"REPORTING": "VL", "COUNTRY": "DE", "PRODUCT": "VI", "FLOW": "X", "DATATYPE": "VAL"}'::jsonb,
            'M', 'EUR', 'COM', 'V', 'INR', %(known)s, payload_id
        from payload, (values ('BE2:DF_EXTTRADEVLNAT_Overview', 'VL.DE.VI.X.COM.VAL.M')) as one (dataset, key)
        returning series_id, dataset_code, payload_id
    )
    insert into core.observation (series_id, dataset_code, period, value, status_code, known_from, payload_id)
    select series_id, dataset_code, to_char(month, 'YYYY-MM'), 100 * extract(month from month), 'A', %(known)s,
        payload_id
    from series, generate_series('2025-01-01'::timestamp, '2026-08-01', interval '1 month') as month
    where month <> '2025-11-01'"""


def trend_text(*values: float | None, language: str = "nl") -> dict[str, str] | None:
    found = read_marts.trend_windows(trend_of("fdi_jobs", *values)).get("fdi_jobs")
    return view.trend_to_text(found, Words(catalog(language), Formats(language)))


@pytest.mark.parametrize(
    ("values", "blocks", "text"),
    [
        ((1, 2, 3, 4, 5), "▁▂▃▅▇", "Trend, 5 kwartalen tot en met K2\N{NO-BREAK SPACE}2026: stijgend"),
        ((5, 4, 3, 2, 1), "▇▅▃▂▁", "Trend, 5 kwartalen tot en met K2\N{NO-BREAK SPACE}2026: dalend"),
        ((7, 7, 7), "▃▃▃", "Trend, 3 kwartalen tot en met K2\N{NO-BREAK SPACE}2026: gelijk"),
        # Each year the same season: no trend, whatever the last quarter did.
        ((1, 2, 3, 9, 1, 2, 3, 9), "▁▁▂▇▁▁▂▇", "Trend, 8 kwartalen tot en met K2\N{NO-BREAK SPACE}2026: gelijk"),
        # Nine are known, eight are shown.
        ((99, 1, 1, 1, 1, 2, 2, 2, 2), "▁▁▁▁▇▇▇▇", "Trend, 8 kwartalen tot en met K2\N{NO-BREAK SPACE}2026: stijgend"),
        ((-5, 0, 5), "▁▃▇", "Trend, 3 kwartalen tot en met K2\N{NO-BREAK SPACE}2026: stijgend"),
        ((4, None, 4, 8), "▁·▁▇", "Trend, 4 kwartalen tot en met K2\N{NO-BREAK SPACE}2026: stijgend; 1 zonder cijfer"),
    ],
)
def test_blocks_and_a_word_say_how_it_went(values: tuple[float | None, ...], blocks: str, text: str) -> None:
    assert trend_text(*values) == {"blocks": blocks, "text": text}


@pytest.mark.parametrize("values", [(), (1,), (1, 2), (1, None, None, None, 2)])
def test_fewer_than_three_values_are_no_trend(values: tuple[float | None, ...]) -> None:
    assert trend_text(*values) is None


@pytest.mark.parametrize(
    ("language", "gone"), [("nl", "8 kwartalen tot en met K2 2026: dalend; 1 zonder cijfer"),
                           ("en", "8 quarters up to Q2 2026: falling; 1 without a figure")]
)  # fmt: skip
def test_html_and_text_say_the_same_and_the_signs_are_not_read_aloud(language: str, gone: str) -> None:
    mail = render(build_report_model(rows(), RUN, "management", language, "team@example.org"))
    page = Page(mail.html)
    for text in (" ".join(page.text.split()), " ".join(mail.text.split())):
        assert f"▇▅·▃▂▂▃▁ Trend, {gone}" in text
        # Of nine indicators three have three values or more.
        assert text.count("Trend, ") == 3
    hidden = [span for span in page.named("span") if span.get("class") == "blocks"]
    assert [span["aria-hidden"] for span in hidden] == ["true"] * 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_indicator_without_quarters_has_no_trend(language: str) -> None:
    mail = render(build_report_model(rows([kpi()], trend=[]), RUN, "management", language, "team@example.org"))
    assert "Trend" not in mail.html + mail.text
    assert 'class="blocks"' not in mail.html


@pytest.mark.usefixtures("with_reference")
def test_quarters_of_exports_are_whole_and_one_with_a_month_missing_is_a_gap(conn: psycopg.Connection) -> None:
    conn.execute(EXPORTS, {"known": CLOCK})
    run = report_run.pin_issue(conn, "2026-Q3", CLOCK)
    context = read_and_build(conn, run, "management", "nl")
    found = {one["kpi_code"]: one["trend"] for group in context["objectives"] for one in group["kpis"]}
    # 100 + 200 + 300, and so on; November 2025 is missing, and the third quarter of 2026 has no September yet.
    assert found["exports_eur"] == {"last": "2026-Q2", "values": [600, 1500, 2400, None, 600, 1500]}
    assert found["fdi_jobs"] is None
    assert read_and_build(conn, run, "management", "nl") == context
