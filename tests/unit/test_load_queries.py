"""The files of sql/load hold named queries: each name once, each query ended by a semicolon, each one used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from include import warehouse
from include.register import SOURCES

ROOT = Path(__file__).parents[2]
FILES = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "sql" / "load").glob("*.sql"))}
NAMES = {(file, name) for file, text in FILES.items() for name in re.findall(r"^-- query: (.+)$", text, re.MULTILINE)}
CODE = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "include").rglob("*.py"))


def test_a_query_is_the_text_below_its_name_without_its_semicolon() -> None:
    text = warehouse.load_query("fit_fdi_project", "covers")
    assert text.strip().splitlines()[-1] == "select max(announced_date) as until_date from {typed}"
    assert ";" not in text


def test_every_name_is_there_once_and_every_query_has_its_end() -> None:
    assert sum(text.count(warehouse.SECTION_MARK) for text in FILES.values()) == len(NAMES)
    assert [key for key in sorted(NAMES) if not warehouse.load_query(*key).strip()] == []


def test_a_file_without_the_query_leaves_it_to_another_file() -> None:
    assert warehouse.load_query("dataflow", "covers", fallback="every_batch") == warehouse.load_query(
        "every_batch", "covers"
    )
    with pytest.raises(KeyError, match="has no query covers"):
        warehouse.load_query("dataflow", "covers")


def test_every_query_is_used() -> None:
    by_sources = {(source.queries, name) for source in SOURCES for name in ("typed", "covers")} | {
        (source.queries, target.query) for source in SOURCES for target in source.targets
    }
    # Dataflows with actions are for agencies that send them; none of the register's does.
    by_actions = {("dataflow", "series_of_actions"), ("dataflow", "observation_of_actions")}
    unused = {key for key in NAMES - by_sources - by_actions if f'"{key[1]}"' not in CODE}
    assert unused == set()
