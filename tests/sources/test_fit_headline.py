"""Headline figures as stated: first prints and later statements as versions, and a misprint that does not pass."""

from __future__ import annotations

import pytest

from include.periods import clock_from
from include.register import source_of
from sandbox.sources.fit import STATEMENTS
from tests.sources.spoiling import NOTHING, loads_whole_and_once, rows, said, times

DAYS = sorted({statement.published_on for statement in STATEMENTS})
JANUARY, OCTOBER = "2026-01-20T09:00:00+01:00", "2026-10-15T09:00:00+02:00"


def clock(day: str) -> str:
    return f"{day}T12:00:00+01:00"


@pytest.fixture
def lived(loader):
    """A warehouse that was there on every day of a statement."""
    loader.after(*(("fit_headline", clock(day)) for day in DAYS))
    return loader


def known(loader, indicator: str, period: str, day: str) -> list[tuple[object, ...]]:
    moment = f"{day} 12:00+01"
    return rows(
        loader.dsn,
        f"""select (o.value / 1e9)::float, (o.released_at at time zone 'Europe/Brussels')::date::text
        from core.observation as o join core.series as s using (series_id)
        where s.dimensions ->> 'INDICATOR' = '{indicator}' and o.period = '{period}'
            and o.known_from <= '{moment}' and o.known_to > '{moment}'""",
    )


def test_the_same_clock_asks_the_same_question() -> None:
    source = source_of("fit_headline")
    assert source.requests(clock_from(OCTOBER), {}) == source.requests(clock_from(OCTOBER), {})


def test_the_sample_loads_whole_and_only_once(loader) -> None:
    figures = {(statement.period, statement.indicator) for statement in STATEMENTS}
    assert loads_whole_and_once(loader, "fit_headline", *map(clock, DAYS)) == len(figures)


def test_replaying_the_days_of_publication_gives_first_prints_and_later_statements(lived) -> None:
    told = {
        (statement.indicator, statement.period, statement.published_on): statement.million_eur / 1000
        for statement in STATEMENTS
    }
    found = {key: known(lived, *key)[0][0] for key in told}
    assert found == told
    assert len(DAYS) == 9
    versions = "select count(*) from core.observation"
    assert rows(lived.dsn, versions) == [(len(STATEMENTS),)], "a version a statement, no more"


def test_2023_was_430_billion_and_became_434_a_year_later(lived) -> None:
    assert known(lived, "exports", "2023", "2024-03-15") == [(430.0, "2024-03-15")]
    assert known(lived, "exports", "2023", "2025-03-14") == [(434.0, "2025-03-14")]


def test_a_statement_is_another_definition_than_the_statistics(lived) -> None:
    assert rows(
        lived.dsn, "select distinct dataset_code, definition_code, concept_code, unit_code from core.series"
    ) == [("FIT:HEADLINE", "FIT_STATEMENT", "COM", "EUR")]


FAULTS = {
    NOTHING: set(),
    "update {raw} set value_text = 'about 418 bn' where period_text = '2024' and indicator = 'exports'": {
        "value_is_number",
    },
    "update {raw} set value_text = '418000' where period_text = '2024' and indicator = 'exports'": {
        "value_is_plausible",
    },
    "update {raw} set period_text = '2024-03' where period_text = '2024'": {"period_is_year_or_quarter"},
    "update {raw} set indicator = 'uitvoer' where period_text = '2024' and indicator = 'exports'": {
        "indicator_is_known",
    },
    "update {raw} set published_on = 'March 2025' where period_text = '2024'": {"has_its_publication"},
    "update {raw} set publication = ' ' where period_text = '2024'": {"has_its_publication"},
    "update {raw} set status = 'provisional' where period_text = '2024'": {"status_is_known"},
    "update {raw} set unit = 'USD' where period_text = '2024'": {"critical: unit"},
    "update {raw} set period_text = '2022' where period_text = '2023'": {
        "critical: indicator,period",
    },
    "update {raw} set value_text = '800000000000' where period_text = '2024' and indicator <> 'exports_to_us'": {
        "critical: from year to year between a third less and half more (2016 to 2024: -10.7 to +27.7 %)",
    },
    "update {raw} set value_text = '640000000000' where period_text = '2024' and indicator = 'imports'": {
        "critical: imports within a third of exports",
    },
}  # fmt: skip


def test_every_fault_is_named(loader) -> None:
    (batch,) = loader.extract("fit_headline", OCTOBER)
    assert {change: said(loader, batch, change) for change in FAULTS} == FAULTS


PROJECTS_2017 = "update {{raw}} set value_text = '{}' where year = '2017' and indicator = 'projects'"


@pytest.mark.parametrize(
    ("printed", "verdict"),
    [
        # As Brussels Times printed it in January 2018: a comma too much.
        ("2,015", {"value_is_number"}),
        ("2015", {"critical: jobs per project between 10 and 40"}),
        ("215", set()),
    ],
)
def test_2015_projects_for_2017_do_not_pass(loader, printed: str, verdict: set[str]) -> None:
    (batch,) = loader.extract("fit_fdi_annual", JANUARY)
    assert said(loader, batch, PROJECTS_2017.format(printed)) == verdict


def test_a_factor_of_ten_in_a_headline_does_not_pass(loader) -> None:
    (batch,) = loader.extract("fit_headline", OCTOBER)
    change = times(10, "false").replace("obs_value", "value_text").replace("false", "period_text = '2021'")
    assert said(loader, batch, change) == {"value_is_plausible"}
