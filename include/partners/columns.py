"""The words of a partner's workbook, once: columns, header facts and closed lists, in Dutch and English.

Template and reader both live from these tables, so that what is handed out can be read back. Titles and words are
compared `folded`: capitals, spaces, punctuation and the word "and" do not matter.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["nl", "en"]
Kind: TypeAlias = Literal["text", "code", "date", "count", "amount", "markets"]

_AND = {"and", "en"}


@dataclass(frozen=True)
class Column:
    """A column of the activity table: our name, its titles (aliases are read, never written) and what it holds."""

    name: str
    kind: Kind
    nl: str
    en: str
    aliases: tuple[str, ...] = ()
    closed_list: str = ""
    width: int = 14


COLUMNS: tuple[Column, ...] = (
    Column("activity_code", "text", "Nummer", "Number", ("Activiteitsnummer", "Activity number", "Nr", "No")),
    Column("activity_type_code", "code", "Type", "Type", ("Type activiteit", "Activity type", "Soort"), "type", 22),
    Column("status_code", "code", "Status", "Status", ("Stand van zaken",), "status"),
    Column("title", "text", "Titel", "Title", ("Naam activiteit", "Activity title"), width=44),
    Column("start_date", "date", "Begindatum", "Start date", ("Startdatum", "Begin date")),
    Column("end_date", "date", "Einddatum", "End date", ("Slotdatum", "Last day")),
    Column("mode_code", "code", "Vorm", "Mode", ("Werkvorm", "Way of working"), "mode"),
    Column("market_codes", "markets", "Doelmarkten (ISO)", "Markets (ISO)", ("Doelmarkten", "Markten", "Markets")),
    Column("core_domain_code", "code", "Kerndomein", "Core domain", ("Domein", "Domain"), "core_domain", 36),
    Column(
        "participants_count", "count", "Deelnemers", "Participants", ("Aantal deelnemers", "Number of participants")
    ),
    Column(
        "companies_count",
        "count",
        "Bedrijven",
        "Companies",
        ("Aantal bedrijven", "Ondernemingen", "Number of companies"),
    ),
    Column(
        "first_time_exporters_count",
        "count",
        "Nieuwe exporteurs",
        "First-time exporters",
        ("Eerste exporteurs", "First-timers"),
    ),
    Column("b2b_meetings_count", "count", "B2B-gesprekken", "B2B meetings", ("B2B-afspraken", "B2B")),
    Column("leads_count", "count", "Concrete leads", "Concrete leads", ("Leads", "Aantal leads")),
    Column("cost_eur", "amount", "Kostprijs (EUR)", "Cost (EUR)", ("Kostprijs", "Kosten", "Cost", "Total cost")),
    Column(
        "budget_used_eur", "amount", "Gebruikt budget (EUR)", "Budget used (EUR)", ("Gebruikt budget", "Budget used")
    ),
)


@dataclass(frozen=True)
class Fact:
    """A line of the header block: label in one cell, value in the next filled cell of the same row."""

    name: str
    nl: str
    en: str
    aliases: tuple[str, ...] = ()


FACTS: tuple[Fact, ...] = (
    Fact("contract_code", "Contract", "Contract", ("Contractcode", "Contract code")),
    Fact("partner", "Partner", "Partner"),
    Fact("period", "Periode", "Period", ("Kwartaal", "Quarter")),
    Fact("is_nil", "Nulmelding (geen activiteiten)", "Nil return (no activities)", ("Nulmelding", "Nil return")),
    Fact("template_version", "Versie van het sjabloon", "Template version", ("Sjabloonversie", "Versie", "Version")),
)

CLOSED_LISTS: dict[str, dict[str, dict[Language, str]]] = {
    "type": {
        "seminar": {"nl": "Seminarie", "en": "Seminar"},
        "webinar": {"nl": "Webinar", "en": "Webinar"},
        "outward_mission": {"nl": "Buitenlandse missie", "en": "Outward mission"},
        "inward_mission": {"nl": "Inkomende missie", "en": "Inward mission"},
        "group_stand": {"nl": "Groepsstand op een beurs", "en": "Group stand at a fair"},
        "matchmaking": {"nl": "Matchmaking", "en": "Matchmaking"},
        "peer_learning": {"nl": "Lerend netwerk", "en": "Peer learning"},
        "training": {"nl": "Opleiding", "en": "Training"},
        "study_visit": {"nl": "Studiebezoek", "en": "Study visit"},
        "publication": {"nl": "Publicatie", "en": "Publication"},
        "promotion": {"nl": "Promotie", "en": "Promotion"},
        "investor_visit": {"nl": "Bezoek van een investeerder", "en": "Investor visit"},
    },
    "status": {
        "planned": {"nl": "Gepland", "en": "Planned"},
        "held": {"nl": "Doorgegaan", "en": "Held"},
        "cancelled": {"nl": "Geannuleerd", "en": "Cancelled"},
        "postponed": {"nl": "Uitgesteld", "en": "Postponed"},
    },
    "mode": {
        "onsite": {"nl": "Ter plaatse", "en": "On site"},
        "online": {"nl": "Online", "en": "Online"},
        "hybrid": {"nl": "Hybride", "en": "Hybrid"},
    },
    "core_domain": {
        "life-sciences": {"nl": "Levenswetenschappen & gezondheid", "en": "Life sciences & health"},
        "food": {"nl": "Voeding", "en": "Food"},
        "engineering-technology": {
            "nl": "Oplossingsgerichte engineering & technologie",
            "en": "Solution-driven engineering & technology",
        },
        "smart-logistics": {"nl": "Slimme logistiek", "en": "Smart logistics"},
        "sustainable-materials": {
            "nl": "Duurzame grondstoffen, materialen & chemie",
            "en": "Sustainable resources, materials & chemistry",
        },
        "unassigned": {"nl": "Niet toegewezen", "en": "Unassigned"},
    },
    "yes_no": {"true": {"nl": "Ja", "en": "Yes"}, "false": {"nl": "Nee", "en": "No"}},
}


def folded(text: str) -> str:
    """What is compared of a title or a word: 'Kostprijs (EUR)' and ' KOSTPRIJS eur' are both 'kostprijseur'."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())
    return "".join(word for word in words if word not in _AND)


def _by_title(entries: Iterable[Column | Fact]) -> dict[str, str]:
    return {folded(title): e.name for e in entries for title in (e.name, e.nl, e.en, *e.aliases)}


_COLUMN_BY_TITLE = _by_title(COLUMNS)
_FACT_BY_LABEL = _by_title(FACTS)
_CODE_BY_WORD = {
    name: {folded(text): code for code, words in entries.items() for text in (code, *words.values())}
    for name, entries in CLOSED_LISTS.items()
}


def column_named(title: str) -> str | None:
    """Our name of the column with this title in either language, or None for a partner's own column."""
    return _COLUMN_BY_TITLE.get(folded(title))


def fact_named(label: str) -> str | None:
    """Our name of the header fact with this label in either language, or None."""
    return _FACT_BY_LABEL.get(folded(label))


def code_of(closed_list: str, word: str) -> str:
    """The code behind a word of a closed list in either language; an unknown word comes back as it is."""
    return _CODE_BY_WORD[closed_list].get(folded(word), word)


def word_of(closed_list: str, code: str, language: Language) -> str:
    """The word shown for a code; an unknown code comes back as it is."""
    words = CLOSED_LISTS[closed_list].get(code)
    return words[language] if words else code
