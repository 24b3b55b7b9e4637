"""What is written for people is short, complete, and points at what exists."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from include import __version__

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
WORDS = [
    *(
        "source",
        "payload",
        "landing",
        "batch",
        "staging",
        "row rule",
        "rejected row",
        "expectation",
        "suite",
        "severity",
    ),
    *(
        "quarantine",
        "series",
        "observation",
        "period",
        "vintage",
        "as-of",
        "reference table",
        "mart",
        "objective",
        "KPI",
    ),
    *("baseline", "target", "plan path", "progress", "status", "scorecard", "report", "audience", "outbox"),
]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_the_readme_is_one_screen_and_begins_with_the_two_commands() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 100
    assert [line.split()[:2] for line in lines if line.startswith("make ")][:2] == [["make", "run"], ["make", "test"]]


def test_a_page_points_at_what_exists(subtests: pytest.Subtests) -> None:
    for path in PAGES:
        with subtests.test(path=path):
            text = path.read_text(encoding="utf-8")
            for link in re.findall(r"\]\(([^)#]+)\)", text):
                assert link.startswith("http") or (path.parent / link).exists(), f"{name_of(path)}: {link}"
            for named in re.findall(r"`((?:dags|include|plugins|sql|tests|docs)/[\w/.-]+)`", text):
                assert (ROOT / named).exists(), f"{name_of(path)}: {named}"
            targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
            spoken = re.findall(r"(?:^|`)make ((?:[a-z]+ ?)+)", text, re.MULTILINE)
            assert {word for words in spoken for word in words.split()} <= targets, f"{name_of(path)}: no such target"


def test_a_page_names_only_tables_and_columns_that_exist(subtests: pytest.Subtests) -> None:
    for path in PAGES:
        with subtests.test(path=path):
            dictionary = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
            known = set(re.findall(r"^### (\w+\.\w+)$|`(\w+\.\w+)\(", dictionary, re.MULTILINE))
            names = {name for pair in known for name in pair if name}
            text = path.read_text(encoding="utf-8")
            spoken = set(re.findall(r"(?<![\w./])((?:landing|ops|core|mart)\.[a-z_]+)(?![\w*.]|\.csv|\.py)", text))
            added = {f"mart.kpi_{name}" for name in re.findall(r"sql/marts/kpi/(\w+)\.sql", text)}
            assert spoken - names - added == set()


def test_the_glossary_has_every_word_of_the_house_once() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    entries = [word.strip() for line in re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE) for word in line.split(",")]
    said = [word for word in entries if word not in {"word", "---"}]
    assert len(said) == len(set(said))
    assert [word for word in WORDS if word not in said] == []


def test_a_decision_is_short_and_has_three_parts(subtests: pytest.Subtests) -> None:
    for path in DECISIONS:
        with subtests.test(path=path):
            lines = path.read_text(encoding="utf-8").splitlines()
            assert len(lines) <= 25
            assert lines[0].startswith(f"# {path.stem[:4]}. ")
            assert [line for line in lines if line.startswith("## ")] == [
                "## Context",
                "## Decision",
                "## Consequences",
            ]


def test_a_decision_that_is_named_is_there() -> None:
    paths = [path for folder in ("include", "sql", "bench", "docs") for path in (ROOT / folder).rglob("*")]
    texts = [path.read_text(encoding="utf-8") for path in paths if path.suffix in {".py", ".sql", ".md"}]
    named = {name for text in texts for name in re.findall(r"docs/decisions/([\w-]+\.md)", text)}
    assert len(named) > 1
    assert named - {path.name for path in DECISIONS} == set()


def test_a_decision_that_a_later_one_replaced_says_so_and_the_later_one_too() -> None:
    replaced, replacing = set(), set()
    for path in DECISIONS:
        number, text = path.stem[:4], path.read_text(encoding="utf-8")
        replaced |= {(number, later) for later in _named(r"^Replaced(?: in part)? by ([^:]+):", text)}
        replacing |= {(earlier, number) for earlier in _named(r"^Replaces (?:part of )?([^:]+):", text)}
    assert replaced
    assert replaced == replacing
    assert all(earlier < later for earlier, later in replaced)


def test_the_release_is_the_newest_of_the_changelog() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\d[\d.]*)", text, re.MULTILINE)[0] == __version__


def test_the_licence_is_whole_and_named() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")
    assert [int(number) for number in re.findall(r"^(\d+)\.[A-Z]", text, re.MULTILINE)] == list(range(1, 16))
    assert text.endswith("require the production of a new EUPL version.\n")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (project["license"], project["license-files"]) == ("EUPL-1.2", ["LICENSE"])
    assert "EUPL-1.2" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_decisions_are_numbered_one_by_one() -> None:
    assert [path.stem[:4] for path in DECISIONS] == [f"{number:04d}" for number in range(1, len(DECISIONS) + 1)]


def _named(line: str, text: str) -> set[str]:
    """The numbers of decisions on the lines that a pattern finds."""
    return {number for found in re.findall(line, text, re.MULTILINE) for number in re.findall(r"\d{4}", found)}
