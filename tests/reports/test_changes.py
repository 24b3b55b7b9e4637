"""What changed since the report before: each change said once, as the kind of change that it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from include.reports.content.report_model import build_report_model
from include.reports.figures import read_marts
from include.reports.issue import report_run
from include.reports.render.html import render
from tests.reports.scorecards import RUN, known_now, kpi, rows

JULY = "2026-07-15T07:00:00+00:00"
Q2 = {"period": "2026-Q2", "period_end_date": "2026-06-30"}


def mail(now: list[dict[str, Any]], before: list[dict[str, Any]], language: str = "en", **again: float):
    """The report of these figures after one of those; `again` says what the earlier period is now."""
    previous = [{"as_of": JULY, "report_code": "KPI-2026-Q2", "scorecard": before}]
    known = [known_now(row, again.get(row["kpi_code"], row["value"])) for row in before]
    return render(
        build_report_model(
            rows(now, previous=previous, shown_before=known), RUN, "management", language, "team@example.org"
        )
    )


def change_items(*given: Any, **again: Any) -> list[str]:
    """The items of the text part's section, each on one line."""
    text = mail(*given, **again).text
    section = text.split("What changed since the report of 15 July 2026")[1].split("\nScorecard\n")[0]
    return [" ".join(item.split()) for item in section.split("* ")[1:]]


def test_the_first_report_has_no_such_section() -> None:
    assert (
        "What changed since" not in render(build_report_model(rows(), RUN, "management", "en", "team@example.org")).text
    )


def test_nothing_changed_is_said_in_words() -> None:
    assert "Nothing: no new period, no revision" in mail([kpi()], [kpi()]).text
    assert "Niets: geen nieuwe periode" in mail([kpi()], [kpi()], "nl").text


def test_a_revision_names_the_period_the_new_figure_and_the_old_one() -> None:
    before = kpi(value=2010, **Q2)
    assert change_items([kpi(value=3190)], [before], fdi_jobs=2055) == [
        "Revised: Announced jobs, 1 Jan – 30 Jun 2026: 2,055, was 2,010.",
        "New period for 1 indicator: Announced jobs.",
    ]


def test_a_new_period_alone_is_no_revision() -> None:
    assert change_items([kpi()], [kpi(value=2010, **Q2)]) == ["New period for 1 indicator: Announced jobs."]


def test_a_figure_that_was_taken_back_is_a_revision() -> None:
    before = kpi(value=2010, **Q2)
    assert change_items([kpi()], [before], fdi_jobs=None)[0].startswith(
        "Revised: Announced jobs, 1 Jan – 30 Jun 2026: no figure"
    )


def test_a_figure_whose_period_is_gone_is_a_revision() -> None:
    previous = [{"as_of": JULY, "report_code": "KPI-2026-Q2", "scorecard": [kpi(value=2010, **Q2)]}]
    text = render(
        build_report_model(
            rows([kpi()], previous=previous, shown_before=[]), RUN, "management", "en", "team@example.org"
        )
    ).text
    assert "Revised: Announced jobs, 1 Jan – 30 Jun 2026: no figure" in text


def test_what_we_count_otherwise_is_no_revision_and_both_are_told_apart() -> None:
    before = kpi(value=2010, **Q2)
    previous = [{"as_of": JULY, "report_code": "KPI-2026-Q2", "scorecard": [before]}]
    known = [known_now(before, 1990, as_counted_then=2055)]
    text = render(
        build_report_model(
            rows([kpi()], previous=previous, shown_before=known), RUN, "management", "nl", "team@example.org"
        )
    ).text
    words = " ".join(text.split())
    assert "Herzien: Aangekondigde banen, 1 jan – 30 jun 2026: 2.055, was 2.010." in words
    assert "Anders geteld: Aangekondigde banen, 1 jan – 30 jun 2026: 1.990, was 2.055." in words


def test_another_plan_for_a_period_that_was_shown_gives_both() -> None:
    before = kpi(planned_value=2000, **Q2)
    previous = [{"as_of": JULY, "report_code": "KPI-2026-Q2", "scorecard": [before]}]
    known = [known_now(before, before["value"], planned_value=2100)]
    text = render(
        build_report_model(
            rows([kpi()], previous=previous, shown_before=known), RUN, "management", "en", "team@example.org"
        )
    ).text
    assert "Another plan: Announced jobs, 1 Jan – 30 Jun 2026: 2,100, was 2,000." in " ".join(text.split())


def test_another_definition_gives_the_old_one() -> None:
    assert change_items([kpi()], [kpi(definition_en="Number of posts.")]) == [
        "Defined differently: Announced jobs. It was: Number of posts."
    ]


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ({"target_value": 5000}, "Another target: Announced jobs: 5,400 for 2026, was 5,000 for 2026."),
        ({"target_year": 2025}, "Another target: Announced jobs: 5,400 for 2026, was 5,400 for 2025."),
        ({"target_value": None}, "Another target: Announced jobs: 5,400 for 2026, was none."),
    ],
)
def test_another_target_gives_both(before: dict[str, Any], words: str) -> None:
    assert change_items([kpi()], [kpi(**before)]) == [words]


def test_another_verdict_says_what_it_was() -> None:
    assert change_items([kpi()], [kpi(status_code="well_behind")]) == [
        "Announced jobs: on track, last time: well behind."
    ]


def test_indicators_come_and_go_by_name() -> None:
    other = kpi("fdi_capex", name_en="Announced investments", unit_code="EUR")
    assert change_items([kpi()], [other]) == [
        "New in this report: Announced jobs.", "No longer in this report: Announced investments.",
    ]  # fmt: skip


def test_text_of_reference_data_is_shown_and_never_run() -> None:
    html = mail([kpi()], [kpi(definition_en="<script>alert(1)</script>")]).html
    assert "<script" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_kind_at_once_stays_within_the_sizes(language: str) -> None:
    codes = [f"kpi_{number}" for number in range(20)]
    names = {"name_nl": "Oplossingsgerichte engineering en technologie", "name_en": "Engineering and technology"}
    before = [kpi(code, value=2010, status_code="well_behind", target_value=1, **Q2, **names) for code in codes]
    rendered = mail([kpi(code, **names) for code in codes], before, language, **dict.fromkeys(codes, 2055.0))
    assert len(rendered.html.encode()) <= 80_000
    assert max(map(len, rendered.text.splitlines())) <= 72


def test_the_report_before_is_the_newest_that_was_sent_and_is_read_as_of_its_moment(conn) -> None:
    def issue(quarter: int, state: str) -> report_run.ReportRun:
        run = report_run.pin_issue(conn, f"2026-Q{quarter}", datetime(2026, quarter * 3 + 1, 15, tzinfo=UTC))
        conn.execute("update ops.report_run set state = %s where report_run_id = %s", (state, run.report_run_id))
        return run

    _, sent, _rejected = issue(1, "sent"), issue(2, "sent"), issue(3, "rejected")
    run = report_run.pin_issue(conn, "2026-Q4", datetime(2027, 1, 15, tzinfo=UTC))
    assert report_run.load_previous_run(conn, run) == report_run.load_run(conn, sent.report_run_id)
    (previous,) = read_marts.read_figures(conn, run)["previous"]
    assert previous["as_of"] == "2026-07-15T00:00:00+00:00"
