"""The words of the report, read straight from the .po files; a missing or doubtful translation is an error."""

from __future__ import annotations

from functools import cache
from gettext import c2py
from pathlib import Path

from babel.messages.catalog import Catalog as Entries
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from include.reports.language.formats import Formats

LANGUAGES = ("nl", "en")
_FOLDER = Path(__file__).parent / "locale"
# Short names of KPIs for headlines; a KPI without one goes by its full name.
_OPTIONAL = "short"


class UntranslatedText(LookupError):
    """A text of the report that a language has no words for."""


def phrase(text: str) -> str:
    """Mark a text for translation where it is written, when it is translated elsewhere."""
    return text


class Catalog:
    """One language's translations, with the calls of gettext. Values are filled in as %(name)s."""

    def __init__(self, entries: Entries) -> None:
        """Refuse entries that are empty, fuzzy, or lack a plural form."""
        self._entries = entries
        self._plural = c2py(entries.plural_expr)
        self._formats = Formats(str(entries.locale_identifier))
        for entry in entries:
            if entry.id and (entry.fuzzy or not all(self._forms(entry))):
                raise self._untranslated(str(entry.id))

    def gettext(self, text: str, **values: object) -> str:
        """The translation of a text."""
        return _filled(self._forms(self._entry(text))[0], values)

    def ngettext(self, one: str, many: str, count: int, **values: object) -> str:
        """The translation in the plural form of a count."""
        forms = self._forms(self._entry(one))
        return _filled(forms[self._plural(abs(count))], {"count": self._formats.number(count), **values})

    def short_name(self, kpi_code: str, name: str) -> str:
        """What to call a KPI inside a sentence."""
        entry = self._entries.get(kpi_code, context=_OPTIONAL)
        return str(entry.string) if entry else name

    def _entry(self, text: str) -> Message:
        entry = self._entries.get(text)
        if entry is None:
            raise self._untranslated(text)
        return entry

    def _forms(self, entry: Message) -> tuple[str, ...]:
        forms = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        return forms if not entry.pluralizable or len(forms) == self._entries.num_plurals else ("",)

    def _untranslated(self, text: str) -> UntranslatedText:
        language = self._entries.locale_identifier
        return UntranslatedText(
            f"report words: expected a translation of {text!r} in {language}; got none, or a fuzzy one. "
            f"Add it to include/reports/language/locale/{language}/LC_MESSAGES/report.po."
        )


@cache
def catalog(language: str) -> Catalog:
    """The words of a language, 'nl' or 'en'.

    Raises:
        UntranslatedText: the file lacks something.
    """
    if language not in LANGUAGES:
        raise UntranslatedText(f"report words: expected one of {', '.join(LANGUAGES)}; got {language!r}.")
    with (_FOLDER / language / "LC_MESSAGES" / "report.po").open("rb") as file:
        return Catalog(read_po(file, locale=language, abort_invalid=True))


def _filled(text: str, values: dict[str, object]) -> str:
    return text % values if values else text
