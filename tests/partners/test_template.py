"""What a partner is handed: quick to write, the same bytes each time, closed lists, rules and protection in place."""

import io
from datetime import date
from typing import Any

import openpyxl
import pytest

from include.partners.columns import COLUMNS, FACTS, TABLES, TEMPLATE_VERSION
from include.partners.lists import CLOSED_LISTS, Language
from include.partners.template import HEADER_ROW, write_workbook

CONTRACT = {"contract_code": "agoria-2022", "partner_code": "agoria", "name": "Agoria", "language_code": "nl"}
LANGUAGES: tuple[Language, ...] = ("nl", "en")


def written(language: Language = "nl", **values: object) -> Any:
    return openpyxl.load_workbook(io.BytesIO(write_workbook(CONTRACT, "2026-Q3", language, [values])))


def test_the_same_arguments_give_the_same_bytes() -> None:
    rows = [{"activity_code": "A1", "start_date": date(2026, 7, 1), "cost_eur": 12.5}]
    assert write_workbook(CONTRACT, "2026-Q3", "nl", rows) == write_workbook(CONTRACT, "2026-Q3", "nl", rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_titles_stand_in_the_language_of_the_contract(language: Language) -> None:
    titles = [cell.value for cell in written(language).worksheets[0][HEADER_ROW + 1]]
    assert titles == [getattr(column, language) for column in COLUMNS]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_closed_list_is_a_drop_down_from_the_hidden_sheet(language: Language) -> None:
    book = written(language)
    *tables, lists = book.worksheets
    assert [sheet.sheet_state for sheet in book.worksheets] == ["visible"] * len(TABLES) + ["hidden"]
    checks = [rule for sheet in tables for rule in sheet.data_validations.dataValidation]
    rules = {rule.formula1: rule for rule in checks if rule.type == "list"}
    # The language is ours to fill in.
    assert set(rules) == {f"list_{name}" for name in CLOSED_LISTS if name != "language"}
    assert all(rule.errorTitle and rule.error for rule in rules.values())
    for index, entries in enumerate(CLOSED_LISTS.values(), start=1):
        words = [row[0] for row in lists.iter_rows(min_row=2, min_col=index, max_col=index, values_only=True) if row[0]]
        assert words == [entry[language] for entry in entries.values()]


def test_dates_and_numbers_carry_a_rule_with_a_message_in_the_language() -> None:
    rules = written("nl").worksheets[0].data_validations.dataValidation
    messages = {rule.type: rule.error for rule in rules}
    assert messages["date"] == "Schrijf een datum als 15/10/2026."
    assert messages["whole"] == "Schrijf een geheel getal, 0 of meer."
    assert {"Schrijf een bedrag in euro, 0 of meer, zonder tekst.", "Schrijf een percentage van 0 % tot 100 %."} <= {
        rule.error for rule in rules if rule.type == "decimal"
    }


def test_only_the_answers_can_be_changed() -> None:
    sheet = written(activity_code="A1").worksheets[0]
    assert sheet.protection.sheet
    nil_row = 2 + [fact.name for fact in FACTS].index("is_nil")
    assert not sheet.cell(HEADER_ROW + 2, 1).protection.locked
    assert not sheet.cell(nil_row, 4).protection.locked
    assert sheet.cell(HEADER_ROW + 1, 1).protection.locked
    assert sheet.cell(2, 4).protection.locked
    assert not sheet.column_dimensions["A"].protection.locked
    assert sheet.freeze_panes == f"A{HEADER_ROW + 2}"


def test_the_version_of_the_template_is_a_document_property_and_in_the_header_block() -> None:
    book = written()
    assert book.custom_doc_props["template_version"].value == TEMPLATE_VERSION
    assert TEMPLATE_VERSION in [row[3] for row in book.worksheets[0].iter_rows(max_row=HEADER_ROW, values_only=True)]


def test_text_that_looks_like_a_formula_or_a_link_is_written_as_text() -> None:
    sheet = written(title="=1+1", activity_code="http://example.org", market_codes="@x").worksheets[0]
    cells = {cell.value: cell for cell in sheet[HEADER_ROW + 2]}
    assert cells["=1+1"].data_type == "s"
    assert cells["http://example.org"].hyperlink is None
    assert cells["@x"].data_type == "s"


def test_a_faulty_value_is_written_as_it_is() -> None:
    sheet = written(activity_type_code="party", start_date="31/02/2026", cost_eur="veel").worksheets[0]
    assert {"party", "31/02/2026", "veel"} <= {cell.value for cell in sheet[HEADER_ROW + 2]}
