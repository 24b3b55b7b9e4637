"""The table of words: complete in both languages, and without a word that means two things."""

import pytest

from include.partners.columns import ACTIVITIES, FACTS, TABLES, fact_with_label
from include.partners.lists import CLOSED_LISTS, code_of, fold
from include.sources.partners import activity_rules, company_rules

COLUMNS = [(table, column) for table in TABLES for column in table.columns]


def test_every_title_of_a_column_leads_to_it(subtests: pytest.Subtests) -> None:
    for table, column in COLUMNS:
        with subtests.test(table=table, column=column):
            for title in (column.name, column.nl, column.en, *column.aliases):
                assert table.column_named(title) == column.name
                assert table.column_named(f"  {title.upper()} * ") == column.name


def test_every_label_of_a_fact_leads_to_it(subtests: pytest.Subtests) -> None:
    for fact in FACTS:
        with subtests.test(fact=fact):
            for label in (fact.name, fact.nl, fact.en, *fact.aliases):
                assert fact_with_label(f"{label.lower()} :") == fact.name


def test_no_title_belongs_to_two_columns() -> None:
    for table in TABLES:
        titles = [{fold(title) for title in (c.name, c.nl, c.en, *c.aliases)} for c in table.columns]
        assert sum(map(len, titles)) == len(set().union(*titles))


def test_the_titles_of_one_table_are_no_title_row_of_another() -> None:
    for table in TABLES:
        for other in TABLES:
            if other is not table:
                for titles in ([c.name for c in other.columns], [c.nl for c in other.columns]):
                    assert len({table.column_named(title) for title in titles} - {None}) < table.titles_needed


def test_the_rules_know_the_same_words_as_the_drop_downs() -> None:
    wanted = {
        "type": activity_rules.CLOSED_LISTS["activity_type_code"],
        "status": activity_rules.CLOSED_LISTS["status_code"],
        "mode": activity_rules.CLOSED_LISTS["mode_code"],
        "without_help": company_rules.BANDS,
    }
    for name, words in wanted.items():
        assert list(CLOSED_LISTS[name]) == words.split(", ")


def test_every_word_of_a_closed_list_leads_to_its_code(subtests: pytest.Subtests) -> None:
    for name in CLOSED_LISTS:
        with subtests.test(name=name):
            for code, words in CLOSED_LISTS[name].items():
                for word in (code, *words.values()):
                    assert code_of(name, f" {word.upper()}  ") == code
                    assert code_of(name, word.replace(" ", "")) == code
                    assert code_of(name, word.replace("&", "and")) == code


def test_an_unknown_word_stays_as_it_is() -> None:
    assert code_of("type", "Feestje") == "Feestje"
    assert ACTIVITIES.column_named("Contactpersoon") is None
