"""Given scorecard rows, the sentences in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from include.reports.content.report_model import build_report_model
from include.reports.language.formats import NBSP, Formats
from tests.reports.scorecards import RUN, kpi, nine, partner, rows


def compose_in(language: str, *scorecard: dict[str, Any], audience: str = "management", **given: Any) -> dict[str, Any]:
    return build_report_model(rows(list(scorecard) or None, **given), RUN, audience, language, "team@example.org")


@pytest.mark.parametrize(
    ("language", "headline", "subject"),
    [
        ("nl", "4 van de 8 indicatoren op schema; banen 21% onder plan",
         "KPI-rapport K3 2026: 4 van 8 op schema, banen 21% onder plan"),
        ("en", "4 of the 8 indicators on track; jobs 21% below plan",
         "KPI report Q3 2026: 4 of 8 on track, jobs 21% below plan"),
    ],
)  # fmt: skip
def test_the_headline_says_the_verdict_and_the_largest_deviation(language, headline, subject):
    context = compose_in(language)
    assert (context["headline"], context["subject"]) == (headline, subject)


@pytest.mark.parametrize(
    ("language", "headline"),
    [("nl", "1 van de 1 indicator op schema"), ("en", "1 of the 1 indicator on track")],
)
def test_one_indicator_is_singular_and_nothing_is_said_of_a_deviation_that_is_not_there(language, headline):
    assert compose_in(language, kpi())["headline"] == headline


@pytest.mark.parametrize(
    ("language", "one", "two"),
    [
        ("nl", "1 partner heeft nog niet gerapporteerd: VIL.", "2 partners hebben nog niet gerapporteerd: VIL, Voka."),
        ("en", "1 partner has not reported yet: VIL.", "2 partners have not reported yet: VIL, Voka."),
    ],
)
def test_missing_partners_are_named_in_singular_and_plural(language, one, two):
    late = [partner("VIL", "missing"), partner("Voka", "missing")]
    assert compose_in(language, kpi(), partners=late[:1])["attention"] == [one]
    assert compose_in(language, kpi(), partners=late)["attention"] == [two]


def test_many_missing_partners_are_named_in_part():
    late = [partner(name, "missing") for name in ("A", "B", "C", "D", "E")]
    attention = compose_in("nl", kpi(), partners=late)["attention"]
    assert attention == ["5 partners hebben nog niet gerapporteerd: A, B, C en 2 andere."]


def test_a_partner_sees_how_many_are_missing_and_no_name():
    context = compose_in("nl", kpi(), audience="partner")
    assert context["attention"] == ["2 partners hebben nog niet gerapporteerd."]
    assert (context["partners"]["missing"], context["partners"]["quarantined"]) == ([], [])


def test_without_any_verdict_the_headline_says_so():
    context = compose_in("nl", kpi(status_code="no_verdict", status_reason="stale"))
    assert context["headline"] == "Nog geen oordeel over de indicatoren"
    assert context["subject"] == "KPI-rapport K3 2026: nog geen oordeel"
    assert context["attention"][0] == (
        "Aangekondigde banen: nog geen oordeel. Het laatste cijfer is ouder dan afgesproken."
    )


def test_a_name_too_long_for_the_subject_is_left_off():
    context = compose_in(
        "nl", kpi("new_kpi", name_nl="Een heel lange naam " * 4, value=3190, status_code="well_behind")
    )
    assert context["subject"] == "KPI-rapport K3 2026: 0 van 1 op schema"


def test_attention_gives_figure_plan_and_consequence():
    assert compose_in("nl", kpi(value=3190, status_code="well_behind"), partners=[])["attention"] == [
        "Aangekondigde banen: 3.190; gepland tot nu was 4.050. In dit tempo eindigt 2026 op 4.253; het doel is 5.400."
    ]


def test_a_figure_of_another_year_says_nothing_of_how_the_target_year_ends():
    late = kpi(value=3190, status_code="well_behind", period="2025-Q4", period_end_date="2025-12-31")
    assert compose_in("nl", late, partners=[])["attention"] == ["Aangekondigde banen: 3.190; gepland tot nu was 4.050."]


@pytest.mark.parametrize(("value", "summary"), [(4051, []), (4053, ["Announced jobs"])])
def test_a_lead_that_is_printed_as_zero_is_none(value, summary):
    told = compose_in("en", kpi(value=value), partners=[])["summary"]
    assert [sentence for sentence in told if "0.0%" in sentence] == []
    assert len(told) == len(summary)


@pytest.mark.parametrize(
    ("value", "consequence"),
    [
        (612000, "In dit tempo blijft van de €_1.000.000 op het einde van 2026 nog €_184.000 over."),
        (900000, "In dit tempo eindigt 2026 €_200.000 boven de €_1.000.000."),
    ],
)
def test_a_budget_is_under_or_over(value, consequence):
    budget = next(row for row in nine() if row["kpi_code"] == "budget_used")
    del budget["plan_gap_share"]
    budget = kpi(**{name: given for name, given in budget.items() if name != "kpi_code"} | {"value": value})
    attention = compose_in("nl", budget, partners=[])["attention"]
    assert attention[0].endswith(consequence.replace("_", NBSP))


def test_attention_has_at_most_three_and_the_furthest_comes_first():
    attention = compose_in("en")["attention"]
    assert [item.split(":")[0] for item in attention] == ["Announced jobs", "Spread over markets", "Companies reached"]


def test_the_summary_is_at_most_three_sentences_and_sixty_words():
    for language in ("nl", "en"):
        summary = compose_in(language)["summary"]
        assert len(summary) == 3
        assert len(" ".join(summary).split()) <= 60


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("nl", ["€_231,4_miljard", "€_402,5_miljoen", "€_612.000", "\N{MINUS SIGN}€_5", "11,2", "3.190"]),
        ("en", ["€231.4_billion", "€402.5_million", "€612,000", "\N{MINUS SIGN}€5", "11.2", "3,190"]),
    ],
)
def test_amounts_are_written_as_a_reader_of_the_language_does(language, expected):
    formats = Formats(language)
    money = [formats.amount(value, "EUR", 0) for value in (231.4e9, 402.5e6, 612000, -5)]
    written = [*money, formats.amount(11.24, "INDEX", 1, [13]), formats.amount(3190, "NUMBER", 0)]
    assert written == [text.replace("_", NBSP) for text in expected]


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.0625, "+6,3%"), (-0.0625, "\N{MINUS SIGN}6,3%"), (0.0, "0,0%"), (-0.0004, "0,0%"), (1.5, "+150,0%")],
)
def test_shares_round_half_away_from_zero_and_zero_has_no_sign(share, expected):
    assert Formats("nl").share(share, signed=True) == expected
