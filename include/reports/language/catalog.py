"""Catalogue of translations, read from the .po files, for reports and partner messages.

A text is written in the code in English, which is its key. Dutch needs an entry for every key; English needs one only
where its text differs from the key. A missing, empty or doubtful translation is an error.
"""

from __future__ import annotations

from functools import cache
from gettext import c2py
from pathlib import Path

from babel.messages.catalog import Catalog as Entries
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from include.reports.language.formats import Formats

LANGUAGES = ("nl", "en")
KEY_LANGUAGE = "en"
_FOLDER = Path(__file__).parent / "locale"
# Context of short KPI names for headlines; a KPI without one goes by its full name.
_SHORT_NAME = "short"


class UntranslatedText(LookupError):
    """Raised for a text that a language has no translation of."""


def phrase(text: str) -> str:
    """Mark a text for translation where it is written, when it is translated elsewhere."""
    return text


class Catalog:
    """Translations of one language, with the calls of gettext. Values are filled in as %(name)s."""

    def __init__(self, entries: Entries) -> None:
        """Refuse entries that are empty, fuzzy, or lack a plural form."""
        self._entries = entries
        self._language = str(entries.locale_identifier)
        self._plural = c2py(entries.plural_expr)
        self._formats = Formats(self._language)
        for entry in entries:
            if entry.id and (entry.fuzzy or not all(self._forms(entry))):
                raise self._untranslated(str(entry.id))

    def gettext(self, text: str, /, **values: object) -> str:
        """Translate a text."""
        entry = self._entries.get(text)
        if entry is None and self._language == KEY_LANGUAGE:
            return _fill(text, values)
        return _fill(self._forms(self._required(entry, text))[0], values)

    def ngettext(self, one: str, many: str, count: int, /, **values: object) -> str:
        """Translate a text in the plural form of a count."""
        entry = self._entries.get(one)
        if entry is None and self._language == KEY_LANGUAGE:
            forms: tuple[str, ...] = (one, many)
        else:
            forms = self._forms(self._required(entry, one))
        return _fill(forms[self._plural(abs(count))], {"count": self._formats.number(count), **values})

    def find(self, context: str, key: str) -> str | None:
        """Find an optional text of a context; None where this language has none."""
        entry = self._entries.get(key, context=context)
        return str(entry.string) if entry else None

    def short_name(self, kpi_code: str, name: str) -> str:
        """Return what to call a KPI inside a sentence."""
        return self.find(_SHORT_NAME, kpi_code) or name

    def _required(self, entry: Message | None, text: str) -> Message:
        if entry is None:
            raise self._untranslated(text)
        return entry

    def _forms(self, entry: Message) -> tuple[str, ...]:
        forms = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        return forms if not entry.pluralizable or len(forms) == self._entries.num_plurals else ("",)

    def _untranslated(self, text: str) -> UntranslatedText:
        return UntranslatedText(
            f"report words: expected a translation of {text!r} in {self._language}; got none, or a fuzzy one. "
            f"Add it to include/reports/language/locale/{self._language}/LC_MESSAGES/messages.po."
        )


@cache
def catalog(language: str) -> Catalog:
    """Load the catalogue of a language, 'nl' or 'en'.

    Raises:
        UntranslatedText: the file lacks something.
    """
    if language not in LANGUAGES:
        raise UntranslatedText(f"report words: expected one of {', '.join(LANGUAGES)}; got {language!r}.")
    with (_FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return Catalog(read_po(file, locale=language, abort_invalid=True))


def _fill(text: str, values: dict[str, object]) -> str:
    return text % values if values else text
