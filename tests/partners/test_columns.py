"""The table of words: complete in both languages, and without a word that means two things."""

import pytest

from include.partners.columns import (
    CLOSED_LISTS,
    COLUMNS,
    FACTS,
    Column,
    Fact,
    code_of,
    column_named,
    fact_named,
    folded,
)


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_every_title_of_a_column_leads_to_it(column: Column) -> None:
    for title in (column.name, column.nl, column.en, *column.aliases):
        assert column_named(title) == column.name
        assert column_named(f"  {title.upper()} * ") == column.name


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_every_label_of_a_fact_leads_to_it(fact: Fact) -> None:
    for label in (fact.name, fact.nl, fact.en, *fact.aliases):
        assert fact_named(f"{label.lower()} :") == fact.name


def test_no_title_belongs_to_two_columns() -> None:
    titles = [{folded(title) for title in (c.name, c.nl, c.en, *c.aliases)} for c in COLUMNS]
    assert sum(map(len, titles)) == len(set().union(*titles))


@pytest.mark.parametrize("name", CLOSED_LISTS)
def test_every_word_of_a_closed_list_leads_to_its_code(name: str) -> None:
    for code, words in CLOSED_LISTS[name].items():
        for word in (code, *words.values()):
            assert code_of(name, f" {word.upper()}  ") == code
            assert code_of(name, word.replace(" ", "")) == code
            assert code_of(name, word.replace("&", "and")) == code


def test_an_unknown_word_stays_as_it_is() -> None:
    assert code_of("type", "Feestje") == "Feestje"
    assert column_named("Contactpersoon") is None
