"""What is wrong in a row and what to write instead, in Dutch; in English the rule says it itself.

A code without an entry of its own is one of a family: `cost_eur_is_number` is in Dutch what `_is_number` is.
"""

from __future__ import annotations

from difflib import get_close_matches

from include.partners.columns import FACTS, TABLES, titled
from include.partners.lists import CLOSED_LISTS, Language, word_of
from include.sources.partners.row_warnings import WARNINGS

RULES: dict[str, tuple[str, str]] = {
    "_is_number": ("er staat geen getal van nul of meer", "Schrijf alleen cijfers: 1250 of 1250,50."),
    "_is_listed": ("dit woord staat niet in de lijst", "Kies een woord uit de keuzelijst van de cel."),
    "_is_plausible": (
        "dit is onwaarschijnlijk veel voor één activiteit",
        "Kijk het getal na: bedragen zijn in euro. Klopt het, vraag dan het agentschap om het te laden.",
    ),
    "_is_share": ("er staat geen deel van 0 tot 100 %", "Schrijf 60 % of 0,6."),
    "_is_date": ("er staat geen datum", "Vul een datum in, of schrijf de dag als 2026-04-03."),
    "code_is_given": ("de activiteit heeft geen nummer", "Geef elke activiteit een eigen nummer en behoud het later."),
    "code_is_unique": ("twee rijen hebben hetzelfde nummer", "Geef elke activiteit een eigen nummer."),
    "title_is_given": ("de titel is leeg", "Schrijf een titel."),
    "end_follows_start": ("het einde ligt voor het begin", "Kijk beide datums na."),
    "held_is_past": (
        "een activiteit die doorging begint na het kwartaal van dit rapport",
        "Kijk de datum na, of meld ze als gepland.",
    ),
    "domain_is_known": ("dit kerndomein staat niet in de lijst", "Kies een kerndomein uit de keuzelijst van de cel."),
    "shares_add_up": (
        "de aandelen van de kerndomeinen zijn samen geen 100 %",
        "Geef elk kerndomein zijn aandeel; samen zijn ze 100 %.",
    ),
    "market_is_known": ("een doelmarkt is geen landcode", "Schrijf landcodes van twee letters: VN, IN, CN."),
    "country_is_known": ("het land is geen landcode", "Schrijf een landcode van twee letters: BE, VN."),
    "co_organiser_is_known": (
        "een mede-organisator is geen code van een partner",
        "Schrijf codes van partners, of fit voor het agentschap.",
    ),
    "held_has_participants": (
        "een activiteit die doorging heeft geen deelnemers",
        "Vul de deelnemers in, of verbeter de status.",
    ),
    "companies_within_participants": ("meer bedrijven dan deelnemers", "Kijk beide aantallen na."),
    "smes_within_companies": ("meer kmo's dan bedrijven", "Kijk beide aantallen na."),
    "first_timers_within_companies": ("meer nieuwe exporteurs dan bedrijven", "Kijk beide aantallen na."),
    "leads_within_meetings": (
        "meer leads dan zoveel gesprekken kunnen opleveren",
        "Kijk de leads en de B2B-gesprekken na.",
    ),
    "budget_within_cost": ("meer budget gebruikt dan de activiteit kostte", "Kijk beide bedragen na."),
    "parts_within_cost": ("de delen van de kostprijs zijn samen meer dan de kostprijs", "Kijk de bedragen na."),
    "budget_within_agreed": (
        "meer budget gebruikt dan voor het hele jaar is afgesproken",
        "Kijk het bedrag na; het is in euro.",
    ),
    "cancelled_has_no_outcome": (
        "een geannuleerde activiteit heeft deelnemers of leads",
        "Verbeter de status, of maak de aantallen leeg.",
    ),
    "company_activity_is_known": ("geen activiteit van dit rapport heeft dit nummer", "Schrijf haar nummer over."),
    "company_number_is_valid": (
        "dit is geen ondernemingsnummer",
        "Schrijf de tien cijfers, 0123.456.749; de laatste twee controleren de andere.",
    ),
    "company_is_listed_once": ("het bedrijf staat twee keer bij deze activiteit", "Schrap een van de twee rijen."),
    "follow_up_activity_is_given": ("het nummer van de activiteit ontbreekt", "Schrijf haar nummer over."),
    "follow_up_activity_is_unknown": (
        "geen activiteit van dit of een eerder rapport heeft dit nummer",
        "Schrijf haar nummer over.",
    ),
    "no_companies_are_listed": (
        "er zijn bedrijven geteld en er staat er geen enkel in de lijst",
        "Geef de ondernemingsnummers, dan telt een bedrijf dat ook bij anderen komt één keer.",
    ),
    "months_are_6_or_12": ("opvolging gebeurt na 6 en na 12 maanden", "Kies een woord uit de keuzelijst van de cel."),
    "follow_up_number_is_valid": (
        "dit is geen ondernemingsnummer",
        "Schrijf de tien cijfers, 0123.456.749; de laatste twee controleren de andere.",
    ),
    "follow_up_is_told_once": (
        "dezelfde activiteit, termijn en bedrijf staan er twee keer",
        "Schrap een van de rijen, of tel ze op.",
    ),
    "currency_is_a_code": ("de munt is geen code van drie letters", "Schrijf EUR, USD, CNY."),
    "satisfaction_is_0_to_10": ("dit is geen geheel getal van 0 tot 10", "Schrijf een geheel getal van 0 tot 10."),
    "version_is_newest": (
        "een nieuwere versie van dit rapport is al geladen",
        "Verhoog het versienummer als dit een verbetering is; anders hoeft u niets te doen.",
    ),
    "currency_is_euro": (
        "de bedragen van de activiteiten zijn niet in euro",
        "Reken de bedragen om en schrijf EUR bovenaan.",
    ),
    # Warnings.
    "is_late": (
        "de activiteit had plaats voor het kwartaal van dit rapport",
        "Ze telt in haar eigen kwartaal. Werd ze toen vergeten?",
    ),
    "held_without_country": (
        "het land waar ze plaatshad ontbreekt",
        "Vul het in: gedeelde activiteiten worden daaraan herkend.",
    ),
    "companies_are_not_listed": (
        "er staat geen enkel bedrijf bij deze activiteit",
        "Geef de ondernemingsnummers, dan telt een bedrijf dat ook bij anderen komt één keer.",
    ),
    "more_companies_listed": ("er staan meer bedrijven in de lijst dan er geteld zijn", "Kijk aantal en lijst na."),
    "value_without_deal": ("er is een waarde en geen deal", "Vul het aantal deals in."),
    "currency_has_no_rate": (
        "voor deze munt is er geen eurokoers: de waarde is bewaard en telt in geen totaal mee",
        "Kijk de code van de munt na, of reken de waarde om en schrijf EUR.",
    ),
    "nil_with_activities": ("een nulmelding heeft activiteiten", "Antwoord nee, of maak de tabel leeg."),
    "stated_budget_differs": (
        "het gebruikte budget bovenaan is niet de som van de activiteiten",
        "Kijk beide na; de activiteiten tellen.",
    ),
    "budget_is_exceeded": (
        "er is dit jaar meer budget gebruikt dan afgesproken",
        "Kijk de bedragen na, of bel uw contact.",
    ),
    "template_is_old": (
        "dit is het sjabloon van vorig jaar, zonder bedrijven en opvolging",
        "Gebruik volgende keer de werkmap die bij dit antwoord zit.",
    ),
}
_WARNED = {warning.code: (warning.meaning, warning.question) for warning in WARNINGS}
_MEANT: dict[Language, str] = {"nl": "Bedoelt u '{}'?", "en": "Do you mean '{}'?"}
_ENTRIES = {entry.name: entry for table in TABLES for entry in table.columns} | {fact.name: fact for fact in FACTS}


def said(code: str, english: tuple[str, str], language: Language) -> tuple[str, str]:
    """Reason and fix of a rule or warning; a code without Dutch words stays English."""
    if language == "en":
        return _WARNED.get(code, english)
    family = next((name for name in RULES if name.startswith("_") and code.endswith(name)), code)
    return RULES.get(code) or RULES.get(family, english)


def title_of(column_name: str, language: Language) -> str:
    """The title of a column or fact in a language."""
    entry = _ENTRIES.get(column_name)
    return titled(entry, language) if entry else column_name


def suggestion(column_name: str, value: str, language: Language) -> str:
    """'Do you mean ...?' for a word that is close to one of the cell's list; else ''."""
    entry = _ENTRIES.get(column_name)
    if entry is None or not entry.closed_list or not value:
        return ""
    words = [word_of(entry.closed_list, code, language) for code in CLOSED_LISTS[entry.closed_list]]
    close = get_close_matches(value, words, n=1, cutoff=0.6)
    return _MEANT[language].format(close[0]) if close else ""
