"""Closed lists of a partner's workbook: codes and their words in Dutch and English.

Words are compared after `fold`: capitals, spaces, punctuation and the word "and" do not matter.
"""

import re
import unicodedata
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["nl", "en"]

_AND = {"and", "en"}

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
    "language": {"nl": {"nl": "Nederlands", "en": "Dutch"}, "en": {"nl": "Engels", "en": "English"}},
    "months": {"6": {"nl": "6 maanden", "en": "6 months"}, "12": {"nl": "12 maanden", "en": "12 months"}},
    "confirmed": {
        "yes": {"nl": "Ja, door het bedrijf bevestigd", "en": "Yes, confirmed by the company"},
        "no": {"nl": "Nee, het bedrijf ontkent", "en": "No, the company denies it"},
        "no_answer": {"nl": "Geen antwoord", "en": "No answer"},
    },
    # The seven answers of the British Department for Business and Trade (data-hub-api, export_win.withoutoursupport).
    "without_help": {
        "none": {"nl": "Niets zonder hulp", "en": "Nothing without help"},
        "up_to_20": {"nl": "Tot 20 % zonder hulp", "en": "Up to 20 % without help"},
        "up_to_40": {"nl": "Tot 40 %", "en": "Up to 40 %"},
        "up_to_60": {"nl": "Tot 60 %", "en": "Up to 60 %"},
        "up_to_80": {"nl": "Tot 80 %", "en": "Up to 80 %"},
        "over_80": {"nl": "Meer dan 80 %", "en": "More than 80 %"},
        "all": {"nl": "Alles, ook zonder hulp", "en": "All of it, also without help"},
    },
}


def fold(text: str) -> str:
    """Fold a text for comparison: 'Kostprijs (EUR)' and 'KOSTPRIJS eur' are equal then."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())
    return "".join(word for word in words if word not in _AND)


_CODE_BY_WORD = {
    name: {fold(text): code for code, words in entries.items() for text in (code, *words.values())}
    for name, entries in CLOSED_LISTS.items()
}


def code_of(closed_list: str, word: str) -> str:
    """Return the code of a word of a closed list; an unknown word stays as it is."""
    return _CODE_BY_WORD[closed_list].get(fold(word), word)


def word_of(closed_list: str, code: str, language: Language) -> str:
    """Return the word of a code; an unknown code stays as it is."""
    words = CLOSED_LISTS[closed_list].get(code)
    return words[language] if words else code
