"""Each rule and warning on a partner's report is told in Dutch and in English."""

from __future__ import annotations

from pathlib import Path

from babel.messages.pofile import read_po

from include.partner_feedback.findings import rule_text
from include.reports.language import catalog
from include.sources.partners.partner_activity import SOURCE
from include.sources.partners.row_warnings import WARNINGS

CODES = {rule.code for rule in SOURCE.rules} | {warning.code for warning in WARNINGS}
ENGLISH = ("the reason", "The fix.")


def test_every_rule_has_a_dutch_reason_and_fix() -> None:
    assert [code for code in CODES if rule_text(code, ENGLISH, "nl") == ENGLISH] == []


def test_english_is_what_the_rule_says_itself() -> None:
    warnings = {warning.code: (warning.meaning, warning.question) for warning in WARNINGS}
    assert {code: rule_text(code, ENGLISH, "en") for code in CODES} == dict.fromkeys(CODES, ENGLISH) | warnings


def test_every_dutch_text_of_a_rule_belongs_to_one() -> None:
    file = Path(catalog.__file__).parent / "locale" / "nl" / "LC_MESSAGES" / "messages.po"
    with file.open("rb") as lines:
        keys = {entry.id for entry in read_po(lines) if entry.context in ("reason", "fix")}
    families = {key for key in keys if key.startswith("_")}
    assert keys - families <= CODES
    assert [family for family in families if not any(code.endswith(family) for code in CODES)] == []
