"""Foreign direct investment: the figures as published, and a register that adds up to them."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import datetime

import pytest

from sandbox.sources import TODAY, fit
from sandbox.sources.partner_work import REFERENCE

# Projects, jobs and capex of each year as FIT last published them.
PUBLISHED = {
    2015: (227, 4352, 2_700_000_000),
    2016: (198, 4260, 1_870_000_000),
    2017: (215, 5377, 2_080_000_000),
    2018: (234, 5339, 4_240_000_000),
    2019: (258, 5384, 5_200_000_000),
    2020: (224, 4717, 2_400_000_000),
    2021: (295, 6247, 2_860_000_000),
    2022: (278, 6540, 5_260_000_000),
    2023: (265, 4596, 4_920_000_000),
    2024: (277, 5039, 5_401_846_000),
    2025: (285, 5870, 3_790_000_000),
}


def told(path: str, at: datetime = TODAY) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(fit.answer_fit(path, at).body.decode())))


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T09:00:00+01:00")


def test_the_yearly_table_holds_the_published_figures() -> None:
    values = {(int(r["year"]), r["indicator"]): int(r["value"]) for r in told("fdi-annual.csv")}
    words = ("projects", "jobs", "capex")
    assert values == {(y, w): v for y, row in PUBLISHED.items() for w, v in zip(words, row, strict=True)}


def test_in_january_2022_the_years_up_to_2021_are_known() -> None:
    rows = told("fdi-annual.csv", at("2022-01-18"))
    assert sorted({int(r["year"]) for r in rows}) == list(range(2015, 2022))
    assert [r["value"] for r in rows if r["year"] == "2021"] == ["295", "6233", "2860000000"]


def test_jobs_of_2021_are_revised_without_a_word_and_nothing_else_is() -> None:
    before = {(r["year"], r["indicator"]): r for r in told("fdi-annual.csv", at("2023-01-21"))}
    after = {(r["year"], r["indicator"]): r for r in told("fdi-annual.csv", at("2023-01-22"))}
    assert [key for key in before if before[key] != after[key]] == [("2021", "jobs")]
    assert after["2021", "jobs"]["value"] == "6247"


def test_a_derived_figure_says_so() -> None:
    derived = {
        (r["year"], r["indicator"]) for r in told("fdi-annual.csv", at("2022-01-18")) if "(derived)" in r["source"]
    }
    assert derived == {(y, w) for y in ("2018", "2021") for w in ("projects", "jobs")}


def test_the_register_adds_up_to_the_published_figures(subtests: pytest.Subtests) -> None:
    for year in PUBLISHED:
        with subtests.test(year=year):
            rows = [r for r in told("fdi-projects.csv") if r["year"] == str(year)]
            assert (len(rows), sum(int(r["jobs"]) for r in rows), sum(int(r["capex_eur"]) for r in rows)) == PUBLISHED[
                year
            ]


def test_the_published_breakdowns_hold() -> None:
    rows = told("fdi-projects.csv")
    assert Counter(r["origin_country"] for r in rows if r["year"] == "2024")["US"] == 60
    modes = Counter(r["mode"] for r in rows if r["year"] == "2021")
    assert modes == {"greenfield": 151, "expansion": 49, "merger_acquisition": 95}
    assert max(int(r["capex_eur"]) for r in rows if r["year"] == "2022") == 1_200_000_000


def test_the_running_year_ends_in_september() -> None:
    rows = [r for r in told("fdi-projects.csv") if r["year"] == "2026"]
    assert (len(rows), sum(int(r["jobs"]) for r in rows)) == (214, 3190)
    assert max(r["announced_on"] for r in rows) <= "2026-09-30"


def test_the_register_holds_what_was_announced_by_then() -> None:
    then, now = told("fdi-projects.csv", at("2026-01-20")), told("fdi-projects.csv")
    assert max(r["announced_on"] for r in then) <= "2026-01-20"
    assert then == now[: len(then)]
    assert all(r["announced_on"].startswith(r["year"]) for r in now)
    assert len({r["project_id"] for r in now}) == len(now)


def test_codes_are_those_of_the_reference_tables() -> None:
    with (REFERENCE / "country.csv").open(encoding="utf-8", newline="") as file:
        countries = {row["country_code"] for row in csv.DictReader(file)}
    with (REFERENCE / "core_domain.csv").open(encoding="utf-8", newline="") as file:
        domains = {row["core_domain_code"] for row in csv.DictReader(file)}
    rows = told("fdi-projects.csv")
    assert {r["origin_country"] for r in rows} <= countries
    assert {r["core_domain"] for r in rows} == domains


def test_before_the_first_figures_there_is_no_file() -> None:
    assert fit.answer_fit("fdi-annual.csv", at("2015-06-01")).status == 404
    assert fit.answer_fit("other.csv", TODAY).status == 404
